"""Fingerprints of files and folders: the same on every machine, and changed by every change that matters."""

from __future__ import annotations

import os
import stat
from hashlib import blake2b
from heapq import nsmallest
from pathlib import Path
from typing import TYPE_CHECKING

from .archive import MAX_DEPTH
from .needless import is_tools

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SIZE = 16  # bytes
MAX_ENTRIES = 20_000  # of a folder that are looked at; a lab with everything beside it has some hundred
MAX_BYTES = 64 * 2**20  # that are read; of what is beyond, only size, beginning and end are
END = 2**16  # bytes at each end
CHUNK = 2**20


def of(*values: bytes | str) -> str:
    """Return the fingerprint of texts and bytes, in their order."""
    digest = blake2b(digest_size=SIZE)
    for value in values:
        content = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
        digest.update(len(content).to_bytes(8, "big"))  # so that nothing runs over into what follows
        digest.update(content)
    return digest.hexdigest()


def of_path(path: Path) -> str:
    """Return the fingerprint of a submission: of a file's bytes, or of a folder's names and files.

    Nothing of a folder counts that tools leave there: names that begin with a dot, caches, environments. Links count
    as links, but for `path` itself. What cannot be read counts as unreadable.
    """
    try:
        path = path.resolve()
        if not path.is_dir():
            return of("file", _content(path, MAX_BYTES)[0])
    except (OSError, RuntimeError):  # links in circles, in Python 3.11 and 3.12
        return of("nothing")
    return of(*_folder(path))


def of_files(files: Iterable[Path], root: Path) -> str:
    """Return the fingerprint of some files by their paths below a root. Raises OSError."""
    named = sorted((file.relative_to(root).as_posix(), file) for file in files)
    return of(*(part for name, file in named for part in (name, file.read_bytes())))


def _folder(folder: Path) -> Iterator[bytes | str]:
    """Yield names and contents of a folder in one order."""
    left = MAX_BYTES
    looks = iter(range(MAX_ENTRIES))
    for name, path in _walked(folder, b"", 0, looks):
        yield name
        try:
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                yield b"link " + os.fsencode(path.readlink())
            elif stat.S_ISREG(mode):
                content, read = _content(path, left)
                left -= read
                yield content
            else:
                yield f"kind {stat.S_IFMT(mode):o}"  # never opened: a pipe would wait for its writer
        except OSError:
            yield "unreadable"
    if next(looks, None) is None:
        yield "and more"


def _walked(folder: Path, before: bytes, depth: int, looks: Iterator[int]) -> Iterator[tuple[bytes, Path]]:
    """Yield the files in a folder, by name, and those in its folders, as long as there are `looks` at entries left."""
    try:
        with os.scandir(folder) as found:
            entries = nsmallest(MAX_ENTRIES, found, key=lambda entry: os.fsencode(entry.name))
    except OSError:
        yield before + b"unreadable/", folder
        return
    for entry in entries:
        if next(looks, None) is None:
            return
        name = before + os.fsencode(entry.name)
        if not entry.is_dir(follow_symlinks=False):
            if not entry.name.startswith("."):
                yield name, Path(entry.path)
        elif _counts(entry) and depth < MAX_DEPTH:
            yield from _walked(Path(entry.path), name + b"/", depth + 1, looks)


def _counts(folder: os.DirEntry[str]) -> bool:
    """Tell whether a folder is no tool's."""
    if folder.name.startswith(".") or is_tools(folder.name):
        return False
    return not os.path.lexists(os.path.join(folder.path, "pyvenv.cfg"))  # noqa: PTH118  # a folder has thousands


def _content(path: Path, most: int) -> tuple[bytes, int]:
    """Return what stands for a plain file's content, and how many bytes of it were read. Raises OSError."""
    if not stat.S_ISREG(path.stat().st_mode):
        return b"no plain file", 0
    digest, size = blake2b(digest_size=SIZE), path.stat().st_size
    with path.open("rb") as file:
        if size <= most:
            _each(file.read, digest.update)
            return digest.digest(), size
        digest.update(file.read(END))
        file.seek(-END, os.SEEK_END)
        digest.update(file.read(END))
    return b"%d " % size + digest.digest(), 2 * END


def _each(read: Callable[[int], bytes], use: Callable[[bytes], object]) -> None:
    while chunk := read(CHUNK):
        use(chunk)
