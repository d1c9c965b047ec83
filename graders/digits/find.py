"""Find the digits a submission is trained and examined on: MNIST where there is a copy of it, else drawn ones."""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from graders.harness.base.cache import folder as cache_folder
from graders.harness.base.errors import ConfigurationError

from . import idx, mirrors, synthetic
from .idx import Split, write_root
from .synthetic import SIDE, SplitName

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["Digits", "Split", "find_digits", "write_root"]  # all that a user of digits needs


@dataclass(frozen=True, slots=True, eq=False)
class Digits:
    """Say where digits came from, 'mnist' or 'synthetic', and hold those to train on and those to test on."""

    source: Literal["mnist", "synthetic"]
    train: Split
    test: Split


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
        return _mnist(sizes, partial(idx.read, _raw_folder(mnist_root)))
    cache = cache_folder() if cache is None else cache
    return _cached_or_downloaded(cache / idx.RAW, sizes, download) or _synthetic(cache, sizes)


def fingerprint(source: str) -> str:
    """Return what tells these digits from others: MNIST's by its files' sums, drawn ones by how they are drawn."""
    sums = [file.md5 for file in idx.every_file()] if source == "mnist" else [f"drawn {synthetic.VERSION}"]
    return hashlib.blake2b(" ".join(sums).encode(), digest_size=16).hexdigest()


# ---- MNIST


def _check_size(name: SplitName, size: int) -> None:
    """Raise ConfigurationError unless the split has that many digits."""
    most = idx.FILES[name][0].count
    if not 1 <= size <= most:
        raise ConfigurationError(f"{size} {name} digits were asked for; ask for 1 to {most}, MNIST has no more.")


def _raw_folder(root: Path) -> Path:
    """Return the folder that holds the idx files, given it or either of the two above it."""
    if not idx.holds(root.is_dir):
        raise ConfigurationError(
            f"The MNIST folder {root} does not exist, or may not be entered. Give the folder that contains MNIST/raw."
        )
    names = [name for file in idx.every_file() for name in (file.packed_name, file.name)]
    for folder in (root / idx.RAW, root / idx.RAW.name, root):
        if any(idx.holds((folder / name).is_file) for name in names):
            return folder
    raise ConfigurationError(
        f"The MNIST folder {root} holds none of MNIST's files; expected {root / idx.RAW / names[0]} and three more. "
        "Give the folder that contains MNIST/raw."
    )


def _mnist(sizes: dict[SplitName, int], read: Callable[[idx.File, int], NDArray[np.uint8]]) -> Digits:
    """Return both splits, given what returns the first entries of a file."""
    train, test = (Split(*(read(file, sizes[name]) for file in files)) for name, files in idx.FILES.items())
    return Digits("mnist", train, test)


def _cached_or_downloaded(raw: Path, sizes: dict[SplitName, int], download: bool) -> Digits | None:
    """Return MNIST from the cache, or from a mirror by way of it; None when it is in neither.

    A damaged cache is downloaded again, for nothing of the user's is lost with it; if that fails it is an error and not
    a reason to draw digits: the person believes that MNIST is there, and a grade should not change its ground unseen.
    """
    flaw: ConfigurationError | None = None
    if all(idx.holds((raw / file.packed_name).is_file) for file in idx.every_file()):
        try:
            return _mnist(sizes, partial(idx.read, raw))
        except ConfigurationError as error:
            flaw = error
    if download and (packed := mirrors.download()):
        for name, content in packed.items():
            _keep(raw / name, content)
        return _mnist(sizes, lambda file, count: idx.entries(packed[file.packed_name], file, count, packed=True))
    if flaw is not None:
        raise ConfigurationError(f"{flaw} It is in the cache: delete {raw}, or connect to the network.") from flaw
    return None


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
