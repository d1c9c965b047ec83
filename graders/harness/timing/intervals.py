"""How much faster one of two programs is, from rounds timed in pairs: a median of ratios and an interval around it.

Pure functions. The interval is that of order statistics (the sign test's): the median of a distribution lies between
the k-th smallest and the k-th largest of n independent values with a probability that depends on k and n alone, not on
the distribution. W. J. Conover, Practical Nonparametric Statistics, section 3.2.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def median_interval(values: Sequence[float], confidence: float) -> tuple[float, float]:
    """Return the narrowest pair of order statistics that covers the median with at least `confidence`, in (0, 1).

    With too few values for that, the smallest and the largest of them. Raises ValueError where there are none.
    """
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    rank = _rank(len(ordered), confidence)
    return ordered[rank], ordered[-1 - rank]


def _rank(count: int, confidence: float) -> int:
    """Return how many values to leave out at each end.

    With r left out the median is missed with probability 2 P(Binomial(n, 1/2) <= r); with none, the least there is.
    """
    missed = 2 / 2**count
    for rank in range(1, (count + 1) // 2):
        missed += 2 * math.comb(count, rank) / 2**count
        if missed > 1 - confidence:
            return rank - 1
    return 0


def ratios(pairs: Iterable[tuple[float, float]]) -> list[float]:
    """Return for each pair of durations (ours, theirs) how many times as fast ours is."""
    return [theirs / ours for ours, theirs in pairs]
