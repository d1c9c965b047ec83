"""Misconceptions about the data loader that show with some data sets only: the student's own, or another."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from graders.harness.judge.clues import NO_MATCH, Clue
from graders.measuring import inputs, measure

from .batches import COUNT, LIKE_OWN_CHECK, ONCE, ORDER, PAIRS, SIZE, orders

if TYPE_CHECKING:
    from collections.abc import Callable

    from graders.measuring.pieces import Lab


def look_at_both(lab: Lab) -> tuple[measure.Served, measure.Served]:
    """Serve the student's own data set and another."""
    pairs = lab.pairs(inputs.tiny_split(lab.seed, True))
    return measure.served(lab, SIZE), measure.served(lab, SIZE, pairs)


LIKE_OWN = Clue((LIKE_OWN_CHECK,), look_at_both)


def _in_one_only(
    explains: Callable[[Any], Any], view: Callable[[Any], Any], seen: tuple[measure.Served, measure.Served]
) -> bool:
    """Tell whether a mistake explains one of two, and not the other."""
    return sum(_holds(explains, view, served) for served in seen) == 1


def _holds(explains: Callable[[Any], Any], view: Callable[[Any], Any], served: measure.Served) -> bool:
    try:
        return bool(explains(view(served)))
    except NO_MATCH:
        return False


for _clue, _view in ((COUNT, lambda served: served), (ORDER, orders), (ONCE, orders), (PAIRS, orders)):
    for _mistake in _clue.mistakes:
        LIKE_OWN.mistake(_mistake.name, _mistake.idea)(partial(_in_one_only, _mistake.explains, _view))


CLUES = (LIKE_OWN,)
