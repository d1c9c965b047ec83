"""Time a class's second run: one in which nothing has changed, and one with other points in the rubric.

    python benchmarks/class_again.py [--students 200] [--runs 3] [--no-page]

A few labs are graded; a class of links to them is entered by `batch` as in `class_scale.py`, with those labs' reports
and pages. Then the command itself is run again, in processes of its own, by turns by a rubric with other points and
unchanged, a page a student included: none of it needs a judge. Seconds are by the clock, from start to end of the
process, beside those of the processor; the machine should be quiet.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from class_scale import LABS, ROOT, MadeUp, linked

from graders.commands.teacher import batch
from graders.commands.teacher.grades.store import Gradebook
from graders.commands.teacher.runs.judged import Orders
from graders.commands.teacher.runs.local import Local
from graders.commands.teacher.runs.tasks import Task

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from graders.commands.teacher.runs.tasks import Done

POINTS = re.compile(r"^points = (\d+)$", re.MULTILINE)


class WithPages(MadeUp):
    """A MadeUp scheduler whose judges have drawn pages, too."""

    def __init__(self, labs: Mapping[str, Done], out: Path) -> None:
        super().__init__({name: done.report or "" for name, done in labs.items()}, out, kept=sys.maxsize)
        self._labs = labs

    def run(self, tasks: Iterable[Task]) -> Iterator[Done]:
        """Yield what came of each task, at once."""
        for done in super().run(tasks):
            yield replace(done, page=self._labs[self.kind_of(done.task)].page)


def judged(orders: Orders) -> dict[str, Done]:
    """Return what really came of each lab."""
    with tempfile.TemporaryDirectory() as folder:
        tasks = [Task(name, Path(folder, f"{name}.py")) for name in LABS]
        for task in tasks:
            task.path.write_text(LABS[task.student], encoding="utf-8")
        found = {done.task.student: done for done in Local(orders, os.cpu_count() or 1).run(tasks)}
    return {name: found[name] for name in LABS}


def enter(folder: Path, out: Path, options: Sequence[str], labs: Mapping[str, Done]) -> None:
    """Grade a class for the first time, by what came of its labs."""

    class Run(batch._Run):
        def _scheduler(self, *_: Any) -> WithPages:
            return WithPages(labs, out)

    batch._Run = Run  # type: ignore[misc]  # what it schedules on is all that is made up
    with contextlib.redirect_stdout(io.StringIO()) as listed, contextlib.redirect_stderr(io.StringIO()):
        assert batch.main([str(folder), "--report-dir", str(out), *options]) == 0, listed.getvalue()[-1000:]


def again(folder: Path, out: Path, options: Sequence[str]) -> tuple[float, float]:
    """Run the command once more; returns its seconds by the clock, and those of the processor."""
    command = [sys.executable, "-m", "graders", "batch", str(folder), "--report-dir", str(out), *options]
    log = out / "batch.log"
    before, used, began = log.stat().st_size, _used(), time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    took = time.perf_counter() - began, _used() - used
    assert done.returncode == 0, done.stderr
    assert ": judging " not in log.read_text(encoding="utf-8")[before:]
    return took


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def other_points(path: Path, turn: int) -> Path:
    """Write the lab's rubric with other points of its first part, each time others; returns its path."""
    text = (ROOT / "graders" / "rubric.toml").read_text(encoding="utf-8")
    path.write_text(POINTS.sub(lambda found: f"points = {int(found[1]) + 1 + turn}", text, count=1), encoding="utf-8")
    return path


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=200, metavar="N")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="of each kind, by turns")
    parser.add_argument("--no-page", action="store_true", help="without a page a student")
    given = parser.parse_args()
    pages = ["--no-page"] if given.no_page else []
    with tempfile.TemporaryDirectory() as top:
        out = Path(top, "out")
        folder = linked(Path(top), given.students)
        options = ["--no-throughput", *pages]
        enter(folder, out, options, judged(Orders(("--without", "throughput", *pages))))
        for turn in range(given.runs):
            rubric = other_points(Path(top, "rubric.toml"), turn)
            for what in ("other points", "unchanged"):
                seconds, processor = again(folder, out, [*options, "--rubric", str(rubric)])
                print(f"{what:12}  {seconds:5.2f} s, {processor:5.2f} of the processor", flush=True)
        with Gradebook.open(out) as book:
            print(f"{sum(one.points is not None for one in book.results())} of {given.students} have a grade")


if __name__ == "__main__":
    main()
