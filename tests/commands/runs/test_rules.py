"""What a coordinator knows of this lab's reports: points worked out anew, and their pages."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from graders.commands.teacher.grades import reports
from graders.commands.teacher.runs.rules import LabRules
from graders.harness.base.model import CheckResult, PartResult, Report, Status
from graders.harness.judge.messages import Messages
from graders.harness.judge.rubric import Rubric, load_rubric
from graders.harness.render import html, json_report
from graders.harness.render.tame import tame
from graders.spec import SPEC

if TYPE_CHECKING:
    from pathlib import Path

RUBRIC = load_rubric(SPEC.folder / "rubric.toml", SPEC.thresholds, SPEC.tiers)
WORDS = Messages.of_lab(SPEC.folder, "en").words
PICTURES = '<section aria-labelledby="pictures">\n<h2>drawn</h2>\n</section>\n'


def rules(rubric: Rubric = RUBRIC) -> LabRules:
    """Return the rules by a rubric."""
    return LabRules(SPEC, rubric, "", 0, {})


def points(text: str) -> tuple[float, list[float]]:
    """Return the points of a report.json: all, and each part's."""
    plain = json.loads(text)
    return plain["score"], [part["points"] for part in plain["parts"]]


@pytest.fixture(scope="module")
def text() -> str:
    """Return the report.json of a lab in which all is right."""
    parts = tuple(
        PartResult(
            part.name, part.name, Status.PASSED, part.points, part.points,
            tuple(CheckResult(name, part.name, Status.PASSED, title=name) for name in part.checks),
        )
        for part in RUBRIC.parts
    )  # fmt: skip
    report = Report(
        lab="lab", title="Lab", submission="lab.py", status="graded", score=100.0, max_score=100.0,
        isolation="process", data=None, seed=0, duration_s=1.0, versions={}, parts=parts,
        checks_in_rubric=sum(len(part.checks) for part in RUBRIC.parts),
    )  # fmt: skip
    return json_report.render(tame(report), WORDS)


def test_page_of_points_worked_out_anew_keeps_its_pictures(text: str) -> None:
    """It is the page of the text that was written, be it read again or not; pictures show no points."""
    more = replace(RUBRIC, parts=tuple(replace(part, points=2 * part.points) for part in RUBRIC.parts))
    by = rules(more)
    made = by.rescored(text)
    page = by.page(made, f"<p>100</p>{PICTURES}<p>more</p>")
    assert "<title>Lab: 200.0 / 200</title>" in page
    assert PICTURES in page
    assert "<p>100</p>" not in page
    assert page == rules().page(made, PICTURES)
    assert points(rules().rescored(made)) == points(text)


def test_page_of_another_report_is_its_own(text: str) -> None:
    """Whatever was worked out last."""
    by = rules(RUBRIC.without(["throughput"]))
    by.rescored(text)
    assert "<title>Lab: 100.0 / 100</title>" in by.page(text, PICTURES)


def test_earlier_page_without_pictures_gives_none(text: str) -> None:
    """Nor does anything that a submission has said."""
    report = tame(json_report.parse(text, lambda _: {}))
    assert html.render(report, WORDS, (), "&lt;section aria-labelledby=pictures&gt;") == html.render(report, WORDS)


def test_words_are_read_once_for_all_of_a_class(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is made of a report asks for them, and a class has thousands."""
    read = list[str]()
    of_lab = Messages.of_lab

    def reads(folder: Path, language: str, *rest: Any) -> Messages:
        read.append(language)
        return of_lab(folder, language, *rest)

    reports._messages.cache_clear()
    monkeypatch.setattr(Messages, "of_lab", reads)
    by = rules()
    for _ in range(3):
        by.page(by.rescored(text), PICTURES)
        by.page(text, PICTURES)
    assert read == ["en"]
