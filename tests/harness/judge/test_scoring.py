"""From check results to points."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graders.harness.base.limits import Limits
from graders.harness.base.model import CheckResult, Status
from graders.harness.judge.rubric import Part, Rubric
from graders.harness.judge.scoring import merge, score, score_part, worst

PART = Part("alpha", 6.0, ("f",), {"test_a": 1, "test_b": 2, "test_c": 3})
OTHER = Part("beta", 4.0, ("g",), {"test_d": 1})
RUBRIC = Rubric("tiny", "lab.py", Limits(), (PART, OTHER))
TITLES = {"alpha": "Alpha", "beta": "Beta"}


def results(*statuses: Status, part: Part = PART) -> list[CheckResult]:
    """Return a result for each check of a part."""
    return [CheckResult(name, part.name, status) for name, status in zip(part.checks, statuses, strict=False)]


def points(*statuses: Status) -> float:
    """Return the points of a part whose checks ended so."""
    return score_part(PART, "Alpha", results(*statuses)).points


ALL_RIGHT = [*results(*[Status.PASSED] * 3), *results(Status.PASSED, part=OTHER)]


@pytest.mark.parametrize(("lost", "left"), [(0, 5.0), (1, 4.0), (2, 3.0)])
def test_failed_check_costs_its_weight(lost, left):
    """A check is worth its share of the part's weights."""
    statuses = [Status.PASSED] * 3
    statuses[lost] = Status.FAILED
    assert points(*statuses) == left


@pytest.mark.parametrize("status", [Status.FAILED, Status.BLOCKED])
def test_check_that_did_not_pass_earns_nothing(status):
    """Failed and blocked checks earn nothing."""
    assert points(status, status, status) == 0


def test_failed_check_earns_its_credit():
    """A check that failed with a credit earns that share of its points."""
    failed = CheckResult("test_0", "alpha", Status.FAILED, credit=0.5)
    part = Part("alpha", 6.0, (), {"test_0": 2.0, "test_1": 1.0})
    assert score_part(part, "Alpha", [failed, CheckResult("test_1", "alpha", Status.PASSED)]).points == 4.0


TIMED = Part("timed", 5.0, (), {"test_d": 1})


@pytest.mark.parametrize(("lost", "earned"), [(0, 1.0), (1, 2.0), (2, 3.0)])
def test_check_that_waits_for_a_wrong_function_earns_what_that_one_lost(lost: int, earned: float) -> None:
    """At most: a mistake pays for what it keeps from being judged."""
    statuses = [Status.PASSED] * 3
    statuses[lost] = Status.FAILED
    charged = CheckResult("test_d", "timed", Status.BLOCKED, credit=1.0, unwritten="f")
    rubric = Rubric("tiny", "lab.py", Limits(), (PART, TIMED))
    _, (_, timed) = score(rubric, TITLES | {"timed": "Timed"}, [*results(*statuses), charged])
    assert timed.points == earned
    assert timed.status is Status.BLOCKED


STATUSES = st.sampled_from([Status.PASSED, Status.FAILED, Status.BLOCKED])


@given(st.lists(STATUSES, min_size=3, max_size=3), st.floats(0.5, 50), st.floats(0.5, 50), st.floats(0, 1))
def test_no_mistake_is_worth_making_for_what_it_keeps_from_being_judged(
    statuses: list[Status], points: float, timed_points: float, credit: float
) -> None:
    """With points of any size: the slow loop without the mistake earns as much or more."""
    part, timed = Part("alpha", points, ("f",), PART.checks), Part("timed", timed_points, (), TIMED.checks)
    rubric, titles = Rubric("tiny", "lab.py", Limits(), (part, timed)), TITLES | {"timed": "Timed"}
    charged = CheckResult("test_d", "timed", Status.BLOCKED, credit=1.0, unwritten="f")
    slow = CheckResult("test_d", "timed", Status.FAILED, credit=credit)
    _, with_mistake = score(rubric, titles, [*results(*statuses), charged])
    _, without = score(rubric, titles, [*results(*[Status.PASSED] * 3), slow])
    rounding = 0.011  # both points are rounded to hundredths
    assert sum(p.points for p in with_mistake) <= sum(p.points for p in without) + rounding


def test_the_run_with_the_least_credit_counts():
    """A check that failed twice earns what its worse run earned."""
    runs = [CheckResult("test_0", "alpha", Status.FAILED, credit=credit) for credit in (0.6, 0.3)]
    assert [check.credit for check in merge(runs)] == [0.3]


