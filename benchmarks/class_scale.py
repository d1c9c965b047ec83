"""Show what a class of any size costs whoever coordinates it: gradings are made up, all the rest is `batch` itself.

    python benchmarks/class_scale.py [--students 100 10000 100000] [--reports FILE] [--undrawn]
                                      [--dask TASKS] [--cluster SUBMISSIONS]

A few labs are graded once; then a class of each size is made of links to them, and `batch` runs on it, with a scheduler
that gives each task the report of its lab at once. Times are of the processor, without those that the made-up scheduler
takes itself. With --reports the labs' own reports stay in a file, and are taken from there. With --undrawn the class's
page is not drawn, whose first drawing reads each report and each hand-in. With --dask so many reports come through a
Dask scheduler from workers that judge nothing. With --cluster, a class of so many labs is graded besides, really, by
two judges of this machine and by two Dask workers on it, by turns.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from graders.commands.teacher import batch  # noqa: E402  # after the path is set
from graders.commands.teacher.runs.judged import Orders  # noqa: E402
from graders.commands.teacher.runs.local import Local  # noqa: E402
from graders.commands.teacher.runs.tasks import Done, Task  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from graders.commands.teacher.runs.tasks import Scheduler

LAB = (ROOT / "reference" / "lab.py").read_text(encoding="utf-8")
LABS = {  # what is right, wrong, unwritten and no Python
    "right": LAB,
    "summed": LAB.replace("CrossEntropyLoss()", 'CrossEntropyLoss(reduction="sum")'),
    "template": (ROOT / "student_template" / "lab.py").read_text(encoding="utf-8"),
    "broken": LAB.replace("def evaluate(", "def evaluate("[:-1]),
}
A_REPORT = 300_000  # bytes of a report and its page
UNTIMED = ("--no-throughput", "--no-page")
KEPT = 50  # reports in OUT that keep what is in them: all of them would fill a disk


class MadeUp:
    """A Scheduler that has reports ready: a task gets that of the lab to which its file is a link."""

    def __init__(self, reports: dict[str, str], out: Path, kept: int = KEPT) -> None:
        self._reports, self._out, self._kept = reports, out, kept
        self.own, self.began, self.written = 0.0, 0.0, list[Path]()

    def run(self, tasks: Iterable[Task]) -> Iterator[Done]:
        """Yield what came of each task, at once."""
        for task in tasks:
            now = time.process_time()
            self.began = self.began or now
            kind = self.kind_of(task)
            text = self._reports[kind].replace(f'"student": "{kind}"', f'"student": "{task.student}"')
            self.written.append(self._out / task.student / "report.json")
            if len(self.written) > self._kept:
                os.truncate(self.written.pop(0), 0)
            done = Done(task, 1, "", text, None, 3.0)
            self.own += time.process_time() - now
            yield done

    def kind_of(self, task: Task) -> str:
        """Return the lab to which a task's file is a link."""
        return list(self._reports)[int(task.student.rpartition("-")[2]) % len(self._reports)]

    def in_flight(self) -> list[tuple[Task, float]]:
        """Nobody waits."""
        return []

    def stop(self) -> None:
        """Nothing runs."""


def graded() -> dict[str, str]:
    """Return the labs' reports."""
    with tempfile.TemporaryDirectory() as folder:
        tasks = [Task(name, Path(folder, f"{name}.py")) for name in LABS]
        for task in tasks:
            task.path.write_text(LABS[task.student], encoding="utf-8")
        orders = Orders(("--no-page", "--without", "throughput"))
        found = {done.task.student: done.report or "" for done in Local(orders, os.cpu_count() or 1).run(tasks)}
    return {name: found[name] for name in LABS}


def linked(folder: Path, students: int) -> Path:
    """Make a class of links to the labs; returns its folder."""
    place = folder / "class"
    place.mkdir()
    for name, text in LABS.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    paths = [folder / f"{name}.py" for name in LABS]
    for number in range(students):
        os.link(paths[number % len(paths)], place / f"student-{number:06}.py")
    return place


