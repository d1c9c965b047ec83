"""Download MNIST from whichever mirror answers first, or find out quickly that none does."""

from __future__ import annotations

import queue
import threading
import time
from contextlib import suppress
from functools import partial
from http.client import HTTPException
from typing import TYPE_CHECKING, TypeVar

from . import idx

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

MIRRORS = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/")  # torchvision's
ANSWER_SECONDS = 1.0  # for name, connection and first file: with the drawing that follows, offline costs below 2 s
DOWNLOAD_SECONDS = 30.0  # for the 11.6 MB, once a mirror has answered: 3 Mbit/s are enough
SILENCE_SECONDS = 5.0  # that a socket may say nothing: ends the threads nobody waits for any more
LARGEST = 1 << 24  # bytes read of a reply: the largest .gz has 10 MB


def download() -> dict[str, bytes] | None:
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
    _fetch(mirror, idx.FILES["test"][1])
    return mirror


def _fetch_all(mirror: str) -> dict[str, bytes]:
    """Return the four .gz files by name."""
    return {file.packed_name: _fetch(mirror, file) for file in idx.every_file()}


def _fetch(mirror: str, file: idx.File) -> bytes:
    """Return a .gz file from a mirror. OSError or HTTPException is raised without one, ValueError for a wrong sum."""
    from urllib.request import urlopen  # takes 0.05 s to import, and few runs need it

    with urlopen(f"{mirror}{file.packed_name}", timeout=SILENCE_SECONDS) as reply:
        content: bytes = reply.read(LARGEST)
    if not file.is_packed_in(content):
        raise ValueError(f"{mirror} sent something else than {file.packed_name}")
    return content
