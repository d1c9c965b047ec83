"""Whole submissions, graded as users grade them: bugs lose their own part, correct work loses nothing.

All of them by default, some minutes with `-n auto`; `--sample` grades a sample spread over parts and styles.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that `corpus` is found however pytest was started

from corpus import BUGS, HALF_DONE, TWO_BUGS, bug_source, correct_sources, half_done_source, spread, two_bug_source

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from corpus import Bug, HalfDone, TwoBugs

pytest_plugins = ["grading"]

BUGS_A_PART, CORRECT, HALF, PAIRS = 4, 20, 8, 8  # of the sample
FOLLOWS = {"accuracy", "throughput"}  # parts that a mistake may cost by consequence
# Mistakes that no number tells apart from others, or that leave none behind. The catalogue must keep silent.
NAMELESS = {
    "random-half-of-the-images",  # chance decides which half
    "log-of-sigmoid",  # the catalogue has no such cost; once it was taken for a log of a softmax
    "criterion-ends-the-process",  # nobody is left to be asked
    "model-ends-the-process",
}
# What a bug's own mistake brings along is a mistake with a name of its own.
BROUGHT = {
    "gradients-left-by-testing": {"gradients-on-in-evaluation"},  # backward needs a graph
    "loss-base-ten": {"softmax-and-log-apart"},  # PyTorch has no log_softmax of base ten
    "epochs-on-one-line": {"end-not-on-its-own-line"},
}

Grade = "Callable[[str, str | Path], dict[str, Any]]"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the cases: all of them, or a sample spread over the parts and the styles."""
    whole = not metafunc.config.getoption("sample")
    cases = {
        "pair": TWO_BUGS if whole else spread(TWO_BUGS, PAIRS),
        "bug": BUGS
        if whole
        else [bug for part in _parts() for bug in spread([b for b in BUGS if b.part == part], BUGS_A_PART)],
        "half_done": HALF_DONE if whole else spread(HALF_DONE, HALF),
        "correct": list(correct_sources()) if whole else spread(list(correct_sources()), CORRECT),
    }
    for name, chosen in cases.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, chosen, ids=[getattr(case, "name", case) for case in chosen])


def _parts() -> list[str]:
    return list(dict.fromkeys(bug.part for bug in BUGS))


def shares(report: dict[str, Any]) -> dict[str, float]:
    """Return the share of its points that each part got, those left out that could not be run."""
    return {part["name"]: part["points"] / part["max_points"] for part in report["parts"] if part["max_points"]}


def reasons(report: dict[str, Any]) -> str:
    """Return what the failed checks said, for the assertion's message."""
    failed = [
        check for part in report["parts"] for check in part["checks"] if check["status"] not in ("passed", "skipped")
    ]
    return "\n".join(f"{check['name']}: {check['message']}" for check in failed)


def names(report: dict[str, Any]) -> set[str]:
    """Return all the mistakes that were named."""
    found = [check["mistake"] for part in report["parts"] for check in part["checks"]]
    return {name for text in found if text for name in text.split(" + ")}


def test_one_bug_costs_its_own_part_and_no_other(bug: Bug, grade: Callable[..., dict[str, Any]]) -> None:
    """A submission with one mistake loses points in the part of that mistake, and only there; it is named, rightly."""
    report = grade(bug.name, bug_source(bug))
    lost = {name for name, share in shares(report).items() if share < 1}
    assert bug.part in lost
    assert lost - FOLLOWS == {bug.part}, reasons(report)
    assert names(report) - BROUGHT.get(bug.name, set()) == (set() if bug.name in NAMELESS else {bug.mistake})


def test_two_bugs_are_both_named(pair: TwoBugs, grade: Callable[..., dict[str, Any]]) -> None:
    """A submission with two mistakes has both of them named, and no other."""
    mistakes = {bug.name: bug.mistake for bug in BUGS}
    assert names(grade(pair.name, two_bug_source(pair))) == {mistakes[pair.first], mistakes[pair.second]}


def test_correct_work_in_another_style_gets_full_marks(correct: str, grade: Callable[..., dict[str, Any]]) -> None:
    """A correct submission loses nothing, however it is written."""
    report = grade(correct, correct_sources()[correct])
    assert report["score"] == report["max_score"], reasons(report)


def test_a_function_that_is_not_there_is_told_in_one_way(grade: Callable[..., dict[str, Any]]) -> None:
    """Nobody is asked why a function that is missing does this or that."""
    (data,) = (part for part in grade("no-load-mnist", "x = 1\n")["parts"] if part["name"] == "data")
    assert len({check["message"] for check in data["checks"]}) == 1


def test_a_half_done_lab_gets_the_parts_it_has(half_done: HalfDone, grade: Callable[..., dict[str, Any]]) -> None:
    """What is written counts in full, what is not counts nothing."""
    got = shares(grade(half_done.name, half_done_source(half_done)))
    full = {name for name, share in got.items() if share == 1}
    some = {name for name, share in got.items() if 0 < share < 1}
    assert full == set(half_done.full)
    assert some <= set(half_done.partial)