def coordinate(students: int, reports: dict[str, str], drawn: bool) -> dict[str, float]:
    """Run `batch` on a class of so many; returns what that took."""
    with tempfile.TemporaryDirectory() as top:
        folder, out = linked(Path(top), students), Path(top) / "out"
        made = MadeUp(reports, out)
        drawing, before = list[float](), list[int]()

        class Run(batch._Run):
            def _scheduler(self, *_: Any) -> Scheduler:
                return made

            def _draw(self, book: Any) -> Path:
                before.append(_peak())
                began = time.process_time()
                path = super()._draw(book) if drawn else out / "index.html"
                drawing.append(time.process_time() - began)
                return path

        batch._Run = Run  # type: ignore[misc]  # what it schedules on is all that is made up
        began = time.process_time()
        with contextlib.redirect_stdout(io.StringIO()) as listed, contextlib.redirect_stderr(io.StringIO()):
            code = batch.main([str(folder), "--report-dir", str(out), *UNTIMED])
        ended, drawn_first = time.process_time(), sum(drawing)
        times = len(drawing)
        assert code == 0, listed.getvalue()[-1000:]
        book = sum(path.stat().st_size for path in out.glob("gradebook.sqlite*"))
        again = time.process_time()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            assert batch.main([str(folder), "--report-dir", str(out), *UNTIMED]) == 0
        again = time.process_time() - again - (sum(drawing) - drawn_first)
        return {
            "ahead": made.began - began,
            "each": (ended - made.began - made.own - drawn_first) / students,
            "page": drawn_first,
            "pages": times,
            "page_again": drawing[-1],
            "page_bytes": (out / "index.html").stat().st_size if drawn else 0,
            "book_bytes": book / students,
            "report_bytes": sum(len(text.encode()) for text in reports.values()) / len(reports),
            "peak": before[0],
            "peak_with_page": _peak(),
            "again": again,
        }


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def in_a_process(students: int, reports: dict[str, str], drawn: bool) -> dict[str, float]:
    """Coordinate a class in a process of its own, whose memory is that of this class alone."""
    command = [sys.executable, __file__, "--one", str(students), *([] if drawn else ["--undrawn"])]
    done = subprocess.run(command, input=json.dumps(reports), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def show(students: int, took: dict[str, float]) -> None:
    """Print what a class has taken."""
    print(f"{students:,} students")
    print(f"  before the first task: {took['ahead']:.2f} s, {1e3 * took['ahead'] / students:.2f} ms a student")
    print(f"  a result, from task to line: {1e3 * took['each']:.2f} ms of the coordinator's")
    if took["page_bytes"]:
        size, times = took["page_bytes"] / 1e6, took["pages"]
        print(f"  the class's page, {size:.1f} MB: drawn {times:.0f} times in {took['page']:.1f} s while results came,")
        print(f"  in {took['page_again']:.1f} s where none is new")
    print(f"  the gradebook: {took['book_bytes']:.0f} bytes a student, of reports of {took['report_bytes']:.0f}")
    print(f"  memory: {took['peak']:.0f} MiB, with the page {took['peak_with_page']:.0f}")
    print(f"  the same again, unchanged and without its page: {took['again']:.1f} s")


# ---- on Dask


def through_dask(tasks: int) -> None:
    """Have so many reports come through a scheduler from two workers that judge nothing; print what each costs."""
    import psutil
    from dask_machines import SEAL, Machines, pretended

    from graders.commands.teacher.runs import workplace
    from graders.commands.teacher.runs.cluster import Cluster

    workplace.seal = lambda: SEAL
    with tempfile.TemporaryDirectory() as top:
        place = Path(top)
        (place / "temporary").mkdir()
        path = place / "large.py"
        path.write_text(f"score {'x' * A_REPORT}", encoding="utf-8")
        machines = Machines(place / "temporary", [[], []])
        try:
            scheduler = psutil.Process(machines.scheduler.pid)
            run = Cluster(machines.address, Orders(), workplace=pretended).run(
                Task(f"s{n}", path) for n in range(tasks)
            )
            next(run)  # who has connected, and workers that are ready
            before, began = sum(scheduler.cpu_times()[:2]), time.process_time()
            sent = sum(1 for _ in run)
            ours, its = time.process_time() - began, sum(scheduler.cpu_times()[:2]) - before
        finally:
            machines.close()
    print(f"a report of {A_REPORT // 1000} kB by Dask: {1e3 * ours / sent:.1f} ms of the coordinator's,")
    print(f"{1e3 * its / sent:.1f} ms of the scheduler's")


def side_by_side(submissions: int) -> None:
    """Grade a class by two judges of this machine, and by two Dask workers, by turns; print their rates."""
    from dask_machines import Machines

    from graders.commands.teacher.runs.cluster import Cluster

    with tempfile.TemporaryDirectory() as top:
        place = Path(top)
        (place / "temporary").mkdir()
        tasks = []
        for number in range(submissions):
            name = list(LABS)[number % len(LABS)]
            path = place / f"{name}-{number}.py"
            path.write_text(LABS[name], encoding="utf-8")
            tasks.append(Task(path.stem, path))
        orders = Orders(("--no-page", "--without", "throughput"))
        machines = Machines(place / "temporary", [[], []])
        try:
            for _ in range(2):
                here = _rate(Local(orders, 2), tasks)
                there = _rate(Cluster(machines.address, orders), tasks)
                print(f"two judges {here:.1f} a minute, two Dask workers {there:.1f}: {there / here:.2f}")
        finally:
            machines.close()


def _rate(scheduler: Scheduler, tasks: list[Task]) -> float:
    began = time.perf_counter()
    done = list(scheduler.run(tasks))
    assert all(one.report for one in done), [one.output for one in done if not one.report]
    return 60 * len(done) / (time.perf_counter() - began)


def _reports(kept: Path | None) -> dict[str, str]:
    if kept is None or not kept.exists():
        made = graded()
        if kept is not None:
            kept.write_text(json.dumps(made), encoding="utf-8")
        return made
    read: dict[str, str] = json.loads(kept.read_text(encoding="utf-8"))
    return read


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, nargs="*", default=[100, 10_000, 100_000], metavar="N")
    parser.add_argument("--cluster", type=int, default=0, metavar="SUBMISSIONS", help="how many are really graded")
    parser.add_argument("--reports", type=Path, metavar="FILE", help="where the labs' own reports are kept")
    parser.add_argument("--dask", type=int, default=0, metavar="TASKS", help="how many reports come through Dask")
    parser.add_argument("--undrawn", action="store_true", help="draw no page of the class")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(coordinate(options.one, json.load(sys.stdin), not options.undrawn)))
        return
    reports = _reports(options.reports) if options.students else {}
    for students in options.students:
        show(students, in_a_process(students, reports, not options.undrawn))
    if options.dask:
        through_dask(options.dask)
    if options.cluster:
        side_by_side(options.cluster)


if __name__ == "__main__":
    main()
