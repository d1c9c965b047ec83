"""A worker and all that it started: what they use, and how they are ended. Child side, Linux, standard library only.

The process that asks is their keeper: it has declared itself the one that orphans are left to (PR_SET_CHILD_SUBREAPER).
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from . import shared
from .plan import Excess, Plan

assert sys.platform == "linux"

FAMILY_SHARE = 1.5  # of one process's memory, for all together; memory shared since a fork counts for each


def excess_of(plan: Plan) -> Excess | None:
    """Return what all below this process together have too much of, if anything."""
    if not (plan.processes or plan.memory or plan.disk):
        return None  # nor is there any need to look
    below = descendants(os.getpid())
    if plan.processes and len(below) - _of_the_walls(plan) > plan.processes:
        return Excess.PROCESSES
    if plan.memory and sum(map(_own_memory, below)) + shared.used(below) > FAMILY_SHARE * plan.memory * 2**20:
        return Excess.MEMORY
    # Nothing lies there where a sandbox has its own folder in memory, which has a size.
    if plan.disk and _disk_used(plan.disk * 2**20) > plan.disk * 2**20:
        return Excess.DISK
    return None


def _of_the_walls(plan: Plan) -> int:
    """Return how many of the processes below the keeper are a sandbox's own, above the worker."""
    if not plan.sandbox:
        return 0
    return 3 if plan.bubblewrap else 2  # who builds it and its first process; bubblewrap between them


def _own_memory(pid: int) -> int:
    """Return the bytes that a process holds for itself: statm's resident less shared pages."""
    try:
        _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_text().split()
    except (OSError, ValueError):
        return 0
    return (int(resident) - int(shared)) * resource.getpagesize()


def _disk_used(enough: int) -> int:
    """Return the bytes on disk under the current folder, the worker's, or a number above `enough`."""
    used = 0
    for place, _, files in os.walk("."):
        for name in files:
            with suppress(OSError):
                used += os.lstat(os.path.join(place, name)).st_blocks * 512  # noqa: PTH118  # names that are bytes too
            if used > enough:
                return used
    return used


def descendants(pid: int) -> list[int]:
    """Return the processes below a process, from /proc."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):  # noqa: PTH208  # a fork bomb is running: fast matters
        if entry.isdecimal():
            with suppress(OSError, IndexError, ValueError):
                _, parent, *_ = _stat(entry)
                children.setdefault(int(parent), []).append(int(entry))
    found, left = [], [pid]
    while left:
        below = children.get(left.pop(), [])
        found += below
        left += below
    return found


def _stat(pid: str) -> list[bytes]:
    """Return the first fields behind a process's name, of its state on. Raises OSError where it has ended."""
    file = os.open(f"/proc/{pid}/stat", os.O_RDONLY)  # a third of the time that opening it as a text takes
    try:
        return os.read(file, 4096).rpartition(b")")[2].split(None, 2)
    finally:
        os.close(file)


def end_family() -> None:
    """Kill all below this process until nothing is left; what was orphaned is this process's child by now."""
    while True:
        for pid in descendants(os.getpid()):
            with suppress(OSError, ValueError):
                resource.prlimit(pid, resource.RLIMIT_NPROC, (0, 0))  # it forks no more
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.001)


def end_alike(code: int) -> NoReturn:
    """End this process as another one ended."""
    if code < 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        with suppress(OSError):  # SIGKILL's handler cannot be set
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)
