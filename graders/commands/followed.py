"""A grading that is followed: its judge's reports are told as they come, until it is given up."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING

from graders.harness.render import sequence

if TYPE_CHECKING:
    from collections.abc import Callable

    from graders.commands.judging import Judge
    from graders.harness.base.tamed import Tamed


class Followed:
    """A judge at work, and a thread that reads what it writes.

    `tell` gets each report; `miss` gets exit code and output of a judge that ended without a whole one. Neither is
    called any more once `give_up` has returned.
    """

    def __init__(self, judge: Judge, tell: Callable[[Tamed], None], miss: Callable[[int, str], None]) -> None:
        self._judge, self._tell, self._miss = judge, tell, miss
        self._telling = threading.Lock()
        self._given_up = self._whole = False
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    @property
    def at_work(self) -> bool:
        """Whether there is more to be told."""
        return self._thread.is_alive() and not self._whole

    def give_up(self) -> None:
        """End the judge and its workers, without waiting for their end."""
        with self._telling:
            self._given_up = True
        self._judge.end()

    def wait(self, seconds: float) -> None:
        """Wait for the judge's end, at most so long."""
        self._thread.join(seconds)

    def _read(self) -> None:
        said = b""
        output = self._judge.stdout
        assert output is not None  # it was started with a pipe
        with output:
            for line in output:
                report = sequence.read(line)
                if report is None:
                    said += line
                else:
                    self._unless_given_up(partial(self._tell, report))
                    self._whole = is_whole(report)
        code = self._judge.wait()
        if not self._whole:
            self._unless_given_up(partial(self._miss, code, said.decode("utf-8", "replace")))

    def _unless_given_up(self, call: Callable[[], None]) -> None:
        with self._telling:
            if not self._given_up:
                call()


def is_whole(report: Tamed) -> bool:
    """Tell whether all checks have been judged, and not only those of the first parts."""
    return len(report.checks) == report.checks_in_rubric
