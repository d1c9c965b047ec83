"""A task carried out on this machine: a judge of its own, its time limit, and what it leaves behind."""

from __future__ import annotations

import shutil
import signal
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from graders.commands import judging
from graders.harness.base.errors import ConfigurationError
from graders.spec import SPEC

from . import machine
from .tasks import Done, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import IO

    from graders.commands.judging import Judge, Nurseries
    from graders.harness.judge.spec import LabSpec

KEPT = 256 * 1024  # bytes of a judge's output, its end: a submission may print without end
TRIES = 2  # where somebody else has ended the judge, the system for its memory, say
WITH_A_REPORT = (0, 1, 3)  # pytest's exit codes
PATIENCE_SECONDS = 5  # until a folder is empty whose processes have been ended


@dataclass(frozen=True, slots=True)
class Orders:
    """What holds for every task of a run: options of `pytest graders`, paths in them absolute, and a judge's time."""

    options: tuple[str, ...] = ()
    seconds: float = 600.0

    def of(self, task: Task, out: Path) -> list[str]:
        """Return the options for a task whose report goes into a folder."""
        timing = [] if is_untimed(self.options) else ["-p", "benchmark"]  # it would undo the option
        parts = ["--parts", ",".join(task.parts)] if task.parts else []
        return ["--report-dir", str(out), f"--student={task.student}", *parts, *timing, *self.options]


def is_untimed(options: Sequence[str]) -> bool:
    """Tell whether options of pytest's leave out its plugin that times."""
    return any("no:benchmark" in option for option in options)


def carry_out(
    task: Task,
    orders: Orders,
    warm: Nurseries,
    scratch: Path,
    begun: Callable[[Judge | None], bool],
    spec: LabSpec = SPEC,
) -> Done:
    """Have a judge judge a task, its files below `scratch`, where nothing of them stays.

    `begun` gets each judge, and tells whether it may go on: one that may not is ended. It gets None, and may say no, as
    long as this machine's others are to end first. A judge that somebody else has killed is followed by another.
    """
    with machine.held(task.alone, lambda: begun(None)) as is_ours:
        if not is_ours:
            return Done(task, -signal.SIGTERM, "", None, None, 0.0)
        for left in reversed(range(TRIES)):
            done, went_on = _once(task, orders, warm, scratch, begun, spec)
            if done.code >= 0 or done.timed_out or not went_on or not left:
                break
    return done


def _once(
    task: Task, orders: Orders, warm: Nurseries, scratch: Path, begun: Callable[[Judge | None], bool], spec: LabSpec
) -> tuple[Done, bool]:
    folder = Path(tempfile.mkdtemp(prefix="task-", dir=scratch))
    began = time.monotonic()
    try:
        out, own = folder / "report", folder / "tmp"
        own.mkdir()
        given = judging.arguments(task.path, warm, spec, *orders.of(task, out))
        judge = _started(given, warm, spec, own, not task.alone)
        clock = _Clock(judge, orders.seconds)
        goes_on = begun(judge)
        if not goes_on:
            judge.end()
        output, code = _heard(judge), judge.wait()
        timed_out = clock.stop()
        whole = code in WITH_A_REPORT and not timed_out
        report = _read(out / "report.json") if whole else None
        page = _read(out / "report.html") if whole else None
        text = report.decode("utf-8") if report else None
        return Done(task, code, output, text, page, time.monotonic() - began, timed_out), goes_on
    finally:
        remove(folder)


def _started(given: Sequence[str], warm: Nurseries, spec: LabSpec, own: Path, own_core: bool) -> Judge:
    try:
        return judging.start(given, warm, spec, own, own_core)
    except OSError:  # the nursery is gone, killed for memory, say: slower, the judge starts from nothing
        return judging.start(given, judging.COLD, spec, own)


class _Clock:
    """Ends a judge when its time is over."""

    def __init__(self, judge: Judge, seconds: float) -> None:
        self._judge, self._over = judge, False
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._timer.start()

    def _end(self) -> None:
        self._over = True
        self._judge.end()

    def stop(self) -> bool:
        """Return whether it has ended the judge."""
        self._timer.cancel()
        return self._over


def _heard(judge: Judge) -> str:
    """Return the end of what a judge says, when it has ended."""
    stream: IO[bytes] | None = judge.stdout
    assert stream is not None  # it was started with a pipe
    said = bytearray()
    with stream:
        while chunk := stream.read1(65_536):  # type: ignore[attr-defined]  # a buffered pipe has read1
            said += chunk
            if len(said) > 2 * KEPT:
                del said[:-KEPT]
    return said[-KEPT:].decode("utf-8", "replace")


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def remove(folder: Path) -> None:
    """Remove a folder whose processes have been ended, some of them a moment ago."""
    until = time.monotonic() + PATIENCE_SECONDS
    while folder.exists():
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists() or time.monotonic() > until:
            return
        time.sleep(0.05)


def refuse_wrong_options(orders: Orders, warm: Nurseries, scratch: Path, spec: LabSpec = SPEC) -> None:
    """Raise ConfigurationError for what `pytest graders` refuses for everybody, before anything is judged."""
    asked = Orders((*orders.options, "--collect-only"), orders.seconds)
    done, _ = _once(Task("", spec.default_submission), asked, warm, scratch, lambda _: True, spec)
    if done.code == judging.USAGE:
        raise ConfigurationError(judging.refusal(done.output))
