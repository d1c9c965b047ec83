"""Find the digits a submission is trained and examined on: MNIST where there is a copy of it, else drawn ones.

The files are in the idx format (Yann LeCun, "The MNIST database"): a big-endian uint32 magic number, 0x0800 for uint8
plus the number of dimensions; each dimension as a big-endian uint32; then the bytes, row-major.
"""

from __future__ import annotations

import hashlib
import os
import queue
import struct
import tempfile
import threading
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np
import platformdirs

from graders import synthetic
from graders.harness.errors import ConfigurationError
from graders.synthetic import SIDE, SplitName

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

T = TypeVar("T")

APPLICATION = "mnist-softmax-grader"  # names the folder in the user's cache

MIRRORS = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/")  # torchvision's
ANSWER_SECONDS = 1.0  # for name, connection and first file: with the drawing that follows, offline costs below 2 s
DOWNLOAD_SECONDS = 30.0  # for the 11.6 MB, once a mirror has answered: 3 Mbit/s are enough
SILENCE_SECONDS = 5.0  # that a socket may say nothing: ends the threads nobody waits for any more
LARGEST = 1 << 24  # bytes read of a reply: the largest .gz has 10 MB


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


@dataclass(frozen=True, slots=True, eq=False)
class Digits:
    """Say where digits came from, 'mnist' or 'synthetic', and hold those to train on and those to test on."""

    source: Literal["mnist", "synthetic"]
    train: Split
    test: Split


@dataclass(frozen=True, slots=True)
class _File:
    """Describe one of MNIST's four files: its name, its entries, the MD5 sum of it and that of its .gz."""

    name: str
    count: int
    md5: str
    packed_md5: str

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the file's dimensions: idx3 has images, idx1 labels."""
        return (self.count, SIDE, SIDE) if "idx3" in self.name else (self.count,)

    def length(self, count: int) -> int:
        """Return the bytes from the beginning of the file to the end of its first `count` entries."""
        return len(_idx_header(self.shape)) + count * prod(self.shape[1:])


