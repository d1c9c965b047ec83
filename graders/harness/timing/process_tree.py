"""A worker and all that it started, seen from outside: the processor time they took, and holding them up.

Parent side. A process whose parent has ended stays in the tree where the worker's keeper adopts it (Linux), see
`confine`.
"""

from __future__ import annotations

import contextlib
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDED = (psutil.NoSuchProcess, psutil.AccessDenied)  # a process may end while it is looked at
CPU_RESOLUTION = 0.0 if sys.platform == "linux" else 0.016  # seconds; Windows counts processor time in steps of 1/64 s


class ProcessTree:
    """The process `pid` and its descendants; nothing at all where there is none, or it has ended."""

    def __init__(self, pid: int | None) -> None:
        self._root: psutil.Process | None = None
        with contextlib.suppress(*ENDED):
            self._root = psutil.Process(pid) if pid is not None else None

    def cpu_seconds(self) -> float:
        """Return the processor time of all of them so far, those that ended and were waited for included."""
        total = 0.0
        for process in self._all():
            with contextlib.suppress(*ENDED):
                total += _cpu_seconds(process)
        return total

    def pause(self) -> None:
        """Stop all of them; what they would do beside somebody else's round has to wait."""
        for process in self._all():
            with contextlib.suppress(*ENDED):
                process.suspend()

    def resume(self) -> None:
        """Let all of them go on."""
        for process in self._all():
            with contextlib.suppress(*ENDED):
                process.resume()

    def kill(self) -> None:
        """End all of them; each is stopped first, so that none starts others meanwhile."""
        self.pause()
        for process in list(self._all()):
            with contextlib.suppress(*ENDED):
                process.kill()

    def _all(self) -> Iterator[psutil.Process]:
        """Yield the root first: stopped, it starts no others."""
        if self._root is not None:
            yield self._root
            with contextlib.suppress(*ENDED):
                yield from _descendants(self._root)


def _descendants(root: psutil.Process) -> list[psutil.Process]:
    try:
        return [psutil.Process(pid) for pid in _listed(root.pid)]
    except OSError:  # no such list in this system: psutil looks at every process there is
        return root.children(recursive=True)


def _listed(pid: int) -> Iterator[int]:
    """Yield what Linux lists as below a process. Raises OSError."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield int(child)
            yield from _listed(int(child))


def _cpu_seconds(process: psutil.Process) -> float:
    """Return a process's own time and that of the children it waited for; to the nanosecond where Linux tells."""
    times = process.cpu_times()
    waited_for = getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
    if sys.platform != "linux":
        return float(times.user + times.system + waited_for)
    try:
        # clock_getcpuclockid(3), as the kernel numbers these clocks: ~pid << 3 | CPUCLOCK_SCHED.
        return float(time.clock_gettime(~process.pid << 3 | 2) + waited_for)
    except OSError:
        raise psutil.NoSuchProcess(process.pid) from None
