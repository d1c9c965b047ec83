"""Reports put together, and points worked out anew: the same as of a fresh grading."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graders.commands.teacher.grades.merging import merged, rescored
from graders.harness.base.fingerprints import Fingerprints
from graders.harness.base.limits import Limits
from graders.harness.base.model import CheckResult, Report, Status, Suspicion, Visibility
from graders.harness.base.rows import Row
from graders.harness.base.speed import Throughput
from graders.harness.judge import fingerprints
from graders.harness.judge.rubric import Part, Rubric
from graders.harness.judge.scoring import score, totals, unseen
from graders.harness.render import json_report
from graders.harness.render.tame import tame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graders.harness.base.words import Words

TITLES = {"alpha": "Alpha", "beta": "Beta", "timed": "Timed"}
SPEED = Throughput("cpu", "some processor", 2e6, 1.9e6, 1.05, 1.02, 1.08, 80, part="timed")


def rubric(points: Sequence[float] = (6, 4, 5), weights: Sequence[float] = (1, 2, 3, 1, 1, 1)) -> Rubric:
    """Return a rubric of three parts; the last one waits for functions of the others."""
    names = iter([f"test_{letter}" for letter in "abcdef"])
    each = iter(weights)
    sizes = {"alpha": (3, ("f",)), "beta": (2, ("g", "h")), "timed": (1, ())}
    parts = [
        Part(name, most, functions, {next(names): next(each) for _ in range(count)})
        for (name, (count, functions)), most in zip(sizes.items(), points, strict=True)
    ]
    return Rubric("tiny", "lab.py", Limits(), tuple(parts))


def graded(by: Rubric, results: Sequence[CheckResult], **facts: Any) -> Report:
    """Return the report of a fresh grading with these results, as the judge makes it."""
    status, parts = score(by, TITLES, results)
    points, most = totals(status, parts)
    prints = Fingerprints("s", "r", fingerprints.of_points(by), "g", {part.name: part.name for part in by.parts}, "d")
    return Report(
        **{
            "lab": "tiny", "title": "Tiny", "submission": "anna", "status": status, "score": points, "max_score": most,
            "isolation": "none", "data": None, "seed": 0, "fingerprints": prints, "duration_s": 0.0, "versions": {},
            "checks_in_rubric": 6, "parts": parts,
            "skipped": tuple(dict.fromkeys(text for result in results for text in unseen(result))), **facts,
        }
    )  # fmt: skip


@st.composite
def results(draw: st.DrawFn) -> list[CheckResult]:
    """Draw what became of every check; some failed in part, some wait for functions of any part."""
    found = []
    for part in rubric().parts:
        for name in part.checks:
            status = draw(st.sampled_from(Status))
            credit = draw(st.sampled_from([0.0, 0.3, 1.0])) if status in (Status.FAILED, Status.BLOCKED) else 0.0
            unwritten = draw(st.sampled_from(["f", "g", "h", None]))
            why = (Row(None, draw(st.sampled_from(["no GPU", "no net"]))),) if status is Status.SKIPPED else ()
            found.append(CheckResult(name, part.name, status, credit=credit, unwritten=unwritten, rows=why))
    return found


POINTS = st.lists(st.floats(0, 50).map(lambda value: round(value, 1)), min_size=3, max_size=3)
WEIGHTS = st.lists(st.integers(1, 9), min_size=6, max_size=6)


@given(results(), POINTS, WEIGHTS, POINTS, WEIGHTS)
@settings(derandomize=True, database=None, deadline=None, max_examples=60)
def test_points_worked_out_anew_are_those_of_a_fresh_grading(
    found: list[CheckResult], points: list[float], weights: list[int], others: list[float], other_weights: list[int]
) -> None:
    """Whatever became of the checks, and whatever the points were before; also there and back again."""
    old, new = rubric(points, weights), rubric(others, other_weights)
    before, after = graded(old, found), graded(new, found)
    assert rescored(before, new, TITLES) == after
    assert rescored(rescored(before, new, TITLES), old, TITLES) == before


@given(results(), results(), st.sets(st.sampled_from(sorted(TITLES)), min_size=1), POINTS)
@settings(derandomize=True, database=None, deadline=None, max_examples=60)
def test_a_part_judged_anew_takes_its_place(
    found: list[CheckResult], later: list[CheckResult], parts: set[str], points: list[float]
) -> None:
    """The report is that of one grading that had seen all of it."""
    by = rubric(points)
    both = [new if new.part in parts else old for old, new in zip(found, later, strict=True)]
    partial = graded(by, [result for result in later if result.part in parts])
    assert merged(graded(by, found), partial, by, TITLES) == graded(by, both)


@given(results(), st.sets(st.sampled_from(sorted(TITLES)), min_size=1))
@settings(derandomize=True, database=None, deadline=None, max_examples=25)
def test_a_whole_one_grows_of_partial_ones(found: list[CheckResult], first: set[str]) -> None:
    """Some parts first, then the others, with nothing before."""
    by = rubric()
    begun = merged(None, graded(by, [result for result in found if result.part in first]), by, TITLES)
    rest = [result for result in found if result.part not in first]
    assert (merged(begun, graded(by, rest), by, TITLES) if rest else begun) == graded(by, found)


def test_what_a_report_file_holds_is_enough(words: Words) -> None:
    """Also of a check whose credit was lowered to nothing by what its function had lost."""
    charged = CheckResult("test_f", "timed", Status.BLOCKED, credit=1.0, unwritten="f")
    found = [*(CheckResult(name, "alpha", Status.PASSED) for name in ("test_a", "test_b", "test_c"))]
    found += [*(CheckResult(name, "beta", Status.FAILED) for name in ("test_d", "test_e")), charged]
    generous = rubric(weights=(0, 2, 3, 1, 1, 1))
    before = graded(generous, [replace(found[0], status=Status.FAILED), *found[1:]])
    assert before.checks[-1].credit == 0
    read = json_report.parse(json_report.render(tame(before), words), lambda _language: {})
    after = rescored(read, rubric(), TITLES)
    assert after.score == graded(rubric(), [replace(found[0], status=Status.FAILED), *found[1:]]).score == 5 + 1


PASSED = [CheckResult(name, part.name, Status.PASSED) for part in rubric().parts for name in part.checks]


def test_remarks_suspicions_and_speeds_are_there_once() -> None:
    """What both reports say is said once; what the part was timed at before is gone."""
    eye, other = Suspicion("opens", "open"), Suspicion("asks", "socket")
    whole = graded(rubric(), PASSED, suspicions=(eye,), remarks=("one",), throughput=(SPEED,), data="mnist")
    slow = replace(SPEED, ratio=0.4)
    partial = graded(rubric(), PASSED[5:], suspicions=(eye, other), remarks=("one", "two"), throughput=(slow,))
    both = merged(whole, partial, rubric(), TITLES)
    assert set(both.suspicions) == {eye, other}
    assert len(both.suspicions) == 2
    assert (both.remarks, both.throughput, both.data) == (("one", "two"), (slow,), "mnist")
    untimed = merged(whole, graded(rubric(), PASSED[5:]), rubric(), TITLES)
    assert untimed.throughput == ()
    assert merged(whole, graded(rubric(), PASSED[:3]), rubric(), TITLES).throughput == (SPEED,)


def test_times_are_added_once() -> None:
    """A part that is judged anew takes its earlier time away."""
    first = [replace(check, duration_s=1.0) for check in PASSED]
    anew = [replace(check, duration_s=2.0) for check in PASSED[5:]]
    both = merged(graded(rubric(), first, duration_s=8.0), graded(rubric(), anew, duration_s=4.0), rubric(), TITLES)
    assert both.duration_s == 8.0 - 1.0 + 4.0


def test_a_part_that_the_rubric_leaves_out_costs_and_gives_nothing() -> None:
    """As for a class whose training is not timed."""
    whole = graded(rubric(), [*PASSED[:5], replace(PASSED[5], status=Status.FAILED)], throughput=(SPEED,))
    left = rescored(whole, rubric().without(["timed"]), TITLES)
    assert (left.status, left.score, left.max_score, left.throughput) == ("graded", 10, 10, ())
    assert left.checks_in_rubric == 5
    assert sorted(left.fingerprints.parts) == ["alpha", "beta"]


def test_a_check_more_in_the_rubric_leaves_a_report_partial() -> None:
    """Until its part is judged."""
    more = replace(rubric().parts[2], checks={"test_f": 1, "test_g": 1})
    assert (
        rescored(graded(rubric(), PASSED), replace(rubric(), parts=(*rubric().parts[:2], more)), TITLES).score is None
    )


def test_who_may_see_a_part_goes_with_the_points() -> None:
    """It is the rubric's to say, and nothing is judged for it."""
    hidden = replace(rubric().parts[0], visibility=Visibility.HIDDEN)
    by = replace(rubric(), parts=(hidden, *rubric().parts[1:]))
    report = rescored(graded(rubric(), PASSED), by, TITLES)
    assert report.parts[0].visibility is Visibility.HIDDEN
    assert report.fingerprints.points == fingerprints.of_points(by) != fingerprints.of_points(rubric())


@pytest.fixture
def words() -> Words:
    """Return the engine's words."""
    from pathlib import Path

    from graders.harness.judge.messages import Messages

    return Messages([Path(__file__).parents[3] / "graders" / "harness" / "messages"], "en").words
