"""A small system of its own for a worker, made of the Linux kernel's namespaces.

It has no network, no other processes, and of the files only those that the worker needs, read-only. Child side,
standard library only. Works for root and, where the system lets them, for other users: user_namespaces(7).
"""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress
from pathlib import Path

from .layout import Layout

assert sys.platform == "linux"

NEW_NS, NEW_CGROUP, NEW_UTS, NEW_IPC = 0x00020000, 0x02000000, 0x04000000, 0x08000000
NEW_USER, NEW_PID, NEW_NET = 0x10000000, 0x20000000, 0x40000000
READ_ONLY, NO_SUID, NO_DEVICES, NO_EXEC, BIND, RECURSIVE, PRIVATE = 1, 2, 4, 8, 4096, 16384, 1 << 18
DETACH = 2
# System calls without a function in the C library; the numbers are the same on x86-64 and ARM64 for the first.
MOUNT_SETATTR = 442
PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
AT_FDCWD, AT_RECURSIVE = -100, 0x8000


def unshare() -> None:
    """Leave the namespaces of the machine; a child of this process is then the first of its own. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    wanted = NEW_NS | NEW_CGROUP | NEW_UTS | NEW_IPC | NEW_PID | NEW_NET
    if os.geteuid() == 0 and libc.unshare(wanted) == 0:
        return
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(wanted | NEW_USER):
        _raise("unshare")
    with suppress(FileNotFoundError):
        Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


class Root(Layout):
    """The root of the new system, in the making: a tmpfs over the folder `base`."""

    def __init__(self, base: Path) -> None:
        super().__init__()
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._base = base
        self._mount("none", Path("/"), None, RECURSIVE | PRIVATE)
        self._mount("tmpfs", base, "tmpfs", NO_SUID | NO_DEVICES, "size=1m,mode=755")

    def bind(self, path: Path) -> None:
        """Mount it once more, read-only."""
        self.device(path)
        self._restrict(self._inside(path), READ_ONLY | NO_SUID | NO_DEVICES, AT_RECURSIVE)

    def device(self, path: Path) -> None:
        """Mount it once more."""
        target = self._inside(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            target.mkdir(exist_ok=True)
        else:
            target.touch()
        self._mount(str(path), target, None, BIND | RECURSIVE)

    def link(self, path: Path, target: Path) -> None:
        """Make it."""
        self._inside(path).symlink_to(target)

    def empty(self, folder: Path) -> None:
        """Mount an empty tmpfs."""
        self._mount("tmpfs", self._inside(folder), "tmpfs", NO_SUID | NO_DEVICES, "size=1m,mode=755")

    def scratch(self, folder: Path, megabytes: int) -> None:
        """Mount a tmpfs: in memory, with so many files at most."""
        inside = self._inside(folder)
        inside.mkdir(parents=True)
        self._mount("tmpfs", inside, "tmpfs", NO_SUID | NO_DEVICES, f"size={megabytes}m,mode=1777,nr_inodes=20k")

    def enter(self, machine: str) -> None:
        """Make this the root of all; runs in the first process of the new namespaces. Raises OSError."""
        (self._base / "proc").mkdir()
        # Where the machine hides parts of its own /proc, as containers do, the kernel refuses a new one.
        with suppress(PermissionError):
            self._mount("proc", self._base / "proc", "proc", READ_ONLY | NO_SUID | NO_DEVICES | NO_EXEC)
        old = self._base / "old"
        old.mkdir()
        if self._libc.syscall(PIVOT_ROOT[machine], os.fsencode(self._base), os.fsencode(old)):
            _raise("pivot_root")
        os.chdir("/")
        if self._libc.umount2(b"/old", DETACH):
            _raise("umount")
        Path("/old").rmdir()
        for folder in (Path("/"), *self.emptied):
            self._restrict(folder, READ_ONLY, 0)

    def _inside(self, path: Path) -> Path:
        return self._base / path.relative_to("/")

    def _mount(self, source: str, target: Path, kind: str | None, flags: int, options: str = "") -> None:
        kind_bytes = kind.encode() if kind else None
        if self._libc.mount(os.fsencode(source), os.fsencode(target), kind_bytes, flags, options.encode() or None):
            _raise(f"mount {target}")

    def _restrict(self, target: Path, flags: int, how: int) -> None:
        """Set mount flags, also on the mounts below; needs Linux 5.12."""
        attributes = (ctypes.c_uint64 * 4)(flags, 0, 0, 0)  # attr_set; MOUNT_ATTR_* equal MS_* for these three
        size = ctypes.sizeof(attributes)
        if self._libc.syscall(MOUNT_SETATTR, AT_FDCWD, os.fsencode(target), how, ctypes.byref(attributes), size):
            _raise(f"mount_setattr {target}")


def _raise(what: str) -> None:
    number = ctypes.get_errno()
    raise OSError(number, f"{what}: {os.strerror(number)}")
