"""What each probe answers, checked on arrival: a submission may have put something else in a probe's place.

Judge side. Probes that are not named here answer what the checks themselves expect something of.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .harness.errors import CheckFailed
from .harness.model import Evidence, Failure, Handle, TensorValue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Form = Callable[[Any], bool]

FIGURE = {"images": TensorValue, "shades": TensorValue, "cmaps": str, "interpolations": str, "titles": str}


def of(*kinds: type) -> Form:
    """Return the form of a value of just one of these types."""
    return lambda value: type(value) in kinds


def each(form: Form) -> Form:
    """Return the form of a list whose items have a form."""
    return lambda value: type(value) is list and all(map(form, value))


def row(*forms: Form) -> Form:
    """Return the form of a tuple whose items have these forms."""

    def fits(value: Any) -> bool:
        same = type(value) is tuple and len(value) == len(forms)
        return same and all(form(item) for form, item in zip(forms, value, strict=True))

    return fits


def _is_figure(value: Any) -> bool:
    return type(value) is dict and value.keys() == FIGURE.keys() and all(each(of(FIGURE[k]))(value[k]) for k in FIGURE)


def _is_state(value: Any) -> bool:
    return type(value) is dict and all(
        type(name) is str and type(array) is TensorValue for name, array in value.items()
    )


def _are_steps(value: Any) -> bool:
    shapes = [[p.shape for p in state] for state in value] if each(each(of(TensorValue)))(value) else [None, 0]
    return all(before == after for before, after in pairwise(shapes))


def _is_affine(value: Any) -> bool:
    return row(of(TensorValue), of(TensorValue))(value) and [part.shape for part in value] == [(10, 784), (10,)]


FORMS: dict[str, Form] = {
    "items": of(list),
    "epochs": each(of(list)),
    "parameters": each(row(each(of(int)), of(bool))),
    "affine": _is_affine,
    "state": _is_state,
    "figure": _is_figure,
    "optimizer_steps": _are_steps,
    "optimized": row(of(int), of(int)),
    "tags_alive": each(row(of(int), of(int))),
    "fetches": of(int),
    "costs_noted": each(of(float)),
    "layers": each(of(str)),
    "loose": each(each(of(int))),
    "watched": row(of(Handle), of(Handle), of(Handle)),
    "notes": each(of(str)),
    "fetching": each(row(of(str), of(int))),
    "device_name": of(str, type(None)),
}
COUNTS: dict[str, Callable[[Sequence[Any]], int]] = {  # how many there are to be, by what was sent
    "items": lambda sent: len(sent[1]),
    "epochs": lambda sent: int(sent[1]),
    "optimizer_steps": lambda sent: len(sent[2]) + 1,
}


def expect_form(name: str, sent: Sequence[Any], evidence: Evidence) -> Evidence:
    """Return the evidence of a probe; raises CheckFailed where no probe answers like that."""
    value: Any = evidence.value
    fits = FORMS[name](value) if name in FORMS else True
    if not fits or (name in COUNTS and len(value) != COUNTS[name](sent)):
        raise CheckFailed(Failure("unreadable", {"text": "TypeError"}, evidence.asked, evidence.where))
    return evidence
