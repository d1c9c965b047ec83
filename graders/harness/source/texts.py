"""The Python files of a submission, read once and before any of them runs: later they may say something else."""

from __future__ import annotations

import os
import stat
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from graders.harness.base.model import Suspicion

from .search import search
from .suspicion import UNSEARCHED

MAX_FILES, MAX_BYTES = 50, 2 * 2**20  # that are searched, all together; a lab is 10 kB
MAX_ENTRIES = 20_000  # of folders that are looked into
COMPILED = (".pyc", ".so", ".pyd", ".dylib")


@dataclass
class Texts:
    """What was read, by the names of files within the folder, and the names of what was not, with the reason."""

    read: dict[str, bytes] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    _size: int = 0

    @classmethod
    def of(cls, file: Path, content: bytes, folder: Path | None) -> Texts:
        """Return a file that holds this and, where it lies in a folder of its own, read all Python files in that."""
        texts = cls({file.name: content}, _size=len(content))
        if folder is not None:
            texts._look_through(folder, file)
        return texts

    def suspicions(self) -> list[Suspicion]:
        """Return what stands out in what was read, and what was not read."""
        found = [one for name, content in self.read.items() for one in search(content, name)]
        for reason, count in Counter(self.left.values()).items():
            first = next(name for name, why in self.left.items() if why == reason)
            found.append(Suspicion(UNSEARCHED, f"{reason}: {first}{f' (+{count - 1})' if count > 1 else ''}"))
        return found

    def _look_through(self, folder: Path, own: Path) -> None:
        """Read what lies in a folder, what lies highest first; hidden folders and Python's own have no lab in them."""
        entries, places = MAX_ENTRIES, [folder]
        while places:
            place = places.pop(0)
            with suppress(OSError), os.scandir(place) as found:
                inside = sorted(islice(found, max(entries, 0)), key=lambda entry: entry.name)
                if next(found, None) is not None:
                    self.left[_name(place, folder)] = f"more than {MAX_ENTRIES} files"
                entries -= len(inside)
                if place == folder or not (_is_ours(place) or any(entry.name == "pyvenv.cfg" for entry in inside)):
                    places += [Path(entry) for entry in inside if self._take(entry, folder, own)]

    def _take(self, entry: os.DirEntry[str], folder: Path, own: Path) -> bool:
        """Read an entry of a folder that Python could import; tells whether it is a folder."""
        path = Path(entry)
        if entry.name.startswith(".") or entry.name == "__pycache__" or path == own:
            return False
        if entry.is_dir(follow_symlinks=False):
            return True
        if path.suffix == ".py":
            self._read(path, _name(path, folder))
        elif path.suffix in COMPILED:
            self.left[_name(path, folder)] = "no text"
        return False

    def _read(self, path: Path, name: str) -> None:
        """Read one file, unless it is none, or too much."""
        try:
            found = path.stat()
            if not stat.S_ISREG(found.st_mode):  # Python imports none, and a pipe would be waited for
                return
            if path.is_symlink():
                self.left[name] = "a link"
            elif len(self.read) >= MAX_FILES or self._size + found.st_size > MAX_BYTES:
                self.left[name] = "too many files" if len(self.read) >= MAX_FILES else "too much text"
            else:
                self.read[name] = path.read_bytes()
                self._size += found.st_size
        except OSError as error:
            self.left[name] = error.strerror or type(error).__name__


def _is_ours(place: Path) -> bool:
    """Tell whether a folder is the grader itself, beside which a lab may lie."""
    return place == Path(__file__).parents[2]


def _name(path: Path, folder: Path) -> str:
    return os.fsencode(path.relative_to(folder).as_posix()).decode("utf-8", "replace")
