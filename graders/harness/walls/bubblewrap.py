"""A sandbox that the program bubblewrap makes: some systems let it do what they do not let us. bwrap(1).

Child side, Linux, standard library only.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from .layout import Layout
from .plan import BOOT

if TYPE_CHECKING:
    from .plan import Plan

assert sys.platform == "linux"

PACKAGE = Path(__file__).parents[2]
FAILED = 1  # its exit code where it cannot make a sandbox, or start a program in it
WALLS = (
    *("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"),
    *("--new-session", "--die-with-parent", "--as-pid-1"),
)


class Arguments(Layout):
    """A layout as bubblewrap's arguments. `base` is a folder for what is to be written, where that cannot be memory."""

    def __init__(self, base: Path | None) -> None:
        super().__init__()
        self.words: list[str] = []
        self._base = base

    def bind(self, path: Path) -> None:
        """Mount it once more, read-only."""
        self._add("--ro-bind", path, path)

    def device(self, path: Path) -> None:
        """Mount it once more."""
        self._add("--dev-bind", path, path)

    def link(self, path: Path, target: Path) -> None:
        """Make it."""
        self._add("--symlink", target, path)

    def empty(self, folder: Path) -> None:
        """Mount an empty tmpfs."""
        self._add("--tmpfs", folder)

    def scratch(self, folder: Path, megabytes: int) -> None:
        """Mount a tmpfs, or a folder on disk, whose size the keeper watches."""
        if self._base is None:
            self._add("--size", megabytes * 2**20, "--tmpfs", folder)
            return
        real = self._base / folder.name
        real.mkdir()
        self._add("--bind", real, folder)

    def copy(self, path: Path, into: Path) -> None:
        """Put a copy of a file into a scratch folder."""
        descriptor = os.open(path, os.O_RDONLY)
        os.set_inheritable(descriptor, True)
        self._add("--file", descriptor, into)

    def close(self) -> None:
        """Have the processes shown, and all that is not scratch read-only."""
        self._add("--proc", "/proc")
        for folder in (Path("/proc"), *self.emptied, Path("/")):
            self._add("--remount-ro", folder)

    def _add(self, *words: object) -> None:
        self.words += map(str, words)


def start(plan: Plan, arguments: tuple[str, ...], telling: int) -> NoReturn:
    """Become bubblewrap, which starts `confine.serve_inside` with plan, `arguments` and `telling`. Raises OSError."""
    # A program that is root by its own right makes no tmpfs of a size for others.
    privileged = os.geteuid() != 0 and Path(plan.bubblewrap).stat().st_mode & stat.S_ISUID
    layout = Arguments(Path(plan.folder) if privileged else None)
    layout.lay_out(plan)
    for name, path in plan.copied.items():
        layout.copy(Path(path), Path(plan.inside, name))
    layout.close()
    user = ["--unshare-user"] if os.geteuid() else []  # root needs none, and its walls count on being root
    os.set_inheritable(telling, True)
    boot = BOOT.format(f"{__package__}.confine", "serve_inside")
    program = [sys.executable, "-I", "-X", "utf8", "-c", boot, str(PACKAGE.parent), plan.to_json()]
    os.execv(
        plan.bubblewrap,
        [plan.bubblewrap, *WALLS, *user, *layout.words, "--", *program, *arguments, str(telling)],
    )
