"""A look at a submission is taken once a run, and shows everybody the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest

from graders.harness.base.errors import CheckFailed, StaleHandle, Unwritten
from graders.harness.base.model import Failure
from graders.harness.judge.lab import Lab, Shared
from graders.harness.judge.looks import remembered
from graders.harness.judge.notes import Notes
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Worker:
    """Stands for a submission: all that a look needs to know of it is which worker answers."""

    generation: int = 1


@pytest.fixture
def lab() -> Lab:
    """Return the lab that a check has."""
    return Lab(SPEC, cast("Any", Worker()), 0, Notes(), Shared())


def another(lab: Lab, *own: str) -> Lab:
    """Return the lab that another check of the same run has."""
    return Lab(lab.spec, lab.submission, lab.seed, Notes(own=set(own)), lab.shared)


def counted(act: Callable[[Lab], object] = lambda lab: None) -> tuple[Callable[..., object], list[tuple[Any, ...]]]:
    """Return a look, and a list of what it was asked with."""
    taken: list[tuple[Any, ...]] = []

    @remembered
    def look(lab: Lab, size: object = 3, *, train: bool = False) -> object:
        taken.append((size, train))
        return act(lab)

    return look, taken


def test_look_is_taken_once_for_the_same_arguments(lab: Lab) -> None:
    """A default counts as what it is, an array as what is in it."""
    look, taken = counted()
    look(lab)
    look(another(lab), 3)
    look(another(lab), size=3, train=False)
    assert taken == [(3, False)]
    look(lab, 4)
    look(lab, 3, train=True)
    assert taken == [(3, False), (4, False), (3, True)]
    for array in (np.zeros(2), np.zeros(2), np.zeros((2, 1)), np.zeros(2, np.float32), np.ones(2)):
        look(lab, array)
    assert len(taken) == 7


@pytest.mark.parametrize("error", [CheckFailed(Failure("plain")), Unwritten("train")], ids=["failed", "unwritten"])
def test_what_a_look_raised_is_raised_again(lab: Lab, error: Exception) -> None:
    """With the same words, and no trace of who asked before."""

    def fail(_lab: Lab) -> None:
        raise error

    look, taken = counted(fail)
    depths = []
    for asking in (lab, another(lab), another(lab)):
        with pytest.raises(type(error)) as raised:
            look(asking)
        assert raised.value is error
        depths.append(len(raised.traceback))
    assert len(taken) == 1
    assert depths[1] == depths[2]


def test_whoever_is_told_has_used_the_stand_ins_too(lab: Lab) -> None:
    """Who asked first makes no difference to what is reported."""
    look, _ = counted(lambda lab: lab.notes.standins.add("load_mnist"))
    outer, _ = counted(look)
    later = another(lab)
    outer(lab)
    look(later)
    assert lab.notes.standins == later.notes.standins == {"load_mnist"}


def test_other_stand_ins_make_another_look(lab: Lab) -> None:
    """What a wrong piece in its own place shows is no answer for those who have its stand-in."""
    look, taken = counted(lambda lab: sorted(lab.notes.own))
    assert [look(lab), look(another(lab, "load_mnist")), look(another(lab)), look(another(lab, "load_mnist"))] == [
        [],
        ["load_mnist"],
        [],
        ["load_mnist"],
    ]
    assert len(taken) == 2


def test_all_is_forgotten_with_the_worker(lab: Lab) -> None:
    """Handles died with it; a look that it died in is taken again."""
    worker = cast("Any", lab.submission)

    def die(_lab: Lab) -> None:
        worker.generation += 1
        raise CheckFailed(Failure("crashed"))

    look, taken = counted()
    deadly, deaths = counted(die)
    look(lab)
    for _ in range(2):
        with pytest.raises(CheckFailed):
            deadly(lab)
    look(lab)
    assert (len(taken), len(deaths)) == (2, 2)


def test_fault_of_ours_is_no_finding(lab: Lab) -> None:
    """A stale handle has the check run anew, and the look taken anew."""

    def stale(_lab: Lab) -> None:
        raise StaleHandle("x")

    look, taken = counted(stale)
    for _ in range(2):
        with pytest.raises(StaleHandle):
            look(lab)
    assert len(taken) == 2
