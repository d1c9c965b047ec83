"""A misconception about which digits are examined: those that were given, or those that were loaded last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graders.harness.judge import expect
from graders.harness.judge.clues import Clue, NoClue
from graders.measuring import arranged
from graders.mistakes.ideas import Idea

from .accuracy import ATOL

if TYPE_CHECKING:
    from graders.measuring.arranged import Evaluated
    from graders.measuring.pieces import Lab


def look(lab: Lab) -> tuple[Evaluated, Evaluated]:
    """Examine the same digits twice, with others loaded before the second time.

    Raises NoClue where the first is wrong, too.
    """
    alone, between = (arranged.evaluated(lab, arranged.ragged, between=later) for later in (False, True))
    if abs(expect.number(alone.evidence) - alone.share) > ATOL:
        raise NoClue
    return alone, between


KEPT = Clue(("test_every_image_counts_equally",), look)


@KEPT.mistake("dataset-ignored-by-evaluation", Idea.EVALUATION)
def _of_others(seen: tuple[Evaluated, Evaluated]) -> bool:
    first, second = (expect.number(one.evidence) for one in seen)
    return abs(first - second) > ATOL


CLUES = (KEPT,)
