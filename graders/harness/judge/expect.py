"""What a check may ask of evidence. Every function raises CheckFailed with what was expected and what came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from graders.harness.base.errors import CheckFailed
from graders.harness.base.model import Evidence, Failure, Handle, NumpyScalar, TensorValue, Where

from .describe import describe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

LARGEST = 2**1023  # of whole numbers that are a float, too
OWN = object()  # stands for "the evidence's own value"; None may be what a student returned


def fail(evidence: Evidence, key: str, *, where: Where | None = None, **params: Any) -> NoReturn:
    """Say that the evidence is not what was asked for: the message `key`, filled with `params`.

    `where` is the place to look at, if it is a better one than the evidence's.
    """
    raise CheckFailed(Failure(key, params, evidence.asked, where or evidence.where))


def that(condition: object, evidence: Evidence, key: str, **params: Any) -> None:
    """Fail with the message `key` unless `condition` holds."""
    if not condition:
        fail(evidence, key, **params)


def equal(evidence: Evidence, expected: object, value: object = OWN) -> None:
    """Expect a plain value (the evidence's own, unless `value` is given) of the same type and equal."""
    got = evidence.value if value is OWN else value
    that(
        type(got) is type(expected) and got == expected,
        evidence,
        "plain",
        expected=describe(expected),
        got=describe(got),
    )


def tensor(evidence: Evidence, shape: Sequence[int], dtype: str | None = None) -> NDArray[Any]:
    """Expect a tensor of that shape (and dtype); returns its values."""
    value = evidence.value
    wanted = f"{dtype or ''} tensor {list(shape)}".strip()
    if not isinstance(value, TensorValue):
        fail(evidence, "plain", expected=wanted, got=describe(value))
    that(value.shape == tuple(shape), evidence, "plain", expected=wanted, got=describe(value))
    that(dtype in (None, value.dtype), evidence, "plain", expected=wanted, got=describe(value))
    return value.array


def instance(evidence: Evidence, kind: str) -> Handle:
    """Expect an object of the class with the qualified name `kind`; returns its handle."""
    value = evidence.value
    if not isinstance(value, Handle) or kind not in value.kinds:
        fail(evidence, "plain", expected=kind, got=describe(value))
    return value


def number(evidence: Evidence, value: object = OWN) -> float:
    """Expect something that stands for one number, be it Python's, NumPy's or a tensor of one element."""
    got = evidence.value if value is OWN else value
    found = as_number(got)
    if found is None:
        fail(evidence, "no_number", got=describe(got))
    return found


def as_number(value: object) -> float | None:
    """Return the one number that `value` stands for, or None."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value) if abs(value) <= LARGEST or isinstance(value, float) else None
    if isinstance(value, NumpyScalar):
        return value.value
    array = value.array if isinstance(value, TensorValue) else value
    return float(array.item()) if isinstance(array, np.ndarray) and array.size == 1 else None


def plain_float(evidence: Evidence, value: object = OWN) -> float:
    """Expect a Python float, or NumPy's float64, which is one; a tensor may keep its graph alive."""
    got = evidence.value if value is OWN else value
    if isinstance(got, NumpyScalar) and got.dtype == "float64":
        return got.value
    if type(got) is not float:
        fail(evidence, "plain", expected="float", got=describe(got))
    return got


def unchanged(evidence: Evidence, argument: str) -> None:
    """Expect that what was given was not changed in place; `argument` is what the contract calls it."""
    that(not evidence.changed, evidence.beside, "argument_changed", argument=argument)


def close(evidence: Evidence, got: ArrayLike, expected: ArrayLike, atol: float) -> None:
    """Expect numbers within `atol` of the expected ones; NaN is close to nothing."""
    actual, wanted = np.asarray(got, np.float64), np.asarray(expected, np.float64)
    if actual.shape != wanted.shape:
        fail(evidence, "plain", expected=f"{list(wanted.shape)}", got=f"{list(actual.shape)}")
    with np.errstate(invalid="ignore"):
        excess = np.abs(actual - wanted) - atol
    excess = np.where(np.isnan(excess), np.inf, excess)
    if actual.size and excess.max() > 0:
        at = tuple(int(i) for i in np.unravel_index(int(excess.argmax()), actual.shape))
        _fail_close(evidence, actual[at], wanted[at], list(at))


def _fail_close(evidence: Evidence, got: Any, expected: Any, at: list[int]) -> NoReturn:
    wanted, came = f"{expected:.9g}", f"{got:.9g}"
    if not at:
        fail(evidence, "number", expected=wanted, got=came)
    fail(evidence, "element", expected=wanted, got=came, at=at, difference=f"{abs(got - expected):.3g}")
