"""Numbers that were rounded: float32 and float64 may differ by little, and be rounded to two that differ by much."""

from __future__ import annotations

import numpy as np

FEW = range(6)  # decimals; with more, a rounded cost is within a cost's tolerance
EPS = float(np.finfo(np.float32).eps)


def is_of(got: float, number: float, places: int, atol: float) -> bool:
    """Tell whether a text's or a rounded number is `number`, known within `atol`, to so many decimals."""
    return abs(got - number) <= atol + 0.5 * 10.0**-places


def is_rounded(got: float, number: float, places: int, atol: float) -> bool:
    """Tell whether a number is `number`, known within `atol`, without more than so many decimals, in float32 even."""
    return is_of(got, number, places, atol) and abs(got - round(got, places)) <= EPS * max(1.0, abs(got))
