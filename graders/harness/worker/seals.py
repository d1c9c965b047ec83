"""What student code has put in the place of others' functions: torch's, NumPy's, Python's own. Child side."""

from __future__ import annotations

import builtins
import json
import random
import sys
import time
from operator import is_
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.testing  # by itself, so that a nursery has it before it forks

from .unasked import code_of, is_from
from .versions import counter_of
from .wire import MAX_BROKEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .observer import Places

ENGINE = f"{__package__}".rpartition(".")[0] + "."  # how the names of our own modules begin
EACH, PAIRED, LENGTH = all, map, len  # as they are before a submission may put its own in their place


READY: list[Seals] = []  # the process's own, where it was made beforehand


def seal() -> None:
    """Remember now what workers forked from this process would each remember; where torch was imported."""
    READY[:] = [Seals(sys.modules["torch"])] if "torch" in sys.modules else []


class Seals:
    """Remembers what modules and classes held before the submission was loaded, and tells what is the student's now."""

    def __init__(self, torch: Any) -> None:
        owners = {
            "builtins": builtins,
            "json": json,
            "random": random,
            "sys": sys,
            "time": time,
            "numpy": np,
            "numpy.testing": np.testing,
            "torch": torch,
            "torch.Tensor": torch.Tensor,
            "torch.testing": torch.testing,
            "torch.autograd": torch.autograd,
            "torch.cuda": torch.cuda,
            "torch.nn": torch.nn,
            "torch.nn.Module": torch.nn.Module,
            "torch.nn.functional": torch.nn.functional,
            "torch.optim": torch.optim,
            "torch.optim.Optimizer": torch.optim.Optimizer,
            "torch.optim.SGD": torch.optim.SGD,
            "torch.utils.data": torch.utils.data,
            **{name: module for name, module in sys.modules.items() if name.startswith(ENGINE)},
        }
        self._held = [_Held(name, vars(owner)) for name, owner in owners.items()]

    def broken(self, places: Places, own: str) -> list[list[Any]]:
        """Return the names that now stand for something of the student's, each with its place where that is known.

        `own` is the name of the submission's module.
        """
        found: list[list[Any]] = []
        for held in self._held:
            found += held.broken(places, own)
        return found[:MAX_BROKEN]


class _Held:
    """What one module or class held."""

    def __init__(self, owner: str, now: Mapping[str, object]) -> None:
        self._owner, self._now, self._before = owner, now, dict(now)
        self._innocent = list(now.values())  # as they were when nothing of the student's was among them
        self._count = counter_of(now)
        self._clean = self._count()  # as far as it had counted when they were

    def broken(self, places: Places, own: str) -> list[list[Any]]:
        count = self._count()  # first: what a thread of the student's puts there meanwhile is counted, too
        if count and count == self._clean:
            return []
        values = [*self._now.values()]
        if _are_same(values, self._innocent):  # 4,000 names in all, after each call: no loop of Python's looks at them
            self._clean = count
            return []
        found = [[f"{self._owner}.{name}", place or None] for name, place in self._theirs(places, own)]
        if not found:  # a module that was imported since, say
            self._innocent, self._clean = values, count
        return found

    def _theirs(self, places: Places, own: str) -> Iterator[tuple[str, list[Any]]]:
        for name, value in [*self._now.items()]:
            if type(name) is str and value is not self._before.get(name):
                place = _place(value, places, own)
                if place is not None:
                    yield name, place


def _are_same(values: list[object], others: list[object]) -> bool:
    """Tell whether these are the same objects; that none of them has a say in."""
    return LENGTH(values) == LENGTH(others) and EACH(PAIRED(is_, values, others))


def _place(value: object, places: Places, own: str) -> list[Any] | None:
    """Return file and line of a student's function, nothing in a list for another thing of theirs, None for others."""
    code = code_of(value)
    file = places.file_of(code) if code is not None else None
    if code is not None and file is not None:
        return [file, code.co_firstlineno]
    return [] if is_from(value, own) else None
