"""Made-up reports of the lab, without any grading, and a gradebook that has some."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from graders.commands.teacher.grades import keys, reports
from graders.commands.teacher.grades.results import Outcome
from graders.commands.teacher.grades.store import Gradebook
from graders.commands.teacher.handed_in.hand_in import ClassFolder, Entry, HandIn, Kind
from graders.harness.base.model import CheckResult, Report, Status
from graders.harness.base.rows import Key as RowKey
from graders.harness.base.rows import Row
from graders.harness.judge import fingerprints
from graders.harness.judge.rubric import Rubric, load_rubric
from graders.harness.judge.scoring import score, totals
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from graders.harness.base.fingerprints import Fingerprints


@pytest.fixture(scope="session")
def rubric() -> Rubric:
    """Return the lab's own rubric."""
    return load_rubric(SPEC.folder / "rubric.toml", SPEC.thresholds, SPEC.tiers)


@pytest.fixture(scope="session")
def lab_prints(rubric: Rubric) -> Fingerprints:
    """Return the fingerprints of the lab, which take some milliseconds."""
    return fingerprints.of_lab(SPEC, rubric)


@pytest.fixture(scope="session")
def make(rubric: Rubric, lab_prints: Fingerprints) -> Callable[..., Report]:
    """Return what makes a student's report: all is right but what is named, a check a status."""

    def made(student: str = "anna", parts: tuple[str, ...] = (), **statuses: Status) -> Report:
        results = [
            CheckResult(name, part.name, statuses.get(name, Status.PASSED), title=name)
            for part in rubric.parts
            if part.name in (parts or [one.name for one in rubric.parts])
            for name in part.checks
        ]
        results = [
            one if one.status is Status.PASSED else replace(one, rows=(Row(RowKey.GOT, "3"),)) for one in results
        ]
        titles = {part.name: part.name for part in rubric.parts}
        status, scored = score(rubric, titles, results)
        points, most = totals(status, scored)
        facts: dict[str, Any] = {"isolation": "sandbox", "data": "mnist", "seed": 0, "duration_s": 1.5, "versions": {}}
        return Report(
            lab=rubric.lab, title="Lab", submission=student, student=student, status=status, score=points,
            max_score=most, checks_in_rubric=52, parts=scored, graded_at="2026-03-01T10:00:00Z",
            fingerprints=replace(lab_prints, submission=student), **facts,
        )  # fmt: skip

    return made


@pytest.fixture(scope="session")
def text(make: Callable[..., Report]) -> Callable[..., str]:
    """Return what makes a report.json."""
    return lambda *arguments, **statuses: reports.write(make(*arguments, **statuses), SPEC)


@pytest.fixture
def key(rubric: Rubric, lab_prints: Fingerprints) -> keys.Key:
    """Return the key of those reports."""
    prints = lab_prints
    return keys.Key("s", prints.rubric, prints.points, prints.grader, prints.parts, options={"language": "en"})


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    """Open a gradebook in an empty folder."""
    with Gradebook.open(tmp_path) as opened:
        yield opened


@pytest.fixture
def classroom(tmp_path: Path, book: Gradebook, key: keys.Key, text: Callable[..., str]) -> Gradebook:
    """Return the gradebook of a class in which everything has happened."""
    lost = {"test_cost_is_the_mean_over_the_batch": Status.FAILED}
    hand_ins = (
        HandIn("101", tmp_path, "Kim Minsu", identities={"canvas": "101", "sid": "S1", "email": "kim@school.example"}),
        HandIn("202", tmp_path, "이지우", late=True, attempts=3, identities={"moodle": "202"}),
        HandIn("=cmd()", tmp_path),
        HandIn("slow", tmp_path),
        HandIn("unlucky", tmp_path),
    )
    entries = (Entry("doc.docx", Kind.NOT_LOADABLE, "doc", "word", {"file": "doc.docx"}),)
    book.enter(ClassFolder(entries, hand_ins, (HandIn("gone", tmp_path, "Gone Girl"),)), tmp_path / "class")
    book.record("101", key, text("101", **lost))
    book.record("202", key, text("202"))
    book.record("=cmd()", key, text("=cmd()"))
    book.record("slow", key, None, Outcome.TIMED_OUT)
    book.record("unlucky", key, text("unlucky", test_cost_is_a_scalar=Status.VOID))
    return book
