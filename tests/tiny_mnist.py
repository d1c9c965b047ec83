"""A tiny MNIST of 60 + 20 digits for the tests of where digits come from, and ways to damage its files."""

from __future__ import annotations

import gzip
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from graders.digits import idx
from graders.digits.idx import Split

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TRAIN, TEST = 60, 20  # digits of the tiny MNIST
SIZES: dict[str, Any] = {"train_size": 50, "test_size": 10}  # fewer, for find_digits
NAMES = [file.name for file in idx.every_file()]


def random_split(size: int, seed: int = 0) -> Split:
    rng = np.random.default_rng(seed)
    return Split(rng.integers(0, 256, (size, 28, 28), np.uint8), rng.integers(0, 10, size, np.uint8))


def same(left: Split, right: Split) -> bool:
    return np.array_equal(left.images, right.images) and np.array_equal(left.labels, right.labels)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def remove(path: Path) -> None:
    path.unlink()


def rewrite(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Change what a file holds, be it packed or not."""
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(change(gzip.decompress(path.read_bytes()))))
    else:
        path.write_bytes(change(path.read_bytes()))


def change_last_byte(path: Path) -> None:
    rewrite(path, lambda content: content[:-1] + bytes([content[-1] ^ 1]))


def append(path: Path) -> None:
    rewrite(path, lambda content: content + b"\0")


def calls(action: Callable[[], object]) -> int:
    """Return how many functions, of Python's and in C, an action calls: what it costs on any machine."""
    count = 0

    def see(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(see)
    try:
        action()
    finally:
        sys.setprofile(None)
    return count
