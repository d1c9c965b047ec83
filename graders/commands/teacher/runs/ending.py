"""The signals that end a run: the first one has it stop and clear up, the second one ends it at once."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import threading
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, TracebackType
    from typing import Self


def signals() -> tuple[signal.Signals, ...]:
    """Return the signals that end a program, Ctrl-C's first, as far as the system has them."""
    if sys.platform == "win32":
        return signal.SIGINT, signal.SIGTERM, signal.SIGBREAK
    return signal.SIGINT, signal.SIGTERM, signal.SIGHUP


class Ending:
    """Listens to the signals that end a program, while it is entered. What nohup has ignored stays ignored.

    The first one raises KeyboardInterrupt, or calls what `to` was given.
    """

    def __init__(self) -> None:
        self.came: signal.Signals | None = None
        self._stop: Callable[[], None] | None = None
        self._before: dict[signal.Signals, object] = {}

    def to(self, stop: Callable[[], None]) -> None:
        """Have the first signal call a function from now on."""
        self._stop = stop

    @property
    def code(self) -> int:
        """The program's exit code, as a shell has it for a signal."""
        return 128 + (self.came or 0)

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in signals():
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._take)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)  # type: ignore[arg-type]  # what signal.signal has returned

    def _take(self, number: int, _frame: FrameType | None) -> None:
        if self.came is not None:
            self._leave(number)
        self.came = signal.Signals(number)
        if self._stop is None:
            raise KeyboardInterrupt
        self._stop()

    @staticmethod
    def _leave(number: int) -> None:
        """End without another step. On Linux, judges and nurseries end with this process; elsewhere they are killed."""
        if sys.platform == "linux":
            # Asked so, since it may be just being imported. Where there is a nursery, it removes its own folder.
            for folder in [*getattr(sys.modules.get("graders.harness.link.nursery"), "UNOWNED", ())]:
                shutil.rmtree(folder, ignore_errors=True)
        else:
            for process in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    process.kill()
        os._exit(128 + number)
