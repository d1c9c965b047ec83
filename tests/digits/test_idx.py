"""MNIST's files: how they are read and written, and what is said when one of them is damaged."""

from __future__ import annotations

import gzip
import os
import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tiny_mnist import (
    SIZES,
    TEST,
    TRAIN,
    append,
    change_last_byte,
    empty,
    random_split,
    remove,
    rewrite,
    same,
    truncate,
)

from graders.digits import idx
from graders.digits.find import find_digits
from graders.digits.idx import Split, write_root
from graders.harness.base.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


# ---- reading


@pytest.mark.parametrize("layout", ["packed", "unpacked"])
def test_first_digits_are_read(layout: str, request: pytest.FixtureRequest) -> None:
    """The first digits of each split come back, from the .gz and from the unpacked files."""
    root = request.getfixturevalue(layout).parents[1]
    found = find_digits(root, **SIZES)
    assert found.source == "mnist"
    assert same(found.train, Split(random_split(TRAIN, 1).images[:50], random_split(TRAIN, 1).labels[:50]))
    assert same(found.test, Split(random_split(TEST, 2).images[:10], random_split(TEST, 2).labels[:10]))


def test_gz_that_someone_packed_again_is_read(packed: Path) -> None:
    """What counts is what a .gz unpacks to."""
    for path in packed.iterdir():
        path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()), compresslevel=1, mtime=1))
    assert find_digits(packed, **SIZES).source == "mnist"


def test_files_are_read_again_only_when_they_have_changed(packed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read before a judge was forked need not be read in it; what was damaged since then is seen."""
    find_digits(packed, **SIZES)
    with monkeypatch.context() as patched:
        patched.setattr(idx, "entries", None)
        assert find_digits(packed, **SIZES).source == "mnist"
    images = packed / idx.FILES["train"][0].packed_name
    before = images.stat()
    change_last_byte(images)
    os.utime(images, ns=(before.st_atime_ns, before.st_mtime_ns + 10**9))  # the clock may not have ticked
    with pytest.raises(ConfigurationError, match="cannot be used"):
        find_digits(packed, **SIZES)


def _change_magic(path: Path) -> None:
    rewrite(path, lambda content: struct.pack(">I", 0x0D01) + content[4:])


def _change_count(path: Path) -> None:
    rewrite(path, lambda content: content[:4] + struct.pack(">I", 7) + content[8:])


DAMAGES = [
    (truncate, "truncated"),
    (empty, "truncated"),
    (remove, "missing"),
    (change_last_byte, "MD5 sum is"),
    (_change_magic, "magic number is 0x00000d01, expected 0x0000080"),
    (_change_count, r"header says \[7"),
    (append, "too long"),
]


@pytest.mark.parametrize(("damage", "flaw"), DAMAGES)
@pytest.mark.parametrize("name", ["train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"])
@pytest.mark.parametrize("layout", ["packed", "unpacked"])
def test_damaged_file_and_its_flaw_are_named_in_the_error(
    layout: str, name: str, damage: Callable[[Path], None], flaw: str, request: pytest.FixtureRequest
) -> None:
    """A file that is not MNIST's stops the grading, however few digits are asked for, and the error says which."""
    raw = request.getfixturevalue(layout)
    damage(raw / (name + (".gz" if layout == "packed" else "")))
    with pytest.raises(ConfigurationError, match=rf"{name}.* {flaw}"):
        find_digits(raw.parents[1], train_size=1, test_size=1)


def test_file_that_is_no_gzip_is_named_in_the_error(packed: Path) -> None:
    """A .gz which is not one, such as a saved error page, is named."""
    (packed / "train-labels-idx1-ubyte.gz").write_bytes(b"<html>404</html>")
    with pytest.raises(ConfigurationError, match=r"train-labels-idx1-ubyte\.gz cannot be used"):
        find_digits(packed, **SIZES)


@pytest.mark.parametrize("layout", ["packed", "unpacked"])
def test_swapped_files_are_named_in_the_error(layout: str, request: pytest.FixtureRequest) -> None:
    """Labels under the images' name are recognised as what they are."""
    raw, end = request.getfixturevalue(layout), ".gz" if layout == "packed" else ""
    images, labels = raw / f"t10k-images-idx3-ubyte{end}", raw / f"t10k-labels-idx1-ubyte{end}"
    images.rename(raw / "aside")
    labels.rename(images)
    (raw / "aside").rename(labels)
    with pytest.raises(ConfigurationError, match=r"t10k-images.*it holds the bytes of t10k-labels-idx1-ubyte"):
        find_digits(raw.parents[1], **SIZES)


def test_real_mnist_is_read_unpacked(mnist_root: Path, tmp_path: Path) -> None:
    """The sums of the unpacked files hold: all of MNIST, written by us, is read as MNIST."""
    whole = find_digits(mnist_root, train_size=60_000, test_size=10_000)
    write_root(tmp_path, whole.train, whole.test)
    again = find_digits(tmp_path, train_size=60_000, test_size=10_000)
    assert same(whole.train, again.train)
    assert same(whole.test, again.test)


# ---- writing


def test_torchvision_loads_a_written_root(tmp_path: Path) -> None:
    """torchvision.datasets.MNIST finds the very images and labels, without a download."""
    datasets = pytest.importorskip("torchvision.datasets")
    train, test = random_split(7, 3), random_split(3, 4)
    write_root(tmp_path, train, test)
    for split, is_train in ((train, True), (test, False)):
        loaded = datasets.MNIST(tmp_path, train=is_train, download=False)
        assert same(Split(loaded.data.numpy(), loaded.targets.numpy().astype(np.uint8)), split)


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        (np.zeros((2, 28, 28), np.float32), np.zeros(2, np.uint8)),
        (np.zeros((2, 784), np.uint8), np.zeros(2, np.uint8)),
        (np.zeros((2, 28, 28), np.uint8), np.zeros(3, np.uint8)),
        (np.zeros((2, 28, 28), np.uint8), np.zeros((2, 1), np.uint8)),
    ],
)
def test_split_of_another_form_is_refused(images: np.ndarray, labels: np.ndarray) -> None:
    """A split holds uint8 images [N, 28, 28] and as many uint8 labels."""
    with pytest.raises(ValueError, match="given"):
        Split(images, labels)
