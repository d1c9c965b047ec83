"""What student code prints: a text stream as real as any, which keeps what there is room for. Child side."""

from __future__ import annotations

import codecs
import io
from collections import deque
from typing import TYPE_CHECKING, Any, TextIO

from .wire import MAX_STDOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LINE = 200  # characters kept of a line of output


class Recorder(io.TextIOWrapper):
    """A text stream whose text is kept, and passed on to `echo`, if any.

    It can be whatever code does to sys.stdout: reconfigured, detached from its buffer, wrapped anew, closed.
    """

    def __init__(self, echo: TextIO | None) -> None:
        self._kept = _Kept(echo)
        super().__init__(self._kept, "utf-8", newline="\n")

    def write(self, text: str) -> int:
        """Keep and pass on `text`; returns its length as streams do."""
        # Never encoded, and so kept before what is written to the buffer itself, or to a stream wrapped around that.
        return self._kept.keep(str.__str__(text))

    def reconfigure(self, **options: Any) -> None:
        """Change the encoding, say."""
        super().reconfigure(**options)
        self._kept.encoding = self.encoding

    def text(self) -> str:
        """Return what was kept."""
        return self._kept.text()


class _Kept(io.BufferedIOBase):
    """Takes text, or its bytes, and keeps the first and the last MAX_STDOUT characters."""

    name, mode = "<stdout>", "wb"

    def __init__(self, echo: TextIO | None) -> None:
        self._echo, self._head, self._size = echo, [""], 0
        self._tail: deque[str] = deque()
        self._tail_size = self._column = 0
        self.encoding = "utf-8"

    @property
    def encoding(self) -> str:
        """How text was made bytes."""
        return self._encoding

    @encoding.setter
    def encoding(self, name: str) -> None:
        self._encoding, self._decoder = name, codecs.getincrementaldecoder(name)("replace")

    def writable(self) -> bool:
        """Say yes."""
        return True

    def fileno(self) -> int:
        """Return that of the process's own output, for programs that are started with it: what they print is lost."""
        return 1

    def isatty(self) -> bool:
        """Say no: progress bars then keep quiet."""
        return False

    def close(self) -> None:
        """Stay open: a stream that a student wrapped around this one closes it when it is forgotten."""

    def flush(self) -> None:
        """Flush what was passed on."""
        if self._echo is not None:
            self._echo.flush()

    def write(self, data: Any) -> int:
        """Keep and pass on what the bytes say; returns their number as streams do."""
        self.keep(self._decoder.decode(data))
        return memoryview(data).nbytes

    def keep(self, text: str) -> int:
        """Keep and pass on `text`; returns its length."""
        whole = self._column + len(text) <= MAX_LINE  # the usual case, made short: some print in every step
        short = text if whole else "".join(self._shortened(text))
        if whole:
            self._column = len(text) - 1 - end if (end := text.rfind("\n")) >= 0 else self._column + len(text)
        room = MAX_STDOUT - self._size
        if room > 0:
            self._head.append(short[:room])
            self._size += len(self._head[-1])
        if len(short) > room:
            self._keep_end(short[max(0, room) :][-MAX_STDOUT:])
        if self._echo is not None:
            self._echo.write(text)
        return len(text)

    def _shortened(self, text: str) -> Iterator[str]:
        """Yield text whose lines are cut off: somebody who prints whole tensors still has their other lines read."""
        for line in text.splitlines(keepends=True):
            body = line.rstrip("\r\n")
            yield body[: max(0, MAX_LINE - self._column)] + line[len(body) :]
            self._column = 0 if len(body) < len(line) else self._column + len(body)

    def _keep_end(self, text: str) -> None:
        self._tail.append(text)
        self._tail_size += len(text)
        while self._tail_size - len(self._tail[0]) >= MAX_STDOUT:
            self._tail_size -= len(self._tail.popleft())

    def text(self) -> str:
        """Return what was kept."""
        return "".join([*self._head, *self._tail])
