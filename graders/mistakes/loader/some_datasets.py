"""Misconceptions about the data loader that show with some data sets only: the student's own, or another."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from graders.harness.judge.clues import NO_MATCH, Clue
from graders.measuring import inputs, serving
from graders.mistakes.ideas import Idea

from .batches import COUNT, LIKE_OWN_CHECK, ONCE, ORDER, PAIRS, orders

if TYPE_CHECKING:
    from collections.abc import Callable

    from graders.measuring.pieces import Lab


def look_at_both(lab: Lab) -> tuple[serving.Served, serving.Served]:
    """Serve the student's own data set and another."""
    size = inputs.tiny(lab.seed).batch
    return serving.served(lab, size), serving.served(lab, size, "other")


def look_at_whose(lab: Lab) -> tuple[bool, ...]:
    """Tell whether digits of another data set come: by itself, where a list is given, where others are loaded."""
    sources: tuple[serving.Source, ...] = "own", "other", "between"
    size = inputs.tiny(lab.seed).batch
    return tuple(serving.is_of_another(lab, serving.served(lab, size, source)) for source in sources)


LIKE_OWN = Clue((LIKE_OWN_CHECK,), look_at_both)
WHOSE = Clue((LIKE_OWN_CHECK,), look_at_whose)


def _in_one_only(
    explains: Callable[[Any], Any], view: Callable[[Any], Any], seen: tuple[serving.Served, serving.Served]
) -> bool:
    """Tell whether a mistake explains one of two, and not the other."""
    return sum(_holds(explains, view, served) for served in seen) == 1


def _holds(explains: Callable[[Any], Any], view: Callable[[Any], Any], served: serving.Served) -> bool:
    try:
        return bool(explains(view(served)))
    except NO_MATCH:
        return False


for _clue, _view in ((COUNT, lambda served: served), (ORDER, orders), (ONCE, orders), (PAIRS, orders)):
    for _mistake in _clue.mistakes:
        LIKE_OWN.mistake(_mistake.name, _mistake.idea)(partial(_in_one_only, _mistake.explains, _view))


@WHOSE.mistake("dataset-argument-ignored", Idea.BATCHES)
def _ignored(seen: tuple[bool, ...]) -> bool:
    """Recognise digits of a data set that was loaded, but not given."""
    own, *others = seen
    return any(others) and not own


CLUES = (LIKE_OWN, WHOSE)
