"""What can be seen inside a sandbox, whoever makes it. Child side, Linux, standard library only."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .plan import Plan

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "fonts", "alternatives", "passwd", "group")
DEVICES = ("null", "zero", "full", "random", "urandom")
GPU_DEVICES = ("nvidia*", "dxg", "kfd", "dri")
STREAMS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"}
TOPOLOGY = ("/sys/devices/system/cpu", "/sys/devices/system/node")  # torch asks how many cores there are
SCRATCH = ("/tmp", "/dev/shm")
SCRATCH_MEGABYTES = 1024  # where the plan has no limit


def python_folders() -> list[str]:
    """Return the folders of this Python and of its packages."""
    return sorted({sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix})


class Layout(ABC):
    """Decides what is shown and what is hidden; a way to make sandboxes knows how."""

    def __init__(self) -> None:
        self._seen: dict[Path, bool] = {}  # whether a folder is shown or hidden; the longest path counts

    def lay_out(self, plan: Plan) -> None:
        """Show what the plan says: the submission, then nothing of what is hidden, then the rest. Raises OSError."""
        for name in SCRATCH:
            self.scratch(Path(name), plan.disk or SCRATCH_MEGABYTES)
        self._system()
        for path in plan.shown[:1]:
            self._show(Path(path))
        for path in plan.hidden:
            self._hide(Path(path))
        for path in plan.shown[1:]:
            self._show(Path(path))

    @property
    def emptied(self) -> list[Path]:
        """The folders that stand empty over what is hidden."""
        return [path for path, shown in self._seen.items() if not shown]

    def _system(self) -> None:
        """Show the machine's programs and libraries, a few settings and devices, and this Python."""
        for path in (*SYSTEM, *(f"/etc/{name}" for name in SETTINGS), *TOPOLOGY, *python_folders()):
            self._show(Path(path))
        for name in DEVICES:
            self.device(Path("/dev") / name)
        for device in (path for pattern in GPU_DEVICES for path in Path("/dev").glob(pattern)):
            self.device(device)
        for name, target in STREAMS.items():
            self.link(Path("/dev") / name, Path(target))

    def _show(self, path: Path) -> None:
        """Show a file or folder under its own name; what is not there is left out."""
        if path.is_symlink() and len(path.parts) == 2:  # /bin -> usr/bin
            self.link(path, path.readlink())
        elif path.exists() and not self._is_shown(path):
            self.bind(path)
            self._seen[path] = True

    def _hide(self, folder: Path) -> None:
        """Put an empty folder over one that was shown; one that was not is nowhere anyway."""
        if self._is_shown(folder):
            self.empty(folder)
            self._seen[folder] = False

    def _is_shown(self, path: Path) -> bool:
        above = [known for known in self._seen if path.is_relative_to(known)]
        return bool(above) and self._seen[max(above, key=lambda known: len(known.parts))]

    @abstractmethod
    def bind(self, path: Path) -> None:
        """Have a file or folder of the machine's under its own name, read-only."""

    @abstractmethod
    def device(self, path: Path) -> None:
        """Have a device, or a folder of devices, to read and write."""

    @abstractmethod
    def link(self, path: Path, target: Path) -> None:
        """Make a symbolic link."""

    @abstractmethod
    def empty(self, folder: Path) -> None:
        """Put an empty folder over another one; it is read-only once all is laid out."""

    @abstractmethod
    def scratch(self, folder: Path, megabytes: int) -> None:
        """Make a folder of limited size that can be written to."""
