"""Misconceptions about the length of a data loader, where the batches themselves are right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graders.harness.base.errors import CheckFailed
from graders.harness.judge.clues import Clue, NoClue
from graders.measuring import inputs, serving
from graders.mistakes.ideas import Idea

from . import batches

if TYPE_CHECKING:
    from graders.measuring.pieces import Lab


NO_INTEGER = "cannot be interpreted as an integer"  # what Python says of a length that is none


def look_at_length(lab: Lab) -> tuple[object, int]:
    """Return what a loader says how many batches it has, and how many it has; NO_INTEGER where it says a fraction.

    Raises NoClue where it has other batches.
    """
    tiny, count = inputs.tiny(lab.seed), len(batches.look(lab).epochs[0])
    if count != tiny.full:
        raise NoClue
    try:
        return serving.told_length(lab, tiny.batch).value, count
    except CheckFailed as failed:
        raised = failed.failure.raised
        if raised and raised.type_name == "TypeError" and raised.text.endswith(NO_INTEGER):
            return NO_INTEGER, count
        raise


LENGTH = Clue((batches.COUNT_CHECK,), look_at_length)


@LENGTH.mistake("loader-without-length", Idea.BATCHES)
def _no_length(seen: tuple[object, int]) -> bool:
    return seen[0] is None


@LENGTH.mistake("loader-length-no-whole-number", Idea.BATCHES)
def _fraction(seen: tuple[object, int]) -> bool:
    return seen[0] == NO_INTEGER


@LENGTH.mistake("loader-length-wrong", Idea.BATCHES)
def _other_length(seen: tuple[object, int]) -> dict[str, object] | bool:
    told, count = seen
    return type(told) is int and told != count and {"told": told, "count": count}


CLUES = (LENGTH,)
