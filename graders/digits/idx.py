"""MNIST's four files: what they are called and hold, how they are read and checked, and how a root of them is written.

They are in the idx format (Yann LeCun, "The MNIST database"): a big-endian uint32 magic number, 0x0800 for uint8 plus
the number of dimensions; each dimension as a big-endian uint32; then the bytes, row-major.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from graders.harness.base.errors import ConfigurationError

from .synthetic import SIDE, SplitName

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

RAW = Path("MNIST", "raw")  # where torchvision keeps the files, below the root that it is given


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Hold images uint8 [N, 28, 28], 0 for black paper to 255 for white ink, and their labels uint8 [N], 0 to 9.

    ValueError is raised for any other shape or dtype.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]

    def __post_init__(self) -> None:
        expected = (len(self.labels), SIDE, SIDE)
        if (
            self.labels.ndim != 1
            or self.images.shape != expected
            or {self.images.dtype, self.labels.dtype} != {np.dtype(np.uint8)}
        ):
            given = f"{self.images.dtype} {self.images.shape}, {self.labels.dtype} {self.labels.shape}"
            raise ValueError(f"A split is images uint8 [N, 28, 28] and labels uint8 [N]; given {given}.")


@dataclass(frozen=True, slots=True)
class File:
    """Describe one of MNIST's four files: its name, its entries, the MD5 sum of it and that of its .gz."""

    name: str
    count: int
    md5: str
    packed_md5: str

    @property
    def packed_name(self) -> str:
        """Return the name of its .gz."""
        return f"{self.name}.gz"

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the file's dimensions: idx3 has images, idx1 labels."""
        return (self.count, SIDE, SIDE) if "idx3" in self.name else (self.count,)

    def length(self, count: int) -> int:
        """Return the bytes from the beginning of the file to the end of its first `count` entries."""
        return len(_header(self.shape)) + count * prod(self.shape[1:])

    def is_packed_in(self, content: bytes) -> bool:
        """Tell whether these are the bytes of its well-known .gz."""
        return _md5(content) == self.packed_md5


# The sums of the .gz are torchvision's; the others are those of what they unpack to.
_TRAIN = (
    File("train-images-idx3-ubyte", 60_000, "6bbc9ace898e44ae57da46a324031adb", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
    File("train-labels-idx1-ubyte", 60_000, "a25bea736e30d166cdddb491f175f624", "d53e105ee54ea40749a09fcbcd1e9432"),
)
_TEST = (
    File("t10k-images-idx3-ubyte", 10_000, "2646ac647ad5339dbf082846283269ea", "9fb629c4189551a2d022fa330f9573f3"),
    File("t10k-labels-idx1-ubyte", 10_000, "27ae3e4e09519cfbb04c329615203637", "ec29112dd5afa0611ce80d1b7f02629c"),
)
FILES: dict[SplitName, tuple[File, File]] = {"train": _TRAIN, "test": _TEST}  # of each: images, labels


def every_file() -> list[File]:
    """Return all four files, without their splits."""
    return [file for files in FILES.values() for file in files]


def write_root(root: Path, train: Split, test: Split) -> None:
    """Write two splits of any size so that torchvision.datasets.MNIST(root) loads them without a download.

    The files are root/MNIST/raw/{train,t10k}-{images-idx3,labels-idx1}-ubyte. OSError is raised if they cannot be
    written. `read` refuses them unless they are all of MNIST: their sums are not MNIST's.
    """
    for name, content in root_files(train, test).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)


def root_files(train: Split, test: Split) -> dict[str, bytes]:
    """Return the files that `write_root` writes, by their paths inside the root."""
    splits: dict[SplitName, Split] = {"train": train, "test": test}
    return {
        (RAW / file.name).as_posix(): _header(array.shape) + array.tobytes()
        for name, split in splits.items()
        for file, array in zip(FILES[name], (split.images, split.labels), strict=True)
    }


def holds(question: Callable[[], bool]) -> bool:
    """Ask a path's is_file or is_dir; where a folder may not be entered the answer is no, and not an OSError."""
    with suppress(OSError):
        return question()
    return False


def read(folder: Path, file: File, count: int) -> NDArray[np.uint8]:
    """Return the first `count` entries of a file: of its .gz, if it is there, else of the unpacked one.

    ConfigurationError is raised where neither is there or the one that counts is not MNIST's.
    """
    path = folder / file.packed_name
    path = path if holds(path.is_file) else folder / file.name
    if not holds(path.is_file):
        raise ConfigurationError(f"{path} is missing, and so is its .gz. Put MNIST's four files into this folder.")
    try:
        found = path.stat()
        return _read(path, file, count, (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns))
    except (OSError, ValueError, zlib.error) as error:
        raise ConfigurationError(f"{path} cannot be used: {error}. Replace it with a fresh copy.") from error


@lru_cache(maxsize=8)
def _read(path: Path, file: File, count: int, found: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return entries of a file as it was `found`: reading and checking all four takes 65 ms."""
    return entries(path.read_bytes(), file, count, packed=path.suffix == ".gz")


def entries(content: bytes, file: File, count: int, *, packed: bool) -> NDArray[np.uint8]:
    """Return a file's first `count` entries, having checked all of it; ValueError or zlib.error says what is wrong.

    A .gz with the well-known sum is unpacked only as far as needed. With another sum it may still hold the right bytes,
    packed by someone else; if it does not, what it unpacks to tells best what is wrong.
    """
    if packed and file.is_packed_in(content):
        content = _unpack(content, file.length(count))
    else:
        content = _unpack(content, file.length(file.count) + 1) if packed else content
        _check(content, file)
    flat = np.frombuffer(content, np.uint8, count * prod(file.shape[1:]), offset=file.length(0))
    return flat.reshape(count, *file.shape[1:])


def _unpack(packed: bytes, length: int) -> bytes:
    """Return the first `length` bytes that gzip packed, or all if they are fewer; ValueError is raised if cut off."""
    stream = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    content = stream.decompress(packed, length)
    if len(content) < length and not stream.eof:
        raise ValueError(f"it is truncated: the .gz ends too early, after {len(packed)} bytes")
    return content


def _check(content: bytes, file: File) -> None:
    """Raise ValueError unless these are the bytes of an unpacked file; the message completes 'it cannot be used: '."""
    found, expected, length = _md5(content), _header(file.shape), file.length(file.count)
    if found == file.md5:
        return
    for other in (other for other in every_file() if other.md5 == found):
        raise ValueError(f"it holds the bytes of {other.name}, under another file's name")
    if not expected.startswith(content[:4]):
        raise ValueError(f"its magic number is 0x{content[:4].hex()}, expected 0x{expected[:4].hex()}")
    if not expected.startswith(content[: len(expected)]):
        shape = struct.unpack(f">{len(file.shape)}I", content[4 : len(expected)].ljust(len(expected) - 4, b"\0"))
        raise ValueError(f"its header says {list(shape)}, expected {list(file.shape)}")
    if len(content) != length:
        flaw = "truncated" if len(content) < length else "too long"
        raise ValueError(f"it is {flaw}: {len(content)} bytes, expected {length}")
    raise ValueError(f"its MD5 sum is {found}, expected {file.md5}")


def _header(shape: tuple[int, ...]) -> bytes:
    """Return the header of an idx file of uint8 with these dimensions."""
    return struct.pack(f">{1 + len(shape)}I", 0x0800 + len(shape), *shape)


def _md5(content: bytes) -> str:
    """Return the MD5 sum as MNIST's are written; it tells damage, and guards against nobody."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
