"""A hand-in as bytes that travel to another machine, where no file system is shared."""

from __future__ import annotations

import io
import os
import stat
import tarfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graders.harness.source import needless
from graders.harness.source.archive import MAX_BYTES, MAX_DEPTH, MAX_FILES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

MAX_PARCEL = 256 * 2**20  # bytes of one file, an archive with all of MNIST in it, say
LABS = (".py", ".ipynb")  # go first where not all of a folder can


class TooLarge(Exception):
    """It is more than a hand-in may be to travel. The message says how much."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A hand-in, by the name that it has in its class's folder: a file's content, or a tar of whatever else it is."""

    name: str
    content: bytes
    packed: bool = False

    @classmethod
    def of(cls, path: Path) -> Parcel:
        """Pack what is at a path, which may be a link to it. Raises OSError or TooLarge."""
        if path.is_file():
            if (size := path.stat().st_size) > MAX_PARCEL:
                raise TooLarge(f"{path.name} has {size / 2**20:,.0f} MiB; to other machines go {MAX_PARCEL // 2**20}")
            return cls(path.name, path.read_bytes())
        path.lstat()  # raises where there is nothing
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w:gz", compresslevel=1, format=tarfile.PAX_FORMAT) as tar:
            top = path.resolve() if path.is_dir() else path
            for inner in _chosen(_walked(top, "", 0)) if path.is_dir() else [""]:
                _add(tar, top / inner, f"{path.name}/{inner}".rstrip("/"))
        return cls(path.name, made.getvalue(), packed=True)

    def unpack(self, folder: Path) -> Path:
        """Lay it out in a folder, and return its path. Raises OSError or tarfile.TarError."""
        path = folder / self.name
        if not self.packed:
            path.write_bytes(self.content)
            return path
        with tarfile.open(fileobj=io.BytesIO(self.content), mode="r:gz") as tar:
            tar.extractall(folder, filter="tar")  # links as they are: what they lead to is the judge's to refuse
        if not os.path.lexists(path):
            path.mkdir()  # an empty folder
        return path


def _walked(folder: Path, before: str, depth: int) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield what lies in a folder by its path in there, but nothing that no lab needs; folders' content comes last."""
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        return
    folders = {entry.name for entry in entries if entry.is_dir(follow_symlinks=False)}
    files = {entry.name for entry in entries} - folders
    kept = needless.folders(sorted(folders), files, lambda name: (folder / name).exists()) if depth < MAX_DEPTH else []
    for entry in entries:
        if entry.name in kept or (entry.name in files and not entry.name.startswith(".")):
            yield before + entry.name, entry
    for name in kept:
        yield from _walked(folder / name, f"{before}{name}/", depth + 1)


def _chosen(entries: Iterable[tuple[str, os.DirEntry[str]]]) -> Iterator[str]:
    """Yield the paths of what goes along, Python and notebooks first, as much as an archive may hold."""
    sized = [(name, _size(entry), entry) for name, entry in entries]
    sized.sort(key=lambda one: not (one[2].is_dir(follow_symlinks=False) or one[0].lower().endswith(LABS)))
    files, left = MAX_FILES, MAX_BYTES
    for name, size, entry in sized:
        if files > 0 and size <= left:
            left -= size
            files -= not entry.is_dir(follow_symlinks=False)
            yield name


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size if entry.is_file(follow_symlinks=False) else 0
    except OSError:
        return 0


def _add(tar: tarfile.TarFile, path: Path, name: str) -> None:
    """Add a file, a folder, a link or a pipe; a file that cannot be read goes as one that nobody may read."""
    try:
        info = tar.gettarinfo(path, name)
    except OSError:
        return
    if info is None or not (info.isreg() or info.isdir() or info.issym() or info.islnk() or info.isfifo()):
        return
    if info.islnk():  # another name of a file that is in it already: whole all the same
        info.type, info.linkname, info.size = tarfile.REGTYPE, "", path.stat().st_size
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    if not info.isreg():
        tar.addfile(info)
        return
    try:
        with path.open("rb") as file:
            tar.addfile(info, file)
    except PermissionError:
        info.size, info.mode = 0, stat.S_IFREG
        tar.addfile(info)
