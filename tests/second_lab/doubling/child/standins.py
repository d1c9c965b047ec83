"""Correct functions."""

from __future__ import annotations


def double(number: int) -> int:
    """Return twice the number."""
    return 2 * number


def total(numbers: list[int]) -> int:
    """Return the sum of the doubles."""
    return sum(double(number) for number in numbers)
