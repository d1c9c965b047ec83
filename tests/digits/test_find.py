"""Where digits come from: the order of the sources, and what becomes of a cache that is damaged or read-only."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import platformdirs
import pytest
from tiny_mnist import NAMES, SIZES, TEST, TRAIN, append, calls, change_last_byte, empty, remove, same, truncate

from graders.digits import find, mirrors, synthetic
from graders.digits.find import Digits, find_digits
from graders.harness.base.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("set_mirrors")


# ---- a given root


@pytest.mark.parametrize("up", [0, 1, 2])
def test_root_may_be_any_of_the_three_folders(packed: Path, up: int) -> None:
    """The folder that contains MNIST/raw is meant, but MNIST and MNIST/raw themselves will do."""
    root = [packed, *packed.parents][up]
    assert find_digits(root, train_size=TRAIN, test_size=TEST).source == "mnist"


def test_root_that_does_not_exist_is_named_in_the_error(tmp_path: Path) -> None:
    """A mistyped root is an error, never a reason to look elsewhere."""
    with pytest.raises(ConfigurationError, match=r"no-such-folder does not exist"):
        find_digits(tmp_path / "no-such-folder", **SIZES)


def test_root_that_may_not_be_entered_is_named_in_the_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system refuses to look the error says so, as for a root that is not there."""

    def refuse(path: Path) -> bool:
        raise PermissionError(path)

    monkeypatch.setattr(Path, "is_dir", refuse)
    with pytest.raises(ConfigurationError, match="may not be entered"):
        find_digits(tmp_path, **SIZES)


def test_root_without_mnist_is_named_in_the_error(tmp_path: Path) -> None:
    """An empty root is an error that says what was expected there."""
    with pytest.raises(ConfigurationError, match=r"holds none of MNIST's files; expected .*train-images-idx3-ubyte"):
        find_digits(tmp_path, **SIZES)


@pytest.mark.parametrize(("train_size", "test_size", "asked"), [(0, 1, "0 train"), (1, 10_001, "10001 test")])
def test_size_out_of_range_is_named_in_the_error(train_size: int, test_size: int, asked: str) -> None:
    """More digits than MNIST has, or none, cannot be asked for."""
    with pytest.raises(ConfigurationError, match=rf"{asked} digits were asked for; ask for 1 to"):
        find_digits(None, train_size=train_size, test_size=test_size, download=False)


def test_real_mnist_is_read_at_once(mnist_root: Path) -> None:
    """The first digits are the well-known 5, 0, 4, 1, 9 and 7, 2, 1, 0, 4; no function is called for each of them."""
    found = find_digits(mnist_root, train_size=10_000, test_size=2_000)
    assert calls(lambda: find_digits(mnist_root, train_size=10_000, test_size=2_000)) < 2_000  # 460
    assert found.train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert found.test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert found.train.images.mean() / 255 == pytest.approx(0.131, abs=0.002)


# ---- the order of the sources


def _forbid(monkeypatch: pytest.MonkeyPatch, owner: object, *names: str) -> None:
    def forbidden(*arguments: object) -> None:
        raise AssertionError("this source must not be asked")

    for name in names:
        monkeypatch.setattr(owner, name, forbidden)


