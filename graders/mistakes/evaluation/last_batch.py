"""Misconceptions about the last, incomplete batch that show in any order of the images."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from graders.harness.judge import expect
from graders.harness.judge.clues import Clue
from graders.measuring import arranged
from graders.mistakes import values
from graders.mistakes.ideas import Idea

from .accuracy import ATOL

if TYPE_CHECKING:
    from collections.abc import Callable

    from graders.measuring.pieces import Lab

BATCH = 100  # the lesson's
# How many digits, no whole batches, and how many of them are labelled with another digit than the model's answer.
CASES = ((299, 1), (299, 3), (299, 5), (499, 3), (499, 7), (499, 9))


def _few_wrong(count: int, wrong: int, pool: arranged.Pool) -> arranged.Arrangement:
    """Arrange digits of which a few, scattered, are wrong."""
    right = np.ones(count, bool)
    right[np.linspace(0, count - 1, wrong + 2, dtype=int)[1:-1]] = False
    return arranged.arrange(pool, pool.scaled == pool.raw, right)


def look(lab: Lab) -> list[float]:
    """Return the accuracies of digits of which a few are wrong."""
    return [expect.number(arranged.evaluated(lab, partial(_few_wrong, *case)).evidence) for case in CASES]


REST = Clue(("test_every_image_counts_equally",), look)


@REST.mistake("incomplete-batch-left-out", Idea.EVALUATION)
def _left_out(seen: list[float]) -> bool:
    """Recognise whole batches of the digits, whichever: the right ones are a share of those, or of all."""
    return _are_of(lambda count: count // BATCH * BATCH, seen) or _are_of(lambda count: count, seen)


def _are_of(number: Callable[[int], int], seen: list[float]) -> bool:
    odd = set()
    for (count, wrong), share in zip(CASES, seen, strict=True):
        right, served = values.finite(share * number(count)), count // BATCH * BATCH
        missed = served - round(right)
        if abs(right - round(right)) > ATOL * number(count) or not 0 <= missed <= wrong:
            return False
        odd |= {count} if missed % 2 else set()
    # An odd number of a few hundred is no number of fewer, and no rounding to two decimals makes it.
    return len(odd) == len({count for count, _ in CASES})


CLUES = (REST,)
