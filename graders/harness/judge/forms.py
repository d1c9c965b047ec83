"""The forms of what probes answer, checked on arrival: a submission may have put something else in a probe's place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graders.harness.base.errors import CheckFailed
from graders.harness.base.model import Evidence, Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Fits = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Form:
    """What a probe answers: whether a value fits, and how many items it has to have, by what was sent."""

    fits: Fits
    count: Callable[[Sequence[Any]], int] | None = None


def of(*kinds: type) -> Fits:
    """Return what fits a value of just one of these types."""
    return lambda value: type(value) in kinds


def each(fits: Fits) -> Fits:
    """Return what fits a list whose items all fit."""
    return lambda value: type(value) is list and all(map(fits, value))


def row(*items: Fits) -> Fits:
    """Return what fits a tuple of which each item fits in its place."""

    def fits(value: Any) -> bool:
        same = type(value) is tuple and len(value) == len(items)
        return same and all(fit(item) for fit, item in zip(items, value, strict=True))

    return fits


def expect_form(forms: Mapping[str, Form], name: str, sent: Sequence[Any], evidence: Evidence) -> Evidence:
    """Return the evidence of a probe; raises CheckFailed where no probe answers like that.

    Probes that have no form answer what the checks themselves expect something of.
    """
    value: Any = evidence.value
    form = forms.get(name)
    if form and not (form.fits(value) and (form.count is None or len(value) == form.count(sent))):
        raise CheckFailed(Failure("unreadable", {"text": "TypeError"}, evidence.asked, evidence.where))
    return evidence
