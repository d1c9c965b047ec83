"""Submissions that come as archives: unpacked so that no name, link or size in them does any harm."""

from __future__ import annotations

import lzma
import tarfile
import zipfile
import zlib
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from graders.harness.base.model import Word

from .needless import Needed, is_data, is_tools

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    # The path of a plain file in an archive, its size as it is told there, and what opens it.
    Packed = tuple[str, int, Callable[[], IO[bytes] | None]]

ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz")
FOREIGN = (".rar", ".7z", ".alz", ".egg", ".zst", ".lzh", ".cab", ".zipx")  # of archives that nothing here unpacks
MAX_FILES, MAX_BYTES = 2_000, 64 * 2**20  # unpacked; a lab is one file of 10 kB
MAX_ENTRIES = 100_000  # looked at, those left out among them
MAX_PASSED = 2**30  # bytes of a tar, which has to be read through to its end for what is in it
CHUNK = 2**16
MAX_DEPTH = 50  # of a file in folders; what is nested in thousands nobody can even delete again
MAX_ADDED = 30  # folders around a lab that are looked through
LOCKED = 0x1  # in an entry's flags: nobody reads it without a password
IN_UTF8 = 0x800
BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    ValueError,
    OSError,
    MemoryError,
)


class Unusable(Exception):
    """The archive is broken, or holds what no honest one does: `why` says what."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key)
        self.why = Word(key, params)


class Room:
    """What all archives of a submission may unpack to, together."""

    def __init__(self) -> None:
        self.files, self.bytes = MAX_FILES, MAX_BYTES

    def take(self, files: int = 0, size: int = 0) -> None:
        """Take some of it. Raises Unusable where there is not enough."""
        self.files -= files
        self.bytes -= size
        if self.files < 0 or self.bytes < 0:
            raise Unusable("archive_too_large", size=MAX_BYTES // 2**20, files=f"{MAX_FILES:,}")


def is_archive(path: Path | PurePosixPath) -> bool:
    """Tell whether a file's name says that it is an archive."""
    return path.name.lower().endswith(ENDINGS)


def is_foreign(path: Path) -> bool:
    """Tell whether a file's name says that it is an archive that is not unpacked here."""
    return path.name.lower().endswith(FOREIGN)


def stem(path: Path) -> str:
    """Return an archive's name without its ending."""
    return path.name[: -max(len(ending) for ending in ENDINGS if path.name.lower().endswith(ending))]


def unpack(archive: Path, folder: Path, room: Room | None = None) -> Path:
    """Unpack the plain files of an archive into an empty folder; returns it, or the one folder that holds them all.

    Links, devices and what no lab needs are left out, and count for nothing. Raises Unusable.
    """
    opened = _zip if archive.name.lower().endswith(".zip") else _tar
    room = room or Room()
    try:
        with opened(archive) as packed:
            for name, size, opening in _needed(packed):
                if size > room.bytes:
                    room.take(size=size)
                room.take(files=1)
                stream = opening()
                if stream is not None:
                    with stream:
                        _write(stream, folder / name, room)
    except BROKEN as error:
        raise Unusable("archive_broken", error=type(error).__name__) from None
    return only_folder(folder)


def _needed(packed: Sequence[Packed]) -> Iterator[tuple[PurePosixPath, int, Callable[[], IO[bytes] | None]]]:
    """Yield what a lab may need, each with a path that does not lead out of the folder."""
    paths = {name: path for name, _, _ in packed if (path := _path(name)) is not None}
    needed = Needed(paths.values())
    for name, size, opening in packed:
        path = paths.get(name)
        if path is not None and needed.lies_well(path) and (is_archive(path) or not is_data(path.name, size)):
            yield _inside(name, path), size, opening


def _path(name: str) -> PurePosixPath | None:
    """Return an entry's path; None for one that has no name, or lies deeper than anything honest."""
    path = PurePosixPath(name.replace("\\", "/"))
    return path if 0 < len(path.parts) <= MAX_DEPTH else None


def _inside(name: str, path: PurePosixPath) -> PurePosixPath:
    """Return an entry's path, which may not lead out of the folder."""
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0] or "\0" in name:
        raise Unusable("archive_leads_out", name=repr(name))
    return path


def _write(stream: IO[bytes], path: Path, room: Room) -> None:
    """Write what a stream really holds, whatever its entry says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        while chunk := stream.read(CHUNK):
            room.take(size=len(chunk))
            file.write(chunk)


@contextmanager
def _zip(path: Path) -> Iterator[Sequence[Packed]]:
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        _count(entries)
        # The upper bits of a Unix mode say what an entry is; 0 from systems without.
        plain = [entry for entry in entries if entry.external_attr >> 28 in (0, 0o10)]
        named = [entry for entry in plain if entry.filename and not entry.is_dir()]
        yield [(_name(entry), entry.file_size, _opening(archive, entry)) for entry in named]


def _opening(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    def opened() -> IO[bytes]:
        if entry.flag_bits & LOCKED:
            raise Unusable("archive_locked")
        return archive.open(entry)

    return opened


def _name(entry: zipfile.ZipInfo) -> str:
    """Return an entry's name; where it does not say in which encoding that is, Korean Windows may have written it."""
    if entry.flag_bits & IN_UTF8 or entry.filename.isascii():
        return entry.filename
    for encoding in ("utf-8", "cp949"):
        try:
            return entry.filename.encode("cp437").decode(encoding)
        except UnicodeError:
            pass
    return entry.filename


@contextmanager
def _tar(path: Path) -> Iterator[Sequence[Packed]]:
    with tarfile.open(path, "r:*") as archive:
        entries, passed = list[tarfile.TarInfo](), 0
        for entry in archive:
            entries.append(entry)
            passed += entry.size  # before its bytes have to be skipped
            _count(entries, passed)
        plain = [entry for entry in entries if entry.isreg()]
        yield [(entry.name, entry.size, partial(archive.extractfile, entry)) for entry in plain]


def _count(entries: Sequence[object], passed: int = 0) -> None:
    if len(entries) > MAX_ENTRIES or passed > MAX_PASSED:
        raise Unusable("archive_too_large", size=f"{MAX_PASSED // 2**20:,}", files=f"{MAX_ENTRIES:,}")


def only_folder(folder: Path) -> Path:
    """Return the innermost folder that holds all of a folder's content: packing and unpacking like to add one."""
    for _ in range(MAX_ADDED):
        entries = [entry for entry in folder.iterdir() if not entry.name.startswith(".") and not is_tools(entry.name)]
        if len(entries) != 1 or not entries[0].is_dir() or entries[0].is_symlink():
            break
        folder = entries[0]
    return folder
