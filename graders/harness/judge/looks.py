"""Looks at a submission, each taken once a run: checks, soundness and clues that want to see the same share it.

Only what was seen is shared, be it a value or a failure. Each look has fresh pieces of its own: what one of them does
to a model, say, is never seen by another, and no verdict depends on which check comes first.
"""

from __future__ import annotations

import functools
import inspect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

import numpy as np

from graders.harness.base.errors import CheckFailed, Unloadable, Unwritten

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

P = ParamSpec("P")
T = TypeVar("T")


class Sees(Protocol):
    """What can take a look, or knows what it showed."""

    def seen(self, look: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Return what `look` shows with these arguments. Raises what it raises."""


L = TypeVar("L", bound=Sees)


def remembered(look: Callable[Concatenate[L, P], T]) -> Callable[Concatenate[L, P], T]:
    """Have a function whose first argument is a lab be asked once a run for the same other arguments."""
    signature = inspect.signature(look)

    def seen(lab: L, /, *args: P.args, **kwargs: P.kwargs) -> T:
        given = signature.bind(lab, *args, **kwargs)
        given.apply_defaults()  # so that what is left out and what is given as its default are the same look
        return lab.seen(look, *given.args[1:], **given.kwargs)

    functools.update_wrapper(seen, look)
    return seen


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a look returned or raised, and the stand-ins that it used."""

    value: object
    error: CheckFailed | Unwritten | None
    standins: frozenset[str]

    def show(self) -> object:
        """Return the value, or raise the error."""
        if self.error is not None:
            raise self.error.with_traceback(None)  # whoever asked before is no part of this one's way
        return self.value


@dataclass(slots=True)
class Looks:
    """What the looks of one run showed.

    All is forgotten when a worker has died: handles died with it, and what killed it may be asked again.
    """

    _outcomes: dict[Hashable, Outcome] = field(default_factory=dict)
    _worker: int = 0

    def beside(self, worker: int) -> dict[Hashable, Outcome]:
        """Return the outcomes of the looks that were taken beside this worker, and where those to come are kept."""
        if worker != self._worker:
            self._worker, self._outcomes = worker, {}
        return self._outcomes


def take(look: Callable[[], T], standins: set[str]) -> Outcome:
    """Take a look that notes its stand-ins in `standins`. Raises what is no finding about the submission."""
    try:
        value, error = cast("object", look()), None
    except Unloadable:
        raise
    except (CheckFailed, Unwritten) as raised:
        value, error = None, raised.with_traceback(None)
    return Outcome(value, error, frozenset(standins))


def key_of(value: Any) -> Hashable:
    """Return what tells an argument of a look from others: an array is known by its content."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, (list, tuple)):
        return tuple(map(key_of, value))
    if isinstance(value, dict):
        return key_of(list(value.items()))
    return cast("Hashable", value)
