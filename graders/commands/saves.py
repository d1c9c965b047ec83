"""When something is saved: the folder of a submission is watched, since editors write another file and rename it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import watchfiles

if TYPE_CHECKING:
    from collections.abc import Iterator

QUIET, LONGEST = 50, 400  # milliseconds without a change until those before are looked at, and at most so many
LOOK = 500  # milliseconds between two looks at whether the folder is still there


class Labs(watchfiles.PythonFilter):
    """Lets changes of files through that hold code; caches, hidden copies and an editor's own files are none."""

    ignore_dirs = (*watchfiles.PythonFilter.ignore_dirs, ".ipynb_checkpoints")
    ignore_entity_patterns = (*watchfiles.PythonFilter.ignore_entity_patterns, r"^\.")

    def __init__(self) -> None:
        super().__init__(extra_extensions=[".ipynb"])


class Named:
    """Lets changes of one file through, by its name."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, change: watchfiles.Change, path: str) -> bool:
        """Tell whether a change is of that file."""
        return Path(path).name == self._name


def saves(path: Path) -> Iterator[bool]:
    """Yield whenever something may have changed at `path`, a file or a folder; True where something surely was saved.

    The first time is at once. Where the folder is not there, it is waited for.
    """
    while True:
        yield False
        is_folder = path.is_dir()
        folder = path if is_folder else path.parent
        while (place := _place(folder)) is None:
            time.sleep(LOOK / 1000)
        for saved in _changes(folder, Labs() if is_folder else Named(path.name)):
            if _place(folder) != place or path.is_dir() != is_folder:
                break
            if saved is not None:
                yield saved


def _changes(folder: Path, wanted: Labs | Named) -> Iterator[bool | None]:
    """Yield True for changes in a folder, None while there are none; first False, for what came before the watch."""
    is_new = True
    for found in watchfiles.watch(
        folder,
        watch_filter=wanted,
        step=QUIET,
        debounce=LONGEST,
        rust_timeout=LOOK,
        yield_on_timeout=True,
        recursive=isinstance(wanted, Labs),
        ignore_permission_denied=True,
    ):
        yield True if found else False if is_new else None
        is_new = False


def _place(folder: Path) -> tuple[int, int] | None:
    """Return what tells a folder from another one of its name; None where there is none."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
