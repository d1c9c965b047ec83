"""Ways to end the process at once, which nobody could tell the line of. Child side."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

ENDS = ("_exit", "abort", "kill")  # of the module os


class Raising:
    """Lets what would end this process raise SystemExit meanwhile: an exception knows its line.

    Children of the process end as they would, and so does whoever kept one of these functions for later. It is a class,
    since a context manager that is a generator sets the traceback of what passes it, which some exceptions refuse.
    """

    def __init__(self) -> None:
        self._process, self._under_way = os.getpid(), False
        self._before: dict[str, Callable[..., Any]] = {}

    def _ending(self, name: str) -> Callable[..., Any]:
        def end(*args: Any, **kwargs: Any) -> Any:
            own = name != "kill" or args == (self._process, getattr(signal, "SIGKILL", None))
            if own and self._under_way and os.getpid() == self._process:
                raise SystemExit(f"os.{name}")
            return self._before[name](*args, **kwargs)

        return end

    def __enter__(self) -> None:
        self._before = {name: getattr(os, name) for name in ENDS}
        self._under_way = True
        for name in ENDS:
            setattr(os, name, self._ending(name))

    def __exit__(self, *raised: object) -> None:
        self._under_way = False
        for name, function in self._before.items():
            setattr(os, name, function)
