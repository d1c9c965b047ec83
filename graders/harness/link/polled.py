"""A worker's pipes, looked after by whoever sends or waits for a reply: a request wakes no thread. Not on Windows."""

from __future__ import annotations

import contextlib
import io
import os
import selectors
import sys
import time
from collections import deque
from typing import TYPE_CHECKING, Any, BinaryIO

from graders.harness.worker.wire import MAX_REPLY, pack, read_frame

from .pipes import CHUNK, LastWords, Late

if TYPE_CHECKING:
    from collections.abc import Callable

    from graders.harness.worker.wire import Frame

ROOMY = 2**20  # bytes: a batch of digits goes in at once, and is not handed over in five pieces


class Polled:
    """Pipes that are written and read while a reply is waited for; between requests a worker can fill them, no more."""

    def __init__(self, stdin: BinaryIO, stdout: BinaryIO, stderr: BinaryIO) -> None:
        self._stdin, self._stdout, self._stderr = stdin, stdout, stderr
        self.last_words = LastWords(stderr)
        self._unwritten = deque[memoryview]()
        self._until = 0.0  # the time of the clock at which the reply under way is late
        self._replies = io.BufferedReader(_Awaited(stdout, self._wait), CHUNK)
        self._ready = selectors.DefaultSelector()
        self._ready.register(stdout, selectors.EVENT_READ)
        self._ready.register(stderr, selectors.EVENT_READ)
        if sys.platform != "win32":
            os.set_blocking(stdin.fileno(), False)
        if sys.platform == "linux":
            import fcntl

            with contextlib.suppress(OSError):  # a user has so much of it, and no more
                fcntl.fcntl(stdin.fileno(), fcntl.F_SETPIPE_SZ, ROOMY)

    def send(self, header: dict[str, Any], arrays: list[Any]) -> None:
        """Write as much of one frame as the pipe takes now; the rest is written while its reply is waited for."""
        pieces = pack(header, arrays)
        if sum(map(len, pieces)) <= CHUNK:  # the worker then wakes once
            pieces = [b"".join(pieces)]
        waiting = bool(self._unwritten)
        self._unwritten.extend(map(memoryview, pieces))
        if not waiting and not self._write():
            self._ready.register(self._stdin, selectors.EVENT_WRITE)

    def receive(self, seconds: float) -> Frame | None:
        """Return the next frame, None at their end. Raises Late, WireError, and OSError or ValueError once closed."""
        self._until = time.monotonic() + seconds
        return read_frame(self._replies.read, MAX_REPLY)

    def listen(self) -> None:
        """Have last words taken from now on, also while nobody waits for a reply."""
        self._forget(self._stderr)
        self.last_words.follow()

    def close(self) -> None:
        """Let go of the pipes, whoever else may hold them."""
        self._ready.close()
        self._unwritten.clear()
        for stream in (self._stdin, self._stdout, self.last_words):
            with contextlib.suppress(OSError):
                stream.close()

    def _wait(self) -> None:
        """Write and take last words until something of a reply can be read, or its end. Raises Late."""
        while (left := self._until - time.monotonic()) > 0:
            ready = [key.fileobj for key, _ in self._ready.select(left)]
            if self._stdin in ready and self._write():
                self._forget(self._stdin)
            if self._stderr in ready and not self.last_words.take():
                self._forget(self._stderr)
            if self._stdout in ready:
                return
        raise Late

    def _write(self) -> bool:
        """Write what the pipe takes; returns whether there is nothing left to write."""
        try:
            while self._unwritten:
                piece = self._unwritten.popleft()
                if rest := piece[os.write(self._stdin.fileno(), piece) :]:
                    self._unwritten.appendleft(rest)
        except BlockingIOError:
            self._unwritten.appendleft(piece)
            return False
        except OSError:  # nobody reads it any more
            self._unwritten.clear()
        return True

    def _forget(self, stream: BinaryIO) -> None:
        with contextlib.suppress(KeyError):
            self._ready.unregister(stream)


class _Awaited(io.RawIOBase):
    """A stream each piece of which is waited for by a function."""

    def __init__(self, stream: BinaryIO, wait: Callable[[], None]) -> None:
        super().__init__()
        self._stream, self._wait = io.FileIO(stream.fileno(), closefd=False), wait

    def readable(self) -> bool:
        """Tell io.BufferedReader that this can be read."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what there is, at least a byte but at the end. Raises what the function raises."""
        self._wait()
        return self._stream.readinto(buffer)
