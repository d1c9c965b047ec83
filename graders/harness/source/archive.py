"""Submissions that come as .zip or .tar.gz: unpacked so that no name, link or size in them does any harm."""

from __future__ import annotations

import lzma
import tarfile
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDINGS = (".zip", ".tar.gz", ".tgz")
MAX_FILES, MAX_BYTES = 2_000, 64 * 2**20  # unpacked; a lab is one file of 10 kB
MAX_ENTRIES = 20_000  # looked at, those left out among them
CHUNK = 2**16
MAX_DEPTH = 50  # of a file in folders; what is nested in thousands nobody can even delete again
MAX_ADDED = 30  # folders around a lab that are looked through
LEFT_OUT = ("__MACOSX", "__pycache__", "node_modules", "venv", "env")  # folders, and all whose names begin with a dot
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
)


class Unusable(Exception):
    """The archive is broken, or holds what no honest one does. The message says what."""


def is_archive(path: Path) -> bool:
    """Tell whether a file's name says that it is an archive."""
    return path.name.lower().endswith(ENDINGS)


def stem(path: Path) -> str:
    """Return an archive's name without its ending."""
    return next(path.name[: -len(ending)] for ending in ENDINGS if path.name.lower().endswith(ending))


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack the plain files of an archive into an empty folder; returns it, or the one folder that holds them all.

    Links, devices and folders that no lab needs are left out. Raises Unusable.
    """
    opened = _zip if archive.name.lower().endswith(".zip") else _tar
    left = MAX_BYTES
    try:
        with opened(archive) as entries:
            for number, (name, size, stream) in enumerate(entries):
                if size > left or number >= MAX_FILES:
                    raise Unusable(f"it unpacks to more than {MAX_BYTES // 2**20} MiB or {MAX_FILES:,} files")
                left -= _write(stream, folder / _inside(name), left)
    except BROKEN as error:
        raise Unusable(f"it cannot be read: {type(error).__name__}") from None
    return only_folder(folder)


def _inside(name: str) -> PurePosixPath:
    """Return an entry's path, which may not lead out of the folder."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0] or "\0" in name:
        raise Unusable(f"{name!r} in it would be unpacked outside of its folder")
    return path


def _wanted(name: str) -> bool:
    """Tell whether a lab may need an entry: one that has a name, and lies neither too deep nor in a tool's folder."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    tools = any(folder in LEFT_OUT or (folder[0] == "." and folder.strip(".")) for folder in parts[:-1])
    return 0 < len(parts) <= MAX_DEPTH and not tools


def _write(stream: IO[bytes], path: Path, most: int) -> int:
    """Write what a stream really holds, whatever its entry says; returns the bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with path.open("xb") as file:
        while chunk := stream.read(CHUNK):
            written += len(chunk)
            if written > most:
                raise Unusable(f"it unpacks to more than {MAX_BYTES // 2**20} MiB")
            file.write(chunk)
    return written


@contextmanager
def _zip(path: Path) -> Iterator[Iterator[tuple[str, int, IO[bytes]]]]:
    with zipfile.ZipFile(path) as archive:
        yield _of_zip(archive)


def _of_zip(archive: zipfile.ZipFile) -> Iterator[tuple[str, int, IO[bytes]]]:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise Unusable(f"it has more than {MAX_ENTRIES:,} entries")
    for entry in entries:
        kind = entry.external_attr >> 28  # the upper bits of a Unix mode; 0 from systems without
        if _wanted(entry.filename) and not entry.is_dir() and kind in (0, 0o10):  # one without a name cannot be asked
            with archive.open(entry) as stream:
                yield entry.filename, entry.file_size, stream


@contextmanager
def _tar(path: Path) -> Iterator[Iterator[tuple[str, int, IO[bytes]]]]:
    with tarfile.open(path, "r:gz") as archive:
        yield _of_tar(archive)


def _of_tar(archive: tarfile.TarFile) -> Iterator[tuple[str, int, IO[bytes]]]:
    for number, entry in enumerate(archive):
        if number >= MAX_ENTRIES or entry.size > MAX_BYTES:  # before its bytes would have to be skipped
            raise Unusable(f"it has more than {MAX_ENTRIES:,} entries, or one of more than {MAX_BYTES // 2**20} MiB")
        stream = archive.extractfile(entry) if entry.isreg() and _wanted(entry.name) else None
        if stream is not None:
            yield entry.name, entry.size, stream


def only_folder(folder: Path) -> Path:
    """Return the innermost folder that holds all of a folder's content: packing and unpacking like to add one."""
    for _ in range(MAX_ADDED):
        entries = [entry for entry in folder.iterdir() if not entry.name.startswith(".") and entry.name not in LEFT_OUT]
        if len(entries) != 1 or not entries[0].is_dir() or entries[0].is_symlink():
            break
        folder = entries[0]
    return folder
