"""Tests for graders.child.network: files arrive by every client of Python's, encrypted or not; nothing else does."""

from __future__ import annotations

import gzip
import http.client
import socket
import sys
import urllib.request
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import torch

from graders.child import network

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "train-images-idx3-ubyte"
CONTENT = bytes(range(256)) * 40
URL = f"//example.org/mnist/{NAME}.gz"


def by_urlopen(root: str, scheme: str) -> None:
    """Fetch as torchvision does."""
    with urllib.request.urlopen(f"{scheme}:{URL}") as answer:
        Path(root, "got").write_bytes(answer.read())


def by_urlretrieve(root: str, scheme: str) -> None:
    """Fetch into a file."""
    urllib.request.urlretrieve(f"{scheme}:{URL}", Path(root, "got"))


def by_connection(root: str, scheme: str) -> None:
    """Fetch by a connection of one's own."""
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    connection = kinds[scheme]("example.org", timeout=3)
    connection.request("GET", f"/{NAME}.gz")
    Path(root, "got").write_bytes(connection.getresponse().read())


def asked(monkeypatch: pytest.MonkeyPatch, root: Path, load: Callable[..., Any]) -> tuple[int, list[bytes]]:
    """Run what loads, beside a network with one file."""
    monkeypatch.setitem(sys.modules, "lab", SimpleNamespace(load_mnist=load))
    content = torch.frombuffer(bytearray(CONTENT), dtype=torch.uint8)
    count, files = network.fetches(str(root), [NAME], [content])
    return count, [file.numpy().tobytes() for file in files]


@pytest.mark.parametrize("descriptors", [True, False])
@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("fetch", [by_urlopen, by_urlretrieve, by_connection])
def test_file_arrives(
    fetch: Callable[[str, str], None],
    scheme: str,
    descriptors: bool,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """What lies in the root are the bytes of the file, packed since its packed name was asked for."""
    if descriptors and not network.HAS_DESCRIPTORS:
        pytest.skip("there are none here")
    monkeypatch.setattr(network, "HAS_DESCRIPTORS", descriptors)
    count, files = asked(monkeypatch, tmp_path, lambda root, train: fetch(root, scheme))
    assert count > 0
    assert [gzip.decompress(file) for file in files] == [CONTENT]


def test_torchvisions_own_download_arrives(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It refuses what arrives, whose sum is not MNIST's, but has stored it."""
    from torchvision import datasets  # type: ignore[import-untyped]  # as it comes

    _, files = asked(monkeypatch, tmp_path, lambda root, train: datasets.MNIST(root, train=train, download=True))
    assert CONTENT in [gzip.decompress(file) for file in files]


def test_whoever_asks_for_a_name_only_has_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The question is noted; nothing lies in the root, also where a file has been asked for that nobody has."""

    def ask(root: str, train: bool) -> None:
        socket.getaddrinfo("example.org", 80)
        urllib.request.urlopen("http://example.org/other.gz")

    assert asked(monkeypatch, tmp_path, ask)[1] == []
    assert asked(monkeypatch, tmp_path, lambda root, train: None) == (0, [])
