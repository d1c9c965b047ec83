"""Where digits come from: the order of the sources, and what is said when one of them is damaged.

Most tests run on a tiny MNIST of 60 + 20 digits whose sums take the place of the real ones.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from graders import digits, synthetic
from graders.digits import Digits, Split, find_digits, write_root
from graders.harness.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TRAIN, TEST = 60, 20  # digits of the tiny MNIST
SIZES = {"train_size": 50, "test_size": 10}
OFFLINE_SECONDS = 2.0  # promised to whoever has no network
READ_SECONDS = 0.6  # for 10,000 real digits: measured 0.08, and other processes may share the core
NAMES = [file.name for files in digits.FILES.values() for file in files]


def _split(size: int, seed: int = 0) -> Split:
    rng = np.random.default_rng(seed)
    return Split(rng.integers(0, 256, (size, 28, 28), np.uint8), rng.integers(0, 10, size, np.uint8))


def _same(left: Split, right: Split) -> bool:
    return np.array_equal(left.images, right.images) and np.array_equal(left.labels, right.labels)


def _md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes()).hexdigest()


def _described(raw: Path, file: digits._File, count: int) -> digits._File:
    return digits._File(file.name, count, _md5(raw / file.name), _md5(raw / f"{file.name}.gz"))


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a tiny MNIST, unpacked and packed, as tmp_path/tiny/MNIST/raw, and make its sums the right ones."""
    raw = tmp_path / "tiny" / "MNIST" / "raw"
    write_root(tmp_path / "tiny", _split(TRAIN, 1), _split(TEST, 2))
    for name in NAMES:
        (raw / f"{name}.gz").write_bytes(gzip.compress((raw / name).read_bytes(), mtime=0))
    counts = {"train": TRAIN, "test": TEST}
    described = {name: tuple(_described(raw, f, counts[name]) for f in files) for name, files in digits.FILES.items()}
    monkeypatch.setattr(digits, "FILES", described)
    return raw


@pytest.fixture
def packed(tiny: Path) -> Path:
    """Leave only the .gz of the tiny MNIST."""
    for name in NAMES:
        (tiny / name).unlink()
    return tiny


@pytest.fixture
def unpacked(tiny: Path) -> Path:
    """Leave only the unpacked files of the tiny MNIST."""
    for name in NAMES:
        (tiny / f"{name}.gz").unlink()
    return tiny


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """Name a cache folder that does not exist yet."""
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def mnist_root() -> Path:
    """Return the folder of the real MNIST."""
    if not (root := os.environ.get("MNIST_ROOT")):
        pytest.skip("needs the real MNIST: set MNIST_ROOT to the folder that contains MNIST/raw")
    return Path(root)


def _served(folder: Path) -> Iterator[str]:
    """Serve a folder by HTTP on this machine, and yield its address."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(autouse=True)
def mirrors(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Keep every test off the real mirrors; return what sets others."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(digits, "MIRRORS", ())
    return lambda *addresses: monkeypatch.setattr(digits, "MIRRORS", addresses)


@pytest.fixture
def mirror(packed: Path, tmp_path: Path, mirrors: Callable[..., None]) -> Iterator[Path]:
    """Serve the tiny MNIST from a mirror, and return the folder it serves."""
    folder = tmp_path / "mirror"
    packed.rename(folder)
    for address in _served(folder):
        mirrors(address)
        yield folder


@pytest.fixture
def black_hole() -> Iterator[str]:
    """Return the address of a socket that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


# ---- a given root


@pytest.mark.parametrize("layout", ["packed", "unpacked"])
def test_first_digits_are_read(layout: str, request: pytest.FixtureRequest) -> None:
    """The first digits of each split come back, from the .gz and from the unpacked files."""
    root = request.getfixturevalue(layout).parents[1]
    found = find_digits(root, **SIZES)
    assert found.source == "mnist"
    assert _same(found.train, Split(_split(TRAIN, 1).images[:50], _split(TRAIN, 1).labels[:50]))
    assert _same(found.test, Split(_split(TEST, 2).images[:10], _split(TEST, 2).labels[:10]))


