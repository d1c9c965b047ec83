"""Tasks carried out on this machine, some at a time, in judges forked from nurseries where the system can."""

from __future__ import annotations

import itertools
import tempfile
import threading
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from graders.commands import judging
from graders.spec import SPEC

from .judged import carry_out, refuse_wrong_options, remove
from .tasks import WAIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from graders.commands.judging import Judge, Nurseries
    from graders.harness.judge.spec import LabSpec

    from .judged import Orders
    from .tasks import Done, Task

TICK_SECONDS = 0.5  # Windows tells of a Ctrl-C only between waits


class Local:
    """A Scheduler: `jobs` judges at a time, or one of those whose time is taken.

    Nothing is started before there is a first task. What a judge writes lies below a folder that is removed at the end,
    on Linux also where this process is killed: the nursery does it.
    """

    def __init__(self, orders: Orders, jobs: int, spec: LabSpec = SPEC) -> None:
        self._orders, self._jobs, self._spec = orders, jobs, spec
        self._lock = threading.Lock()
        self._flying: dict[Task, tuple[float, Judge | None]] = {}
        self._stopped = False
        self._ends: list[threading.Thread] = []

    def run(self, tasks: Iterable[Task]) -> Iterator[Done]:
        """Yield what came of each task as it comes. Raises ConfigurationError where options are refused.

        A task whose time is taken waits until the others have ended, and the next one until whoever asked for the
        last one's outcome asks again: so nobody works beside it.
        """
        waiting = iter(tasks)
        first = next(waiting, None)
        if first is None or self._stopped:
            return
        with ExitStack() as held:
            warm = held.enter_context(judging.nurseries(self._spec, self._orders.options))
            folder = held.enter_context(scratch(warm))
            pool = held.enter_context(ThreadPoolExecutor(self._jobs))
            held.callback(self._wait_for_ends)
            refuse_wrong_options(self._orders, warm, folder, self._spec)
            yield from self._all(itertools.chain([first], waiting), warm, folder, pool)

    def _all(self, tasks: Iterator[Task], warm: Nurseries, scratch: Path, pool: ThreadPoolExecutor) -> Iterator[Done]:
        at_work: set[Future[Done | None]] = set()
        try:
            for task in tasks:
                if self._stopped:
                    break
                # One more waits, so that nobody does while what has landed is recorded.
                yield from self._landed(at_work, 0 if task.alone else self._jobs)
                if not self._stopped and task is not WAIT:
                    at_work.add(pool.submit(self._carry_out, task, warm, scratch))
                if task.alone:
                    yield from self._landed(at_work, 0)
            yield from self._landed(at_work, 0)
        finally:
            if at_work:  # whoever asked has gone
                self.stop()

    @staticmethod
    def _landed(at_work: set[Future[Done | None]], most: int) -> Iterator[Done]:
        """Yield what comes until at most so many are at work, or wait to be."""
        while len(at_work) > most:
            ended, _ = wait(at_work, TICK_SECONDS, FIRST_COMPLETED)
            for future in ended:
                at_work.remove(future)
                if (done := future.result()) is not None:
                    yield done

    def _carry_out(self, task: Task, warm: Nurseries, scratch: Path) -> Done | None:
        """Return what came of a task, or None where it was stopped."""
        with self._lock:
            if self._stopped:
                return None
            self._flying[task] = time.monotonic(), None
        try:
            done = carry_out(task, self._orders, warm, scratch, lambda judge: self._begun(task, judge), self._spec)
        finally:
            with self._lock:
                del self._flying[task]
        return None if self._stopped and done.report is None else done

    def _begun(self, task: Task, judge: Judge | None) -> bool:
        with self._lock:
            self._flying[task] = self._flying[task][0], judge
            return not self._stopped

    def in_flight(self) -> list[tuple[Task, float]]:
        """Return the tasks at work and their seconds until now, the slowest first."""
        now = time.monotonic()
        with self._lock:
            return sorted(((task, now - began) for task, (began, _) in self._flying.items()), key=lambda one: -one[1])

    def stop(self) -> None:
        """End what runs, with all its processes; `run` then ends, with nothing yielded for what was ended."""
        self._stopped = True  # first, and without the lock: a signal's handler may have come while that was held
        ends = [threading.Thread(target=self._end_all)]
        self._ends += ends
        for end in ends:
            end.start()

    def _end_all(self) -> None:
        with self._lock:
            judges = [judge for _, judge in self._flying.values() if judge is not None]
        threads = [threading.Thread(target=judge.end) for judge in judges]  # one may take seconds where it is asked
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _wait_for_ends(self) -> None:
        for end in self._ends:
            end.join()


@contextmanager
def scratch(warm: Nurseries) -> Iterator[Path]:
    """Make a folder for judges' files; beside the nursery's socket, so that it is removed whatever happens here."""
    folder = Path(tempfile.mkdtemp(prefix="class-", dir=warm.judges.parent if warm.judges else None))
    try:
        yield folder
    finally:
        remove(folder)
