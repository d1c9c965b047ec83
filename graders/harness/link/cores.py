"""A core of its own for a judge and its workers, who take turns. Linux.

On two cores each question wakes one that has gone to sleep, and what the one has just written lies in the other's
cache: a tenth of the processor time of a judge that is alone. Where each core has one, 4 % of a class's time is saved.
"""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from . import names

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

assert sys.platform == "linux"

NAME = f"graders-core-{os.geteuid()}-"  # of what is claimed; the core's number follows


@contextmanager
def own() -> Iterator[None]:
    """Keep this process, and what it starts meanwhile, on a core that nobody else here has for its own.

    Where all are taken, or there is but one, the system chooses as before.
    """
    cores = os.sched_getaffinity(0)
    claim = _claim(cores) if len(cores) > 1 else None
    try:
        yield
    finally:
        if claim:
            claim.close()
            with suppress(OSError):  # there are fewer by now
                os.sched_setaffinity(0, cores)


def _claim(cores: set[int]) -> socket.socket | None:
    """Go to a core; it is nobody else's until what this returns is closed, be it by this process's end."""
    now = ctypes.CDLL(None).sched_getcpu()  # where the system has put this process: where there is least to do
    for core in sorted(cores, key=lambda core: (core < now, core)):
        claim = names.say(f"{NAME}{core}")
        if claim is None:
            continue
        try:
            os.sched_setaffinity(0, {core})
        except OSError:
            claim.close()
        else:
            return claim
    return None


def share(process: int) -> None:
    """Keep this process where another one is kept, as if that had started it; one that has ended is nowhere."""
    with suppress(OSError):
        os.sched_setaffinity(0, os.sched_getaffinity(process))