@pytest.mark.parametrize("up", [0, 1, 2])
def test_root_may_be_any_of_the_three_folders(packed: Path, up: int) -> None:
    """The folder that contains MNIST/raw is meant, but MNIST and MNIST/raw themselves will do."""
    root = [packed, *packed.parents][up]
    assert find_digits(root, train_size=TRAIN, test_size=TEST).source == "mnist"


def test_gz_that_someone_packed_again_is_read(packed: Path) -> None:
    """What counts is what a .gz unpacks to."""
    for path in packed.iterdir():
        path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()), compresslevel=1, mtime=1))
    assert find_digits(packed, **SIZES).source == "mnist"


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _remove(path: Path) -> None:
    path.unlink()


def _rewrite(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Change what a file holds, be it packed or not."""
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(change(gzip.decompress(path.read_bytes()))))
    else:
        path.write_bytes(change(path.read_bytes()))


def _change_last_byte(path: Path) -> None:
    _rewrite(path, lambda content: content[:-1] + bytes([content[-1] ^ 1]))


def _change_magic(path: Path) -> None:
    _rewrite(path, lambda content: struct.pack(">I", 0x0D01) + content[4:])


def _change_count(path: Path) -> None:
    _rewrite(path, lambda content: content[:4] + struct.pack(">I", 7) + content[8:])


def _append(path: Path) -> None:
    _rewrite(path, lambda content: content + b"\0")


DAMAGES = [
    (_truncate, "truncated"),
    (_empty, "truncated"),
    (_remove, "missing"),
    (_change_last_byte, "MD5 sum is"),
    (_change_magic, "magic number is 0x00000d01, expected 0x0000080"),
    (_change_count, r"header says \[7"),
    (_append, "too long"),
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


# ---- the order of the sources


def _forbid(monkeypatch: pytest.MonkeyPatch, owner: object, *names: str) -> None:
    def forbidden(*arguments: object) -> None:
        raise AssertionError("this source must not be asked")

    for name in names:
        monkeypatch.setattr(owner, name, forbidden)


def test_given_root_comes_first(packed: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a root neither the cache nor the network nor the drawing is touched."""
    _forbid(monkeypatch, digits, "_cached_or_downloaded", "_synthetic")
    assert find_digits(packed, **SIZES, cache=cache).source == "mnist"
    assert not cache.exists()


def test_cache_comes_before_the_network(packed: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """MNIST in the cache is used without a connection."""
    _forbid(monkeypatch, digits, "_download", "_synthetic")
    shutil.copytree(packed, cache / "MNIST" / "raw")
    assert find_digits(None, **SIZES, cache=cache).source == "mnist"


def test_download_comes_before_the_drawing(mirror: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a mirror in reach MNIST is downloaded, and kept for the next time."""
    _forbid(monkeypatch, digits, "_synthetic")
    first = find_digits(None, **SIZES, cache=cache)
    _forbid(monkeypatch, digits, "_download")
    second = find_digits(None, **SIZES, cache=cache)
    assert first.source == second.source == "mnist"
    assert _same(first.train, second.train)
    assert sorted(path.name for path in (cache / "MNIST" / "raw").iterdir()) == sorted(f"{n}.gz" for n in NAMES)


def test_download_can_be_forbidden(mirror: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without leave to download digits are drawn, even with a mirror in reach."""
    _forbid(monkeypatch, digits, "_download")
    assert find_digits(None, **SIZES, cache=cache, download=False).source == "synthetic"


def test_users_cache_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a cache the folder is the one that the system keeps for this user."""
    monkeypatch.setattr(digits.platformdirs, "user_cache_path", lambda name, appauthor: tmp_path / name)
    find_digits(None, **SIZES, download=False)
    assert (tmp_path / digits.APPLICATION / "synthetic").is_dir()


# ---- downloading


def test_silent_mirror_is_given_up_in_time(black_hole: str, cache: Path, mirrors: Callable[..., None]) -> None:
    """A mirror that takes the connection and says nothing costs no more than the promised time, drawing included."""
    mirrors(black_hole, black_hole)
    start = time.perf_counter()
    assert find_digits(None, train_size=1_000, test_size=500, cache=cache).source == "synthetic"
    assert time.perf_counter() - start < OFFLINE_SECONDS


def test_refused_connection_is_given_up_at_once(cache: Path, mirrors: Callable[..., None]) -> None:
    """Without a network nothing is waited for: with drawn digits in the cache the answer is there at once."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        mirrors(f"http://127.0.0.1:{server.getsockname()[1]}/")
    find_digits(None, **SIZES, cache=cache)
    start = time.perf_counter()
    assert find_digits(None, **SIZES, cache=cache).source == "synthetic"
    assert time.perf_counter() - start < digits.ANSWER_SECONDS / 2


def test_name_that_is_never_looked_up_is_given_up_in_time(
    cache: Path, mirrors: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that does not answer costs no more than the promised time, though no socket's timeout covers it."""
    woken = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **options: woken.wait(20) and [])
    mirrors("http://mirror.invalid/")
    start = time.perf_counter()
    assert find_digits(None, **SIZES, cache=cache).source == "synthetic"
    assert time.perf_counter() - start < OFFLINE_SECONDS
    woken.set()


def test_second_mirror_serves_when_the_first_is_silent(
    mirror: Path, black_hole: str, cache: Path, mirrors: Callable[..., None]
) -> None:
    """Mirrors are tried side by side."""
    mirrors(black_hole, *digits.MIRRORS)
    assert find_digits(None, **SIZES, cache=cache).source == "mnist"


@pytest.mark.parametrize("name", ["t10k-labels-idx1-ubyte", "train-images-idx3-ubyte"])
def test_download_with_a_wrong_sum_is_not_used(mirror: Path, cache: Path, name: str) -> None:
    """What a captive portal or a broken mirror sends is neither used nor kept."""
    (mirror / f"{name}.gz").write_bytes(b"<html>Welcome to our hotel</html>")
    assert find_digits(None, **SIZES, cache=cache).source == "synthetic"
    assert not (cache / "MNIST").exists()


def test_download_is_used_though_it_cannot_be_kept(mirror: Path, tmp_path: Path) -> None:
    """With a cache that cannot be written MNIST is used from memory."""
    (tmp_path / "file").write_text("no folder")
    assert find_digits(None, **SIZES, cache=tmp_path / "file" / "cache").source == "mnist"


# ---- a damaged or read-only cache


def test_damaged_cache_is_downloaded_again(mirror: Path, cache: Path) -> None:
    """A damaged file in the cache is replaced by a fresh one."""
    shutil.copytree(mirror, cache / "MNIST" / "raw")
    _truncate(cache / "MNIST" / "raw" / "train-images-idx3-ubyte.gz")
    assert find_digits(None, **SIZES, cache=cache).source == "mnist"
    assert find_digits(None, **SIZES, cache=cache, download=False).source == "mnist"


def test_damaged_cache_without_a_network_is_named_in_the_error(packed: Path, cache: Path) -> None:
    """Where no fresh copy can be had the error says what to delete; digits are not silently drawn."""
    shutil.copytree(packed, cache / "MNIST" / "raw")
    _truncate(cache / "MNIST" / "raw" / "train-images-idx3-ubyte.gz")
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
    assert _same(first.train, _drawn(cache).train)
    assert np.array_equal(first.train.images[:20], _drawn(cache, 20).train.images)


def test_more_digits_than_are_kept_are_drawn(cache: Path) -> None:
    """The cache grows with what is asked for."""
    few, many = _drawn(cache), _drawn(cache, 700)
    assert np.array_equal(few.train.images, many.train.images[:50])
    assert len(many.train.labels) == 700


@pytest.mark.parametrize("damage", [_truncate, _empty, _remove, _change_last_byte, _append])
def test_broken_cache_of_drawn_digits_is_redrawn(cache: Path, damage: Callable[[Path], None]) -> None:
    """Whatever happened to the file, the digits are the same as ever, and the file is mended."""
    first, path = _drawn(cache), cache / "synthetic" / f"train-v{synthetic.VERSION}.bin"
    content = path.read_bytes()
    damage(path)
    assert _same(first.train, _drawn(cache).train)
    assert path.read_bytes() == content


def test_digits_of_another_version_are_redrawn(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache of another version is not taken for this one's, not even under its name."""
    first = _drawn(cache)
    folder, version = cache / "synthetic", synthetic.VERSION
    monkeypatch.setattr(synthetic, "VERSION", version + 1)
    (folder / f"train-v{version}.bin").rename(folder / f"train-v{version + 1}.bin")
    assert not _same(first.train, _drawn(cache).train)


def test_cache_that_cannot_be_made_does_no_harm(tmp_path: Path, cache: Path) -> None:
    """Where no cache folder can be made the same digits are drawn every time."""
    (tmp_path / "file").write_text("no folder")
    assert _same(_drawn(cache).train, _drawn(tmp_path / "file" / "cache").train)


def test_read_only_cache_does_no_harm(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the cache may not be written the same digits are drawn every time, and nothing is left behind."""

    def refuse(*arguments: object, **options: object) -> None:
        raise PermissionError("read-only")

    monkeypatch.setattr(digits.tempfile, "mkstemp", refuse)
    assert _same(_drawn(cache).train, _drawn(cache).train)
    assert not list((cache / "synthetic").iterdir())


def test_interrupted_write_leaves_nothing_behind(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of the cache appears whole or not at all."""

    def refuse(*arguments: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", refuse)
    assert _drawn(cache).source == "synthetic"
    assert not list((cache / "synthetic").iterdir())


# ---- writing, and the real MNIST


def test_torchvision_loads_a_written_root(tmp_path: Path) -> None:
    """torchvision.datasets.MNIST finds the very images and labels, without a download."""
    datasets = pytest.importorskip("torchvision.datasets")
    train, test = _split(7, 3), _split(3, 4)
    write_root(tmp_path, train, test)
    for split, is_train in ((train, True), (test, False)):
        loaded = datasets.MNIST(tmp_path, train=is_train, download=False)
        assert _same(Split(loaded.data.numpy(), loaded.targets.numpy().astype(np.uint8)), split)


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


def test_judge_imports_neither_torch_nor_pillow() -> None:
    """Importing the module is cheap: what only drawing and downloading need is left for then."""
    code = "import sys, graders.digits; print({'torch', 'PIL', 'matplotlib', 'urllib.request'} & {*sys.modules})"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.strip() == b"set()"


def test_real_mnist_is_read_in_a_moment(mnist_root: Path) -> None:
    """The first digits are the well-known 5, 0, 4, 1, 9 and 7, 2, 1, 0, 4; reading 12,000 takes less than the limit."""
    start = time.perf_counter()
    found = find_digits(mnist_root, train_size=10_000, test_size=2_000)
    assert time.perf_counter() - start < READ_SECONDS
    assert found.train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert found.test.labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert found.train.images.mean() / 255 == pytest.approx(0.131, abs=0.002)


def test_real_mnist_is_read_unpacked(mnist_root: Path, tmp_path: Path) -> None:
    """The sums of the unpacked files hold: all of MNIST, written by us, is read as MNIST."""
    whole = find_digits(mnist_root, train_size=60_000, test_size=10_000)
    write_root(tmp_path, whole.train, whole.test)
    again = find_digits(tmp_path, train_size=60_000, test_size=10_000)
    assert _same(whole.train, again.train)
    assert _same(whole.test, again.test)