def test_skipped_check_leaves_its_points_to_the_others():
    """What a machine cannot run costs nothing and gives nothing."""
    assert points(Status.PASSED, Status.FAILED, Status.SKIPPED) == 2.0
    assert points(Status.PASSED, Status.PASSED, Status.SKIPPED) == 6.0


def test_part_that_is_skipped_as_a_whole_has_no_points():
    """A part of which nothing ran is worth nothing, so the most that can be had is less."""
    part = score_part(PART, "Alpha", results(*[Status.SKIPPED] * 3))
    assert (part.points, part.max_points, part.status) == (0.0, 0.0, Status.SKIPPED)


def test_check_that_did_not_run_keeps_its_points():
    """A check that was not selected still counts in the part's weights."""
    assert points(Status.PASSED) == 1.0


@given(st.lists(st.floats(0.01, 1000), min_size=1, max_size=9), st.floats(0, 1000))
@settings(derandomize=True, database=None, deadline=None)
def test_all_right_is_all_points(weights, most):
    """Whatever the weights, a part where everything passed has all its points, rounded to two places."""
    part = Part("alpha", most, (), {f"test_{n}": weight for n, weight in enumerate(weights)})
    scored = score_part(part, "Alpha", [CheckResult(name, "alpha", Status.PASSED) for name in part.checks])
    assert scored.points == round(most, 2)


def test_points_are_rounded_to_two_places():
    """A third of the points is written with two places."""
    part = Part("alpha", 1.0, (), {"test_a": 1, "test_b": 1, "test_c": 1})
    scored = score_part(part, "Alpha", results(Status.PASSED, Status.FAILED, Status.FAILED, part=part))
    assert scored.points == 0.33


@pytest.mark.parametrize("order", list(itertools.permutations([Status.PASSED, Status.FAILED, Status.SKIPPED])))
def test_runs_of_one_check_count_as_their_worst(order):
    """A parametrised check that failed once has failed, whichever run it was."""
    runs = [CheckResult("test_a", "alpha", status, duration_s=1.0) for status in order]
    (merged,) = merge(runs)
    assert (merged.status, merged.duration_s) == (Status.FAILED, 3.0)


def test_first_of_equally_bad_runs_is_told():
    """Of two failed runs the message of the first is kept."""
    runs = [CheckResult("test_a", "alpha", Status.FAILED, hint=text) for text in ("one", "two")]
    assert merge(runs)[0].hint == "one"


def test_checks_of_one_name_in_two_parts_are_two():
    """A check is known by part and name."""
    assert len(merge([CheckResult("test_a", part, Status.PASSED) for part in ("alpha", "beta")])) == 2


@pytest.mark.parametrize(
    ("statuses", "gravest"),
    [
        ([Status.PASSED, Status.SKIPPED], Status.PASSED),
        ([Status.PASSED, Status.BLOCKED], Status.BLOCKED),
        ([Status.BLOCKED, Status.FAILED], Status.FAILED),
        ([Status.FAILED, Status.VOID], Status.VOID),
    ],
)
def test_part_is_as_bad_as_its_worst_check(statuses, gravest):
    """Our own fault outweighs a failure, that a block, that a pass, that a skip."""
    assert worst(statuses) is worst(statuses[::-1]) is gravest


def test_complete_run_is_graded():
    """All checks of the rubric make a grade."""
    status, parts = score(RUBRIC, TITLES, ALL_RIGHT)
    assert (status, [(part.title, part.points) for part in parts]) == ("graded", [("Alpha", 6.0), ("Beta", 4.0)])


def test_parts_come_in_the_rubrics_order():
    """Results that come in another order, as from parallel runs, give the same report."""
    assert [part.name for part in score(RUBRIC, TITLES, ALL_RIGHT[::-1])[1]] == ["alpha", "beta"]


def test_run_with_checks_left_out_is_partial():
    """Some checks are no grade, and parts of which nothing ran are left out."""
    status, parts = score(RUBRIC, TITLES, ALL_RIGHT[:2])
    assert (status, [part.name for part in parts]) == ("partial", ["alpha"])


@pytest.mark.parametrize("ran", [4, 2])
def test_our_own_fault_voids_the_run(ran):
    """One check that the grader itself failed in is enough for there to be no grade."""
    voided = [CheckResult("test_a", "alpha", Status.VOID), *ALL_RIGHT[1:ran]]
    assert score(RUBRIC, TITLES, voided)[0] == "void"