def test_given_root_comes_first(packed: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a root neither the cache nor the network nor the drawing is touched."""
    _forbid(monkeypatch, find, "_cached_or_downloaded", "_synthetic")
    assert find_digits(packed, **SIZES, cache=cache).source == "mnist"
    assert not cache.exists()


def test_cache_comes_before_the_network(packed: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MNIST in the cache is used without a connection."""
    _forbid(monkeypatch, mirrors, "download")
    _forbid(monkeypatch, find, "_synthetic")
    shutil.copytree(packed, cache / "MNIST" / "raw")
    assert find_digits(None, **SIZES, cache=cache).source == "mnist"


def test_download_comes_before_the_drawing(mirror: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a mirror in reach MNIST is downloaded, and kept for the next time."""
    _forbid(monkeypatch, find, "_synthetic")
    first = find_digits(None, **SIZES, cache=cache)
    _forbid(monkeypatch, mirrors, "download")
    second = find_digits(None, **SIZES, cache=cache)
    assert first.source == second.source == "mnist"
    assert same(first.train, second.train)
    assert sorted(path.name for path in (cache / "MNIST" / "raw").iterdir()) == sorted(f"{n}.gz" for n in NAMES)


def test_download_can_be_forbidden(mirror: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without leave to download digits are drawn, even with a mirror in reach."""
    _forbid(monkeypatch, mirrors, "download")
    assert find_digits(None, **SIZES, cache=cache, download=False).source == "synthetic"


def test_users_cache_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a cache the folder is the one that the system keeps for this user."""
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda name: tmp_path / name)
    find_digits(None, **SIZES, download=False)
    assert (tmp_path / "course-grader" / "synthetic").is_dir()


def test_judge_imports_neither_torch_nor_pillow() -> None:
    """Importing the module is cheap: what only drawing and downloading need is left for then."""
    code = "import sys, graders.digits.find; print({'torch', 'PIL', 'matplotlib', 'urllib.request'} & {*sys.modules})"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.strip() == b"set()"


# ---- a damaged or read-only cache


def test_damaged_cache_is_downloaded_again(mirror: Path, cache: Path) -> None:
    """A damaged file in the cache is replaced by a fresh one."""
    shutil.copytree(mirror, cache / "MNIST" / "raw")
    truncate(cache / "MNIST" / "raw" / "train-images-idx3-ubyte.gz")
    assert find_digits(None, **SIZES, cache=cache).source == "mnist"
    assert find_digits(None, **SIZES, cache=cache, download=False).source == "mnist"


def test_damaged_cache_without_a_network_is_named_in_the_error(packed: Path, cache: Path) -> None:
    """Where no fresh copy can be had the error says what to delete; digits are not silently drawn."""
    shutil.copytree(packed, cache / "MNIST" / "raw")
    truncate(cache / "MNIST" / "raw" / "train-images-idx3-ubyte.gz")
    with pytest.raises(ConfigurationError, match=r"train-images-idx3-ubyte\.gz cannot be used.*truncated.*delete"):
        find_digits(None, **SIZES, cache=cache)


def test_incomplete_cache_counts_as_none(packed: Path, cache: Path) -> None:
    """A download that was cut off between two files is not an error."""
    (cache / "MNIST" / "raw").mkdir(parents=True)
    shutil.copy(packed / "train-images-idx3-ubyte.gz", cache / "MNIST" / "raw")
    assert find_digits(None, **SIZES, cache=cache).source == "synthetic"


def _drawn(cache: Path, train_size: int = 50) -> Digits:
    return find_digits(None, train_size=train_size, test_size=10, cache=cache, download=False)


def test_drawn_digits_are_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time nothing is drawn, and the digits are the same; fewer of them are their beginning."""
    first = _drawn(cache)
    _forbid(monkeypatch, synthetic, "draw_digits")
    assert same(first.train, _drawn(cache).train)
    assert np.array_equal(first.train.images[:20], _drawn(cache, 20).train.images)


def test_more_digits_than_are_kept_are_drawn(cache: Path) -> None:
    """The cache grows with what is asked for."""
    few, many = _drawn(cache), _drawn(cache, 700)
    assert np.array_equal(few.train.images, many.train.images[:50])
    assert len(many.train.labels) == 700


@pytest.mark.parametrize("damage", [truncate, empty, remove, change_last_byte, append])
def test_broken_cache_of_drawn_digits_is_redrawn(cache: Path, damage: Callable[[Path], None]) -> None:
    """Whatever happened to the file, the digits are the same as ever, and the file is mended."""
    first, path = _drawn(cache), cache / "synthetic" / f"train-v{synthetic.VERSION}.bin"
    content = path.read_bytes()
    damage(path)
    assert same(first.train, _drawn(cache).train)
    assert path.read_bytes() == content


def test_digits_of_another_version_are_redrawn(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache of another version is not taken for this one's, not even under its name."""
    first = _drawn(cache)
    folder, version = cache / "synthetic", synthetic.VERSION
    monkeypatch.setattr(synthetic, "VERSION", version + 1)
    (folder / f"train-v{version}.bin").rename(folder / f"train-v{version + 1}.bin")
    assert not same(first.train, _drawn(cache).train)


def test_cache_that_cannot_be_made_does_no_harm(tmp_path: Path, cache: Path) -> None:
    """Where no cache folder can be made the same digits are drawn every time."""
    (tmp_path / "file").write_text("no folder")
    assert same(_drawn(cache).train, _drawn(tmp_path / "file" / "cache").train)


def test_read_only_cache_does_no_harm(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the cache may not be written the same digits are drawn every time, and nothing is left behind."""

    def refuse(*arguments: object, **options: object) -> None:
        raise PermissionError("read-only")

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    assert same(_drawn(cache).train, _drawn(cache).train)
    assert not list((cache / "synthetic").iterdir())


def test_interrupted_write_leaves_nothing_behind(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of the cache appears whole or not at all."""

    def refuse(*arguments: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", refuse)
    assert _drawn(cache).source == "synthetic"
    assert not list((cache / "synthetic").iterdir())
