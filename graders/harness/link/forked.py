"""A process below a keeper forked from a nursery, as the judge or whoever has judges at work sees it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Sequence

assert sys.platform == "linux"


class Forked:
    """A process below a keeper forked from a nursery, as `subprocess.Popen` would show it.

    Making one takes no time, even while the nursery still imports; asking for `pid` waits for it.
    """

    def __init__(self, connection: socket.socket, streams: Sequence[BinaryIO | None]) -> None:
        self._lines = connection.makefile("rb")
        self._connection = connection
        self._reading = threading.RLock()  # the pid's line comes first, whoever asks for the code
        self.stdin, self.stdout, self.stderr = streams
        self._code: int | None = None

    @cached_property
    def pid(self) -> int:
        """The keeper's process id; 0 where the nursery ended before it forked."""
        with self._reading:
            return int(self._lines.readline() or 0)

    def end(self) -> None:
        """Give up the lease, which is this side's end of the connection."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)

    def kill(self) -> None:
        """Kill the keeper."""
        with contextlib.suppress(ProcessLookupError):
            if self.pid:  # 0 would be our own group
                os.kill(self.pid, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code, or minus the signal. Raises subprocess.TimeoutExpired."""
        with self._reading:
            if self._code is None:
                self._connection.settimeout(timeout)
                try:
                    self._code = int((self.pid and self._lines.readline()) or -signal.SIGKILL)
                except OSError:
                    raise subprocess.TimeoutExpired("forked", timeout or 0) from None
                self._connection.close()
            return self._code
