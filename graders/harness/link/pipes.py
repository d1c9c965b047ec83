"""What a worker's pipes are to whoever asks it: requests go in, replies and last words come out. Parent side."""

from __future__ import annotations

import contextlib
import os
import threading
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

if TYPE_CHECKING:
    from graders.harness.worker.wire import Frame

STDERR_KEPT = 4_000  # bytes of a worker's last words
CHUNK = 65_536  # bytes that are read at once


class Late(Exception):
    """No reply came in its time."""


class Pipes(Protocol):
    """Carries frames through a worker's stdin and stdout, and takes what it writes to stderr."""

    def send(self, header: dict[str, Any], arrays: list[Any]) -> None:
        """Have one frame written; a worker that is dead, or does not read, shows when its reply is wanted."""

    def receive(self, seconds: float) -> Frame | None:
        """Return the next frame, None at their end. Raises Late, WireError, and OSError or ValueError once closed."""

    def listen(self) -> None:
        """Have last words taken from now on, also while nobody waits for a reply."""

    def close(self) -> None:
        """Let go of the pipes, whoever else may hold them."""

    @property
    def last_words(self) -> LastWords:
        """What the worker wrote to stderr."""


class LastWords:
    """The end of what a worker writes to stderr; the rest is taken, too, or the worker would wait for it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._kept = stream, bytearray()
        self._listener: threading.Thread | None = None

    def take(self) -> bool:
        """Take some more, having waited for it; returns whether there was any."""
        chunk = os.read(self._stream.fileno(), CHUNK)
        self._kept = (self._kept + chunk)[-STDERR_KEPT:]
        return bool(chunk)

    def follow(self) -> None:
        """Take all that comes, in a thread of its own."""
        if self._listener is None:
            self._listener = threading.Thread(target=self._follow, daemon=True)
            self._listener.start()

    def _follow(self) -> None:
        with contextlib.suppress(OSError, ValueError), self._stream:
            while self.take():
                pass

    def text(self, seconds: float) -> str:
        """Return the end of what was written, once all of it was, or after so many seconds."""
        if self._listener is not None:
            self._listener.join(seconds)
        return self._kept.decode(errors="replace").strip()

    def close(self) -> None:
        """Close the pipe.

        Where a thread reads it, that closes it at its end: closed by another one it would wait for that end, which a
        process that outlived the worker may put off for ever.
        """
        if self._listener is None:
            self._stream.close()
