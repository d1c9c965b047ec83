"""Memory that processes share and no file on a disk holds: what it takes up, each piece once. Child side, Linux.

It is found by its mappings, also those of which nothing is resident any more, and by open descriptors. A process that
lets nobody look into it is taken at what the kernel says of its resident pages.
"""

from __future__ import annotations

import mmap
import os
import re
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

assert sys.platform == "linux"

# A line of /proc/PID/maps that is shared: begin, end, offset, device's numbers, inode.
SHARED = re.compile(rb"^(\w+)-(\w+) ..[-x]s (\w+) (\w+):(\w+) ([1-9]\d*)")
RIGHTS_END = 39  # bytes of a line, at most: two addresses and the rights
RESIDENT = re.compile(r"^RssShmem:\s*(\d+) kB", re.MULTILINE)
NAMELESS = b" /dev/zero (deleted)"  # how it calls what has no name
MACHINES_OWN = Path("/dev/shm")  # what is written there is memory, too; a sandbox has one of its own, of limited size

Piece = tuple[int, int]  # a device and an inode


def used(pids: Iterable[int]) -> int:
    """Return the bytes of shared memory that processes have mapped, or hold open, together."""
    mapped: dict[Piece, dict[int, int]] = {}
    written: dict[Piece, int] = {}
    unseen = 0
    for pid in pids:
        try:
            _add_mapped(pid, mapped)
            _add_open(pid, written)
        except PermissionError:
            unseen += _resident(pid)
        except OSError:  # it has ended
            continue
    return unseen + sum(
        max(sum(mapped.get(piece, {}).values()), written.get(piece, 0)) for piece in mapped.keys() | written.keys()
    )


def _add_mapped(pid: int, mapped: dict[Piece, dict[int, int]]) -> None:
    """Note the sizes of a process's mappings by where in their piece they begin. Raises OSError."""
    for line in Path(f"/proc/{pid}/maps").read_bytes().splitlines():
        if b"s " not in line[:RIGHTS_END] or (said := SHARED.match(line)) is None:  # few are, of a thousand
            continue
        begin, end, offset, major, minor, inode = said.groups()
        device = os.makedev(int(major, 16), int(minor, 16))
        if device in _devices():
            parts = mapped.setdefault((device, int(inode)), {})
            at = int(offset, 16)
            parts[at] = max(parts.get(at, 0), int(end, 16) - int(begin, 16))


def _add_open(pid: int, written: dict[Piece, int]) -> None:
    """Note what a process's open descriptors hold. Raises OSError."""
    for name in os.listdir(f"/proc/{pid}/fd"):  # noqa: PTH208  # a number
        with suppress(OSError):  # closed meanwhile
            found = os.stat(f"/proc/{pid}/fd/{name}")  # noqa: PTH116  # it leads where no path does
            if S_ISREG(found.st_mode) and found.st_dev in _devices():
                written[found.st_dev, found.st_ino] = found.st_blocks * 512


def _resident(pid: int) -> int:
    """Return the bytes of shared memory that a process has touched; what it shares with others counts for each."""
    with suppress(OSError):
        if said := RESIDENT.search(Path(f"/proc/{pid}/status").read_text(errors="replace")):
            return int(said[1]) * 1024
    return 0


@cache
def _devices() -> frozenset[int]:
    """Return the devices under which the kernel keeps such memory: one for what has no name, one for /dev/shm."""
    found = set()
    with mmap.mmap(-1, mmap.PAGESIZE), suppress(OSError):
        for line in Path("/proc/self/maps").read_bytes().splitlines():
            if line.endswith(NAMELESS) and (said := SHARED.match(line)):
                found.add(os.makedev(int(said[4], 16), int(said[5], 16)))
    with suppress(OSError):
        if MACHINES_OWN.is_mount():
            found.add(MACHINES_OWN.stat().st_dev)
    return frozenset(found)
