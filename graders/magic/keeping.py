"""What gradings are forked from, kept warm beside a running notebook from its first moment on."""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
from typing import TYPE_CHECKING

from graders.commands import judging

if TYPE_CHECKING:
    from graders.commands.judging import Nurseries
    from graders.harness.judge.spec import LabSpec


class Keeper:
    """Has nurseries started in the background, and ends them with the notebook.

    They end by themselves, too, where the notebook's process is killed: see `link/nursery`.
    """

    def __init__(self, spec: LabSpec) -> None:
        self._spec, self._owner = spec, os.getpid()
        self._warm = judging.COLD
        self._running = contextlib.ExitStack()
        self._starting = threading.Thread(target=self._start, name="graders", daemon=True)
        self._starting.start()
        atexit.register(self.close)

    def _start(self) -> None:
        with contextlib.suppress(OSError):  # then every grading starts from nothing
            self._warm = self._running.enter_context(judging.nurseries(self._spec))

    @property
    def warm(self) -> Nurseries:
        """The nurseries; they can be asked at once, even while they still import."""
        self._starting.join()
        return self._warm

    def close(self) -> None:
        """End the nurseries; in a fork of the notebook's, which has none of its own, do nothing."""
        if os.getpid() == self._owner:
            self._starting.join()
            self._running.close()
            self._warm = judging.COLD
            atexit.unregister(self.close)
