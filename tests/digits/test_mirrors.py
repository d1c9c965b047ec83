"""Downloading MNIST: from whichever mirror answers, never for long, and nothing that is not MNIST."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest
from tiny_mnist import SIZES

from graders.digits import mirrors
from graders.digits.find import find_digits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FOR_EVER = 1_000.0  # seconds: a test that waits for them is not to be overlooked


@pytest.fixture
def asking() -> Callable[[], int]:
    """Return a function that counts the threads, begun by this test, that still wait for a mirror's answer."""
    before = set(threading.enumerate())
    return lambda: len(set(threading.enumerate()) - before)


@pytest.fixture
def black_hole() -> Iterator[str]:
    """Return the address of a socket that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


def test_silent_mirror_is_given_up_in_time(
    black_hole: str, cache: Path, set_mirrors: Callable[..., None], asking: Callable[[], int]
) -> None:
    """Whoever has a mirror that takes the connection and says nothing waits a second, and not for its answer."""
    assert mirrors.ANSWER_SECONDS <= 1 < mirrors.SILENCE_SECONDS
    set_mirrors(black_hole, black_hole)
    assert find_digits(None, **SIZES, cache=cache).source == "synthetic"
    assert asking() == 2


def test_refused_connection_is_given_up_at_once(
    cache: Path, set_mirrors: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a network nothing is waited for."""
    monkeypatch.setattr(mirrors, "ANSWER_SECONDS", FOR_EVER)
    with socket.create_server(("127.0.0.1", 0)) as server:
        set_mirrors(f"http://127.0.0.1:{server.getsockname()[1]}/")
    assert find_digits(None, **SIZES, cache=cache).source == "synthetic"


def test_name_that_is_never_looked_up_is_given_up_in_time(
    cache: Path, set_mirrors: Callable[..., None], monkeypatch: pytest.MonkeyPatch, asking: Callable[[], int]
) -> None:
    """A name server that does not answer is not waited for, though no socket's timeout covers it."""
    woken = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **options: woken.wait(FOR_EVER) and [])
    set_mirrors("http://mirror.invalid/")
    assert find_digits(None, **SIZES, cache=cache).source == "synthetic"
    assert asking() == 1
    woken.set()


def test_second_mirror_serves_when_the_first_is_silent(
    mirror: Path, black_hole: str, cache: Path, set_mirrors: Callable[..., None]
) -> None:
    """Mirrors are tried side by side."""
    set_mirrors(black_hole, *mirrors.MIRRORS)
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
