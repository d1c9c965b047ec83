"""The median of paired ratios and the interval around it."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graders.harness.timing.intervals import median_interval, ratios


def ranks(count: int, confidence: float) -> tuple[int, int]:
    """Return which order statistics make the interval of so many values, counted from 1."""
    low, high = median_interval(list(range(1, count + 1)), confidence)
    return int(low), int(high)


# Table A3 of W. J. Conover, Practical Nonparametric Statistics: 95 % intervals for the median.
@pytest.mark.parametrize(("count", "rank"), [(6, 1), (8, 1), (9, 2), (12, 3), (15, 4), (20, 6), (25, 8)])
def test_ranks_are_those_of_the_sign_test(count, rank):
    """The interval runs from the r-th smallest to the r-th largest value, r as in the tables."""
    assert ranks(count, 0.95) == (rank, count + 1 - rank)


@given(st.integers(9, 400), st.sampled_from([0.9, 0.95, 0.99]))
@settings(derandomize=True, database=None, deadline=None)
def test_interval_is_the_narrowest_that_is_sure_enough(count, confidence):
    """Its coverage is at least what is asked; one rank further in, it would be less."""
    rank, _ = ranks(count, confidence)

    def coverage(r: int) -> float:
        return 1 - 2 * sum(math.comb(count, k) for k in range(r)) / float(2**count)

    assert coverage(rank) >= confidence
    assert coverage(rank + 1) < confidence or rank == (count + 1) // 2


@pytest.mark.parametrize("count", [1, 2, 5])
def test_few_values_give_all_there_is(count):
    """Too few for the confidence: from the smallest to the largest."""
    assert ranks(count, 0.95) == (1, count)


def test_no_values_give_no_interval():
    """Nothing cannot be told anything about."""
    with pytest.raises(ValueError, match="no values"):
        median_interval([], 0.95)


def test_interval_covers_as_often_as_it_says():
    """Of 2,000 samples of a skewed distribution, some 95 % have the true median inside."""
    chance, inside = random.Random(0), 0
    for _ in range(2000):
        low, high = median_interval([chance.expovariate(math.log(2)) for _ in range(40)], 0.95)
        inside += low <= 1 <= high
    assert 0.94 <= inside / 2000 <= 0.98


def test_ratio_is_how_many_times_as_fast_ours_is():
    """Half of the time is twice as fast."""
    assert ratios([(1.0, 2.0), (4.0, 2.0)]) == [2.0, 0.5]
