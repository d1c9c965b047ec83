"""A Dask cluster of processes on this machine, and workers of it that only pretend to judge."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from graders.commands.teacher.runs.tasks import Done, Task
from graders.commands.teacher.runs.workplace import Workplace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import ExitStack

    from graders.commands.teacher.runs.parcels import Parcel
    from graders.commands.teacher.runs.workplace import Terms

ROOT = Path(__file__).parents[1]
PATIENCE = 60  # seconds for what takes one where nothing else runs
SEAL = "the same"
SINGLE = {"OMP_NUM_THREADS": "1", "DASK_LOGGING__DISTRIBUTED": "error"}


class Machines:
    """A scheduler and some workers, each of which is started anew when it ends, as clusters do."""

    def __init__(self, folder: Path, workers: Sequence[Sequence[str]], **variables: str) -> None:
        self._folder = folder
        self._variables = os.environ | SINGLE | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "TMPDIR": str(folder)}
        self._variables |= variables
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self._port}"
        self._options, self._over = workers, threading.Event()
        self.scheduler = self._scheduler()
        self.workers = [self._worker(number) for number in range(len(workers))]
        self._keeping = threading.Thread(target=self._keep)
        self._keeping.start()

    def restart_scheduler(self) -> None:
        """Kill it, so that all its workers end, and start another one at its address."""
        self.scheduler.kill()
        self.scheduler.wait()
        self.scheduler = self._scheduler()

    def close(self) -> None:
        """End all."""
        self._over.set()
        self._keeping.join()
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def _keep(self) -> None:
        while not self._over.wait(0.1):
            for number, worker in enumerate(self.workers):
                if worker.poll() is not None:
                    self.workers[number] = self._worker(number)

    def _scheduler(self) -> subprocess.Popen[bytes]:
        started = self._started("dask_scheduler", "--host", "127.0.0.1", "--port", str(self._port))
        wait_for(self._answers)
        return started

    def _answers(self) -> bool:
        with socket.socket() as asking:
            return asking.connect_ex(("127.0.0.1", self._port)) == 0

    def _worker(self, number: int) -> subprocess.Popen[bytes]:
        alone = ("--no-nanny", "--nthreads", "1", "--memory-limit", "0", "--local-directory", str(self._folder))
        return self._started("dask_worker", self.address, *alone, *self._options[number])

    def _started(self, program: str, *options: str) -> subprocess.Popen[bytes]:
        log = (self._folder.parent / f"{program}.log").open("ab")
        with log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{program}", "--no-dashboard", *options],
                env=self._variables, cwd=self._folder, stdout=log, stderr=log,
            )  # fmt: skip


class Pretended(Workplace):
    """A place where nothing is judged: a hand-in says itself what comes of it.

    `score N`: that; `wait`: until it is ended; `until FILE`: or there is that file; `kill`: the worker ends;
    `kill once FILE`: unless there is that file.
    """

    def _seal(self) -> str:
        return SEAL

    def _open(self, held: ExitStack) -> None:
        held.enter_context(tempfile.TemporaryDirectory(prefix="pretended-"))

    def _judged(self, key: str, student: str, parts: tuple[str, ...], alone: bool, parcel: Parcel) -> Done:
        word, *rest = parcel.content.decode().split()
        judge = PretendedJudge()
        if word == "wait" and self._goes_on(key, judge):
            judge.ended.wait()
        if word == "until" and self._goes_on(key, judge):
            wait_for(lambda: Path(rest[0]).exists() or judge.ended.is_set())
        if word == "kill" and (not rest or _is_new(Path(rest[1]))):
            time.sleep(0.2)  # that its having begun is told
            os._exit(1)
        if word == "raise":
            raise OSError("no space left on device")
        return Done(
            Task(student, Path(), parts), 0, str(self._worker.contact_address), " ".join((word, *rest)), b"page", 0.1
        )


def _is_new(path: Path) -> bool:
    try:
        path.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


class PretendedJudge:
    """A judge that is at work until it is ended."""

    stdout = None

    def __init__(self) -> None:
        self.ended = threading.Event()

    def end(self) -> None:
        """End it."""
        self.ended.set()

    def wait(self, timeout: float | None = None) -> int:
        """Return a judge's exit code."""
        return -9


def wait_for(met: Callable[[], object]) -> None:
    """Wait until a condition is met. Raises AssertionError where it never is."""
    until = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.02)


def pretended(terms: Terms) -> Pretended:
    """Return the place that a Cluster of tests has on its workers."""
    return Pretended(terms)


def other_grader(terms: Terms) -> Pretended:
    """Return the place of a run whose grader no worker has."""
    return Pretended(replace(terms, seal="an other one"))
