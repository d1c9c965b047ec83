"""A worker's pipes where they cannot be polled, on Windows: each has a thread."""

from __future__ import annotations

import contextlib
import queue
import threading
from typing import TYPE_CHECKING, Any, BinaryIO

from graders.harness.worker.wire import MAX_REPLY, WireError, pack, read_frame

from .pipes import LastWords, Late

if TYPE_CHECKING:
    from graders.harness.worker.wire import Frame


class Threaded:
    """Pipes that are written and read at any time; of what comes unasked two frames are read, no more."""

    def __init__(self, stdin: BinaryIO, stdout: BinaryIO, stderr: BinaryIO) -> None:
        self._stdin, self._stdout = stdin, stdout
        self._requests = queue.Queue[tuple[dict[str, Any], list[Any]] | None]()
        self._replies = queue.Queue["Frame | Exception | None"](maxsize=1)
        self.last_words = LastWords(stderr)
        self.last_words.follow()
        for target in (self._write_frames, self._read_frames):
            threading.Thread(target=target, daemon=True).start()

    def send(self, header: dict[str, Any], arrays: list[Any]) -> None:
        """Have one frame written; a worker that is dead, or does not read, shows when its reply is wanted."""
        self._requests.put((header, arrays))

    def receive(self, seconds: float) -> Frame | None:
        """Return the next frame, None at their end. Raises Late, WireError, and OSError or ValueError once closed."""
        try:
            reply = self._replies.get(timeout=seconds)
        except queue.Empty:
            raise Late from None
        if isinstance(reply, Exception):
            raise reply
        return reply

    def listen(self) -> None:
        """Do nothing: last words have a thread."""

    def close(self) -> None:
        """Have the threads end, at once or when the last who holds a pipe lets go of it."""
        self._requests.put(None)
        with contextlib.suppress(queue.Empty):  # lets a reader go on that a flood of frames has stopped
            while True:
                self._replies.get_nowait()

    # Each thread closes its own pipe at its end, as LastWords' does.

    def _write_frames(self) -> None:
        with contextlib.suppress(OSError, ValueError), self._stdin as stream:
            while (request := self._requests.get()) is not None:
                for piece in pack(*request):
                    stream.write(piece)
                stream.flush()

    def _read_frames(self) -> None:
        try:
            with self._stdout as stream:
                while (frame := read_frame(stream.read, MAX_REPLY)) is not None:
                    self._replies.put(frame)
            self._replies.put(None)
        except (WireError, OSError, ValueError) as error:
            self._replies.put(error)
