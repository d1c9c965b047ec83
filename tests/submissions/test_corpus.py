"""Whole submissions, graded as users grade them: bugs lose their own part, correct work loses nothing."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

import pytest
from corpus import (
    BUGS,
    HALF_DONE,
    TWO_BUGS,
    bug_source,
    correct_sources,
    half_done_source,
    reference_source,
    two_bug_source,
)
from layers import layered

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus import Bug, HalfDone, TwoBugs

pytest_plugins = ["grading"]

# Mistakes that no number tells apart from others, or that leave none behind. The catalogue must keep silent.
NAMELESS = {
    "random-half-of-the-images",  # chance decides which half
    "pixels-by-their-own-norm",  # the catalogue has no such scale; the brightest pixels differ, as they did
    "shuffled-within-three-batches",  # other images meet in a batch
    "some-labels-drawn-anew",  # chance decides
    "noise-on-all-images-once",  # which noise it was cannot be told
    "bias-for-every-pixel",  # the catalogue has no such model
    "always-nothing-right",  # a number that says nothing of how it came about
    "costs-to-the-power-of-two",  # the catalogue has no such mean
    "twenty-batches-only",  # what became of the others does not show in a shorter epoch
    "lower-half-unseen",  # the catalogue has no such model
    "lists-served-blank",  # no image of another data set
    "criterion-ends-the-process",  # nobody is left to be asked
    "model-ends-the-process",
}
RAISES = "cost = criterion(model(images), labels)"  # where PyTorch finds two devices
PRINTS = 'print(f"Epoch: {epoch:04d} cost = {cost:.9f}")'  # the wrong number
ELSEWHERE = {  # a line that is right by itself, and yet one at which the mistake can be seen, or mended
    **dict.fromkeys(("training-labels-not-moved", "training-images-not-moved"), RAISES),
    **dict.fromkeys(("training-on-a-device-of-its-own", "training-without-a-device"), RAISES),
    **dict.fromkeys(("epoch-number-from-zero", "costs-divided-by-epochs"), PRINTS),
    "backward-twice": "cost.backward()",  # one of the two
    "two-steps": "optimizer.step()",
    "gradients-on-while-testing": "logits = model(flatten_images(",  # which builds a graph
}
WHOLE = ("def ", "for ", "return ")  # lines that stand for a function or a loop, where none of them does a mistake
# Correct work that a pretended device cannot run; the report says so, and it loses nothing.
UNSEEN = {"torch_compile_guarded", "vmap_everywhere"}
# What a bug's own mistake brings along is a mistake with a name of its own.
BROUGHT = {
    "gradients-left-by-testing": {"gradients-on-in-evaluation"},  # backward needs a graph
    "loss-base-ten": {"softmax-and-log-apart"},  # PyTorch has no log_softmax of base ten
    "cost-as-numpy": {"array-of-a-device-tensor"},  # on a GPU it would raise
    "epochs-on-one-line": {"end-not-on-its-own-line"},
}

Grade = "Callable[[str, str | Path], dict[str, Any]]"


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


@pytest.mark.parametrize(
    "bug",
    [
        case
        for part in dict.fromkeys(bug.part for bug in BUGS)
        for case in layered({bug.name: bug for bug in BUGS if bug.part == part}, few=2, some=4)
    ],
)
def test_one_bug_costs_its_own_part_and_no_other(bug: Bug, grade: Callable[..., dict[str, Any]]) -> None:
    """A submission with one mistake loses points in the part of that mistake, and only there; it is named, rightly."""
    report = grade(bug.name, bug_source(bug))
    lost = {name for name, share in shares(report).items() if share < 1}
    assert lost == {bug.part, bug.along} - {""}, reasons(report)
    assert names(report) - BROUGHT.get(bug.name, set()) == (set() if bug.name in NAMELESS else {bug.mistake})

    assert not misplaced(report, bug), "a hint that sends a student to a line that is right"
    assert report["score"] <= report["max_score"] - untimed(report), "a slow loop had better make this mistake"


def misplaced(report: dict[str, Any], bug: Bug) -> list[str]:
    """Return the places of named mistakes that are neither the bug's nor those of a whole function or loop.

    Its own are the lines that its edits changed, and those beside a line that they took away; a function's are its
    `def`, and what it returns; a loop's is its beginning.
    """
    right, text = reference_source().splitlines(), bug_source(bug).splitlines()
    own = set[int]()
    for tag, *_, first, last in SequenceMatcher(None, right, text, autojunk=False).get_opcodes():
        own |= set(range(first + 1, last + 1) if last > first else (first, first + 1)) if tag != "equal" else set()
    checks = [check for part in report["parts"] for check in part["checks"] if check["mistake"]]
    lines = {check["where"]["line"] for check in checks if check["where"]}
    fair = (*WHOLE, ELSEWHERE[bug.name]) if bug.name in ELSEWHERE else WHOLE
    return [f"{line}: {text[line - 1]}" for line in lines - own if not text[line - 1].lstrip().startswith(fair)]


def untimed(report: dict[str, Any]) -> float:
    """Return the points that a loop keeps though it was too wrong to be timed; a slow one would be without them."""
    waiting = [part for part in report["parts"] if any(check["status"] == "blocked" for check in part["checks"])]
    return float(sum(part["points"] for part in waiting))


@pytest.mark.parametrize("pair", layered({pair.name: pair for pair in TWO_BUGS}, few=2, some=4))
def test_two_bugs_are_both_named(pair: TwoBugs, grade: Callable[..., dict[str, Any]]) -> None:
    """A submission with two mistakes has both of them named, and no other."""
    mistakes = {bug.name: bug.mistake for bug in BUGS}
    expected = set(pair.mistakes) or {mistakes[pair.first], mistakes[pair.second]}
    assert names(grade(pair.name, two_bug_source(pair))) == expected


@pytest.mark.parametrize("correct", layered({name: name for name in correct_sources()}, few=5, some=10))
def test_correct_work_in_another_style_gets_full_marks(correct: str, grade: Callable[..., dict[str, Any]]) -> None:
    """A correct submission loses nothing, however it is written, and all of it can be looked at."""
    report = grade(correct, correct_sources()[correct])
    assert report["score"] == report["max_score"], reasons(report)
    unseen = [text for part in report["parts"] for check in part["checks"] for text in check["unseen"]]
    assert bool(unseen) == (correct in UNSEEN)


def test_a_function_that_is_not_there_is_told_in_one_way(grade: Callable[..., dict[str, Any]]) -> None:
    """Nobody is asked why a function that is missing does this or that."""
    (data,) = (part for part in grade("no-load-mnist", "x = 1\n")["parts"] if part["name"] == "data")
    assert len({check["message"] for check in data["checks"]}) == 1


@pytest.mark.parametrize("half_done", layered({case.name: case for case in HALF_DONE}, few=2, some=4))
def test_a_half_done_lab_gets_the_parts_it_has(half_done: HalfDone, grade: Callable[..., dict[str, Any]]) -> None:
    """What is written counts in full, what is not counts nothing."""
    got = shares(grade(half_done.name, half_done_source(half_done)))
    full = {name for name, share in got.items() if share == 1}
    some = {name for name, share in got.items() if 0 < share < 1}
    assert full == set(half_done.full)
    assert some <= set(half_done.partial)