# The sums of the .gz are torchvision's; the others are those of what they unpack to.
_TRAIN = (
    _File("train-images-idx3-ubyte", 60_000, "6bbc9ace898e44ae57da46a324031adb", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
    _File("train-labels-idx1-ubyte", 60_000, "a25bea736e30d166cdddb491f175f624", "d53e105ee54ea40749a09fcbcd1e9432"),
)
_TEST = (
    _File("t10k-images-idx3-ubyte", 10_000, "2646ac647ad5339dbf082846283269ea", "9fb629c4189551a2d022fa330f9573f3"),
    _File("t10k-labels-idx1-ubyte", 10_000, "27ae3e4e09519cfbb04c329615203637", "ec29112dd5afa0611ce80d1b7f02629c"),
)
FILES: dict[SplitName, tuple[_File, _File]] = {"train": _TRAIN, "test": _TEST}


def find_digits(
    mnist_root: Path | None, *, train_size: int, test_size: int, cache: Path | None = None, download: bool = True
) -> Digits:
    """Return the first `train_size` and `test_size` digits of MNIST's splits, or as many drawn ones.

    Looks in `mnist_root` and nowhere else if it is given; else in `cache` (the user's cache folder by default), on
    torchvision's mirrors if `download`, and last of all draws digits. What was downloaded or drawn is kept in `cache`.
    ConfigurationError is raised for sizes outside 1 to 60,000 and 1 to 10,000, and for MNIST files that are not as they
    should be: those of a given root, and those of the cache where no fresh copy can replace them.
    """
    sizes: dict[SplitName, int] = {"train": train_size, "test": test_size}
    for name, size in sizes.items():
        _check_size(name, size)
    if mnist_root is not None:
        return _mnist(sizes, partial(_read, _raw_folder(mnist_root)))
    cache = platformdirs.user_cache_path(APPLICATION, appauthor=False) if cache is None else cache
    return _cached_or_downloaded(cache / "MNIST" / "raw", sizes, download) or _synthetic(cache, sizes)


def write_root(root: Path, train: Split, test: Split) -> None:
    """Write two splits of any size so that torchvision.datasets.MNIST(root) loads them without a download.

    The files are root/MNIST/raw/{train,t10k}-{images-idx3,labels-idx1}-ubyte. OSError is raised if they cannot be
    written. `find_digits` refuses such a root unless it holds all of MNIST: their sums are not MNIST's.
    """
    raw = root / "MNIST" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    splits: dict[SplitName, Split] = {"train": train, "test": test}
    for name, split in splits.items():
        for file, array in zip(FILES[name], (split.images, split.labels), strict=True):
            (raw / file.name).write_bytes(_idx_header(array.shape) + array.tobytes())


# ---- reading MNIST


def _check_size(name: SplitName, size: int) -> None:
    """Raise ConfigurationError unless the split has that many digits."""
    most = FILES[name][0].count
    if not 1 <= size <= most:
        raise ConfigurationError(f"{size} {name} digits were asked for; ask for 1 to {most}, MNIST has no more.")


def _raw_folder(root: Path) -> Path:
    """Return the folder that holds the idx files, given it or either of the two above it."""
    if not _holds(root.is_dir):
        raise ConfigurationError(
            f"The MNIST folder {root} does not exist, or may not be entered. Give the folder that contains MNIST/raw."
        )
    names = [file.name + ending for files in FILES.values() for file in files for ending in (".gz", "")]
    for folder in (root / "MNIST" / "raw", root / "raw", root):
        if any(_holds((folder / name).is_file) for name in names):
            return folder
    raise ConfigurationError(
        f"The MNIST folder {root} holds none of MNIST's files; expected {root / 'MNIST' / 'raw' / names[0]} "
        "and three more. Give the folder that contains MNIST/raw."
    )


def _holds(question: Callable[[], bool]) -> bool:
    """Ask a path's is_file or is_dir; where a folder may not be entered the answer is no, and not an OSError."""
    with suppress(OSError):
        return question()
    return False


def _mnist(sizes: dict[SplitName, int], read: Callable[[_File, int], NDArray[np.uint8]]) -> Digits:
    """Return both splits, given what returns the first entries of a file."""
    train, test = (Split(*(read(file, sizes[name]) for file in files)) for name, files in FILES.items())
    return Digits("mnist", train, test)


def _read(folder: Path, file: _File, count: int) -> NDArray[np.uint8]:
    """Return the first `count` entries of a file: of its .gz, if it is there, else of the unpacked one."""
    path = folder / f"{file.name}.gz"
    path = path if _holds(path.is_file) else folder / file.name
    if not _holds(path.is_file):
        raise ConfigurationError(f"{path} is missing, and so is its .gz. Put MNIST's four files into this folder.")
    try:
        return _entries(path.read_bytes(), file, count, packed=path.suffix == ".gz")
    except (OSError, ValueError, zlib.error) as error:
        raise ConfigurationError(f"{path} cannot be used: {error}. Replace it with a fresh copy.") from error


def _entries(content: bytes, file: _File, count: int, *, packed: bool) -> NDArray[np.uint8]:
    """Return a file's first `count` entries, having checked all of it; ValueError or zlib.error says what is wrong.

    A .gz with the well-known sum is unpacked only as far as needed. With another sum it may still hold the right bytes,
    packed by someone else; if it does not, what it unpacks to tells best what is wrong.
    """
    if packed and _md5(content) == file.packed_md5:
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


def _check(content: bytes, file: _File) -> None:
    """Raise ValueError unless these are the bytes of an unpacked file; the message completes 'it cannot be used: '."""
    found, expected, length = _md5(content), _idx_header(file.shape), file.length(file.count)
    if found == file.md5:
        return
    for other in (other for files in FILES.values() for other in files if other.md5 == found):
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


def _idx_header(shape: tuple[int, ...]) -> bytes:
    """Return the header of an idx file of uint8 with these dimensions."""
    return struct.pack(f">{1 + len(shape)}I", 0x0800 + len(shape), *shape)


def _md5(content: bytes) -> str:
    """Return the MD5 sum as MNIST's are written; it tells damage, and guards against nobody."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


# ---- the cache and the mirrors


def _cached_or_downloaded(raw: Path, sizes: dict[SplitName, int], download: bool) -> Digits | None:
    """Return MNIST from the cache, or from a mirror by way of it; None when it is in neither.

    A damaged cache is downloaded again, for nothing of the user's is lost with it; if that fails it is an error and not
    a reason to draw digits: the person believes that MNIST is there, and a grade should not change its ground unseen.
    """
    flaw: ConfigurationError | None = None
    if all(_holds((raw / f"{file.name}.gz").is_file) for files in FILES.values() for file in files):
        try:
            return _mnist(sizes, partial(_read, raw))
        except ConfigurationError as error:
            flaw = error
    if download and (packed := _download()):
        for name, content in packed.items():
            _keep(raw / name, content)
        return _mnist(sizes, lambda file, count: _entries(packed[f"{file.name}.gz"], file, count, packed=True))
    if flaw is not None:
        raise ConfigurationError(f"{flaw} It is in the cache: delete {raw}, or connect to the network.") from flaw
    return None


def _download() -> dict[str, bytes] | None:
    """Return the four .gz files by name, from the mirror that answers first; None when none does in time."""
    mirror = _first([partial(_answering, mirror) for mirror in MIRRORS], ANSWER_SECONDS)
    return None if mirror is None else _first([partial(_fetch_all, mirror)], DOWNLOAD_SECONDS)


def _first(tasks: Sequence[Callable[[], T]], seconds: float) -> T | None:
    """Run tasks side by side and return the first result; None when all have failed or the time is up.

    Threads, because no timeout of a socket covers the look-up of its name; daemons, because nobody waits for losers.
    """
    results: queue.SimpleQueue[T | None] = queue.SimpleQueue()

    def run(task: Callable[[], T]) -> None:
        result = None
        try:
            with suppress(OSError, HTTPException, ValueError):  # no network, no file, not MNIST
                result = task()
        finally:
            results.put(result)

    for task in tasks:
        threading.Thread(target=run, args=(task,), daemon=True).start()
    deadline = time.monotonic() + seconds
    for _ in tasks:
        with suppress(queue.Empty):
            if (result := results.get(timeout=max(0.0, deadline - time.monotonic()))) is not None:
                return result
    return None


def _answering(mirror: str) -> str:
    """Return the mirror once it has sent the smallest file: a hotel's login page also answers, but not with that."""
    _fetch(mirror, FILES["test"][1])
    return mirror


def _fetch_all(mirror: str) -> dict[str, bytes]:
    """Return the four .gz files by name."""
    return {f"{file.name}.gz": _fetch(mirror, file) for files in FILES.values() for file in files}


def _fetch(mirror: str, file: _File) -> bytes:
    """Return a .gz file from a mirror. OSError or HTTPException is raised without one, ValueError for a wrong sum."""
    from urllib.request import urlopen  # takes 0.05 s to import, and few runs need it

    with urlopen(f"{mirror}{file.name}.gz", timeout=SILENCE_SECONDS) as reply:
        content: bytes = reply.read(LARGEST)
    if _md5(content) != file.packed_md5:
        raise ValueError(f"{mirror} sent something else than {file.name}.gz")
    return content


def _keep(path: Path, content: bytes) -> None:
    """Write a file of the cache whole or not at all; a cache that cannot be written is no reason to stop."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink()


# ---- drawn digits


def _synthetic(cache: Path, sizes: dict[SplitName, int]) -> Digits:
    """Return drawn digits, from the cache if it holds enough of them."""
    train, test = (_drawn(cache, name, size) for name, size in sizes.items())
    return Digits("synthetic", train, test)


def _drawn(cache: Path, name: SplitName, size: int) -> Split:
    """Return the first `size` drawn digits of a split.

    The cached file is a digest of 32 bytes, N labels, and N images of 784 bytes; whatever else is there is drawn anew.
    """
    path = cache / "synthetic" / f"{name}-v{synthetic.VERSION}.bin"
    content = b""
    with suppress(OSError):
        content = path.read_bytes()
    body = memoryview(content)[32:]
    count = len(body) // (1 + SIDE * SIDE)
    if count >= size and content[:32] == _digest(body):
        every = np.frombuffer(body, np.uint8)
        return Split(every[count:].reshape(count, SIDE, SIDE)[:size], every[:count][:size])
    images, labels = synthetic.draw_digits(name, size)
    drawn = labels.tobytes() + images.tobytes()
    _keep(path, _digest(drawn) + drawn)
    return Split(images, labels)


def _digest(body: bytes | memoryview) -> bytes:
    """Return 32 bytes that no damage leaves as they are, different for every version of the drawing."""
    return hashlib.blake2b(body, digest_size=32, person=f"digits v{synthetic.VERSION}".encode()).digest()
