"""Ways to end the process at once, which nobody could tell the line of. Child side."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ENDS = ("_exit", "abort", "kill")  # of the module os


@contextlib.contextmanager
def raising() -> Iterator[None]:
    """Let what would end this process raise SystemExit meanwhile: an exception knows its line.

    Children of the process end as they would, and so does whoever kept one of these functions for later.
    """
    process, under_way = os.getpid(), [True]
    before = {name: getattr(os, name) for name in ENDS}

    def ending(name: str) -> Callable[..., Any]:
        def end(*args: Any, **kwargs: Any) -> Any:
            own = name != "kill" or args == (process, getattr(signal, "SIGKILL", None))
            if own and under_way and os.getpid() == process:
                raise SystemExit(f"os.{name}")
            return before[name](*args, **kwargs)

        return end

    for name in ENDS:
        setattr(os, name, ending(name))
    try:
        yield
    finally:
        under_way.clear()
        for name, function in before.items():
            setattr(os, name, function)
