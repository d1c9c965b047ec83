"""A domain for a worker and what it starts: no signals outside, no look into memory, few places to write. landlock(7).

Child side, Linux, standard library only. The numbers are the same on all machines.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

assert sys.platform == "linux"

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ASK_VERSION = 1
SIGNALS_FROM = 6  # Linux 6.12: before, a ruleset cannot say anything of signals
ABSTRACT_UNIX_SOCKETS, SIGNALS = 1, 2
PATH_BENEATH = 1
PR_SET_NO_NEW_PRIVS = 38
# Writing to a file; then removing and making whatever a folder can hold.
WRITE, OF_FOLDERS = 1 << 1, sum(1 << bit for bit in range(4, 13))
RENAME_FROM, RENAME = 2, 1 << 13  # from one folder to another
TRUNCATE_FROM, TRUNCATE = 3, 1 << 14
SIZES = ((SIGNALS_FROM, 24), (4, 16), (1, 8))  # of a ruleset's description, by what the kernel knows


def version() -> int:
    """Return how much of it this kernel has; less than 1 where it has none."""
    return int(ctypes.CDLL(None).syscall(CREATE_RULESET, None, 0, ASK_VERSION))


def available() -> bool:
    """Tell whether this kernel can keep signals in."""
    return version() >= SIGNALS_FROM


def install(writable: Iterable[str] | None) -> None:
    """Put this process, and all that it starts, into a new domain for good. Raises OSError.

    It may write to the `writable` files, and below the folders; None for wherever it could before.
    """
    known, libc = version(), ctypes.CDLL(None, use_errno=True)
    of_files = WRITE | (TRUNCATE if known >= TRUNCATE_FROM else 0)
    rights = of_files | OF_FOLDERS | (RENAME if known >= RENAME_FROM else 0) if writable is not None else 0
    scoped = ABSTRACT_UNIX_SOCKETS | SIGNALS if known >= SIGNALS_FROM else 0
    if known < 1 or not rights | scoped:
        return
    size = next(size for since, size in SIZES if known >= since)
    attributes = (ctypes.c_uint64 * 3)(rights, 0, scoped)  # files, network, what is scoped
    ruleset = libc.syscall(CREATE_RULESET, ctypes.byref(attributes), size, 0)
    for path in writable or ():
        with suppress(OSError):  # it is gone, or nothing of ours
            _allow(libc, ruleset, path, of_files, rights)
    if ruleset < 0 or libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.syscall(RESTRICT_SELF, ruleset, 0):
        raise OSError(ctypes.get_errno(), "landlock")
    os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, of_files: int, rights: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = struct.pack("=Qi", rights if Path(path).is_dir() else of_files, place)
        libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, rule, 0)
    finally:
        os.close(place)


def parts_without(place: Path, kept: Iterable[Path]) -> Iterator[str]:
    """Yield a folder, or in its place what it holds now, so that nothing of `kept` is among it."""
    kept = [path for path in kept if path.is_relative_to(place) or place.is_relative_to(path)]
    if not kept:
        yield str(place)
    elif not any(place.is_relative_to(path) for path in kept):
        with suppress(OSError):
            for inside in place.iterdir():
                if not inside.is_symlink():
                    yield from parts_without(inside, kept)
