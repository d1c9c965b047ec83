"""Where what a submission returned becomes numbers to reckon with: each raises NoClue for what is not of its kind.

Nothing else in the catalogue catches what a formula raises: behind these, a TypeError is a fault of ours.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from graders.harness.base.model import TensorValue
from graders.harness.judge import expect
from graders.harness.judge.clues import NoClue

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

T = TypeVar("T")


def number(value: object) -> float:
    """Return the one number that a value stands for; it may be NaN."""
    found = expect.as_number(value)
    if found is None:
        raise NoClue
    return found


def finite(number: float) -> float:
    """Return a number that is neither infinite nor NaN, and that can be rounded therefore."""
    if not math.isfinite(number):
        raise NoClue
    return number


def ratio(dividend: float, divisor: float) -> float:
    """Return a finite ratio."""
    if divisor == 0:
        raise NoClue
    return finite(float(dividend) / float(divisor))


def whole(value: object) -> int:
    """Return a whole number, such as a length."""
    if type(value) is not int:
        raise NoClue
    return value


def array(value: object) -> NDArray[np.float64]:
    """Return a tensor's, an array's or a number's values, or those of rows of one shape in a list or tuple."""
    given = value.array if isinstance(value, TensorValue) else value
    if isinstance(given, np.ndarray):
        return given.astype(np.float64)
    if not isinstance(given, (list, tuple)):
        return np.asarray(float(given) if isinstance(given, bool) else number(given))
    rows = [array(item) for item in given]
    if len({row.shape for row in rows}) != 1:
        raise NoClue
    return np.stack(rows)


def shaped(value: object, *shape: int) -> NDArray[np.float64]:
    """Return finite values that fill a shape, whichever they had."""
    found = array(value)
    if found.size != math.prod(shape) or not np.isfinite(found).all():
        raise NoClue
    return found.reshape(shape)


def only(items: Iterable[T]) -> T:
    """Return the only one of some items."""
    found = list(items)
    if len(found) != 1:
        raise NoClue
    return found[0]


def two(value: object) -> tuple[Any, Any]:
    """Return the items of a pair."""
    if not isinstance(value, (list, tuple)) or len(value) != 2:
        raise NoClue
    return value[0], value[1]
