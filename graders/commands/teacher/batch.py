"""Grade every submission of a class: on this machine, one after another or side by side, and stopped at any time."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from graders.commands import judging
from graders.commands.teacher.grades.exports import put_into_table
from graders.commands.teacher.grades.store import Gradebook
from graders.commands.teacher.handed_in.class_folder import look_through
from graders.commands.teacher.handed_in.identities import folder_names
from graders.commands.teacher.overview import drawn
from graders.commands.teacher.runs import ahead, lines
from graders.commands.teacher.runs.coordinator import Coordinator
from graders.commands.teacher.runs.ending import Ending
from graders.commands.teacher.runs.journal import journal
from graders.commands.teacher.runs.judged import Orders, is_untimed
from graders.commands.teacher.runs.local import Local
from graders.commands.teacher.runs.progress import Bar, Lines, any_name, on_terminal
from graders.commands.teacher.runs.reports import Reports
from graders.commands.teacher.runs.rules import LabRules
from graders.commands.teacher.runs.seeding import given_seed, seed_of
from graders.commands.teacher.runs.tally import Tally
from graders.commands.teacher.runs.work import Now
from graders.harness.base import files, seeds
from graders.harness.base.errors import ConfigurationError
from graders.harness.judge.private import rubric_in
from graders.harness.render import csv_row
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graders.commands.teacher.handed_in.hand_in import ClassFolder
    from graders.commands.teacher.runs.ahead import Shared
    from graders.commands.teacher.runs.progress import Progress
    from graders.commands.teacher.runs.tasks import Scheduler
    from graders.commands.teacher.runs.work import Landed
    from graders.harness.judge.messages import Messages
    from graders.harness.judge.spec import LabSpec

PAGE_SECONDS, PAGE_SHARE = 60.0, 30.0  # between two drawings of the class's page; and as often as one takes
UNGRADED = 3  # the exit code where a hand-in has no grade
OURS = ("batch.log", "gradebook.sqlite", "index.html")  # names in OUT that no student's folder may have


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(judging.USAGE, f"{self.prog}: {message}\n")


def _parser(spec: LabSpec) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m graders batch",
        description="Grade every submission in a folder, and go on where an earlier run was stopped. Options that are "
        "not named here go to `pytest graders`.",
        allow_abbrev=False,
    )
    parser.add_argument("folder", type=Path, metavar="CLASS", help="holds what students have handed in")
    parser.add_argument(
        "--report-dir", type=Path, required=True, metavar="OUT", help="gets the gradebook, and a folder a student"
    )
    parser.add_argument("--roster", type=Path, metavar="FILE", help="a table of the class's students")
    parser.add_argument(
        "--jobs", type=_jobs, default=os.cpu_count() or 1, metavar="N", help="how many at a time (default: %(default)s)"
    )
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="grade on the workers of this Dask scheduler, not here (docs/cluster.md)"
    )
    parser.add_argument(
        "--no-throughput", action="store_true", help="time nobody: the part is left out of everybody's maximum"
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="also put a row a student into this table")
    parser.add_argument("--no-page", action="store_true", help="write no page a student")
    parser.add_argument("--rubric", type=Path, metavar="FILE")
    parser.add_argument("--private", type=Path, metavar="FOLDER", help="checks of your own; its rubric.toml counts")
    parser.add_argument("--mnist-root", type=Path, metavar="DIR", help="where MNIST lies ($MNIST_ROOT)")
    parser.add_argument("--language", default="en", metavar="LANG", help="of reports and list (default: %(default)s)")
    parser.add_argument(
        "--grading-seed", metavar="N", help="of every random input (default: a secret one, drawn once for OUT)"
    )
    parser.add_argument("--isolation", choices=("auto", "process", "sandbox"), default="auto")
    return parser


def _jobs(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text}: at least 1")
    return int(text)


def main(arguments: Sequence[str], spec: LabSpec = SPEC) -> int:
    """Run `python -m graders batch CLASS --report-dir OUT`.

    The exit code is 0 where every hand-in has a grade, 3 where one has none, 4 for what cannot be used, and 128 + N
    where signal N has stopped it.
    """
    any_name(sys.stdout, sys.stderr)
    options, passed_on = _parser(spec).parse_known_args(arguments)
    with Ending() as ending:
        run = _Run(options, passed_on, spec, ending)
        try:
            code = run.run()
        except ConfigurationError as error:
            print(f"graders batch: {error}", file=sys.stderr)
            return judging.USAGE
        except KeyboardInterrupt:  # before there was anything to stop
            pass
        if ending.came is None:
            return code
        print(_resuming(run.messages, arguments), file=sys.stderr)
        return ending.code


def _resuming(messages: Messages | None, arguments: Sequence[str]) -> str:
    command = shlex.join(["python", "-m", "graders", "batch", *arguments])
    return f"{messages.text('runs', 'stopped')}\n  {command}" if messages else f"Stopped: {command}"


class _Run:
    """One run of the command."""

    def __init__(self, options: argparse.Namespace, passed_on: Sequence[str], spec: LabSpec, ending: Ending) -> None:
        self._options, self._passed_on, self._spec, self._ending = options, passed_on, spec, ending
        self._out: Path = options.report_dir.expanduser().absolute()
        self._seed = seeds.KNOWN
        self._without = spec.timed if options.no_throughput else ()
        self._next_page = time.monotonic() + PAGE_SECONDS
        self.messages: Messages | None = None
        self._shown: Progress | None = None

    def run(self) -> int:
        """Grade the class; returns the exit code. Raises ConfigurationError."""
        options, folder = self._options, self._options.folder.expanduser().absolute()
        given = given_seed(options.grading_seed, os.environ.get(seeds.VARIABLE))
        ahead.expect_folders(folder, self._out)
        shared = ahead.shared(
            *(self._spec, self._rubric, options.language, options.isolation, self._root, self._without),
            private=self._private,
            elsewhere=bool(options.scheduler),
        )
        self.messages = shared.messages
        roster = _absolute(options.roster) if options.roster else None
        found = look_through(folder, roster=roster, leave_out=[self._out], spec=self._spec)
        ahead.expect_room(self._out, len(found.hand_ins), 0 if options.scheduler else options.jobs)
        parts, table = [part.name for part in shared.rubric.parts], _absolute(options.csv) if options.csv else None
        if table:
            files.expect_table(table, csv_row.header(shared.rubric.lab, parts))
        with Gradebook.open(self._out) as book, journal(self._out) as log:
            names = _folders(found)
            book.enter(found, folder, names)
            book.retry_slow(shared.rubric.limits.submission_seconds)
            self._seed = seed_of(book, given)
            book.begin_run(folder, {"arguments": shlex.join([*map(str, self._judges_options), *self._passed_on])})
            print(shared.said(len(found.hand_ins)), file=sys.stderr, flush=True)
            orders = Orders((*self._judges_options, *self._passed_on), shared.rubric.limits.submission_seconds)
            self._grade(found, book, shared, names, self._scheduler(orders, shared))
            book.end_run("stopped" if self._ending.came else "done")
            ungraded = False if self._ending.came else _listed(book, shared.messages)
            if table:
                put_into_table(table, book.results(), shared.rubric.lab, parts, options.language)
            page = self._draw(book)
            for key, path in (("page", page), ("log", log)):
                print(shared.messages.text("runs", key, path=path), file=sys.stderr)
        return UNGRADED if ungraded else 0

    def _scheduler(self, orders: Orders, shared: Shared) -> Scheduler:
        """Return who has tasks carried out: this machine, or a cluster, whose workers know of no path of ours."""
        if not self._options.scheduler:
            return Local(orders, self._options.jobs, self._spec)
        from graders.commands.teacher.runs.cluster import Cluster

        return Cluster(self._options.scheduler, orders, shared.data, lambda key, **params: self._say(key, **params))

    def _say(self, key: str, **params: object) -> None:
        if self.messages and self._shown:
            self._shown.landed(self.messages.text("runs", key, **params))

    def _grade(
        self, found: ClassFolder, book: Gradebook, shared: Shared, names: dict[str, str], scheduler: Scheduler
    ) -> None:
        options = {"language": self._options.language, "isolation": shared.chosen.isolation}
        rules = LabRules(self._spec, shared.rubric, shared.data, self._seed, options, self._private)
        reports = Reports(self._out, names, None if self._options.no_page else rules.page)
        timed = () if is_untimed(self._passed_on) else self._spec.timed
        tally = Tally(len(found.hand_ins))
        shown = (Bar if on_terminal() else Lines)(tally, scheduler.in_flight, shared.messages, book.beat)

        def tell(landed: Landed) -> None:
            result = book.current(landed.student) if landed.now is Now.JUDGED or landed.seconds else None
            tally.count(landed, result.outcome if result else "")
            if result and landed.seconds:  # what was there before is in the list
                shown.landed(lines.of_result(result, shared.messages))
            self._draw_now_and_then(book)

        self._shown = shown
        coordinator = Coordinator(found, book, scheduler, rules, reports, timed, tell)
        self._ending.to(coordinator.stop)
        with shown:
            coordinator.run()

    def _draw_now_and_then(self, book: Gradebook) -> None:
        """Draw the class's page where the last time is long ago, by what it took; nobody waits for it often."""
        if time.monotonic() >= self._next_page:
            began = time.monotonic()
            self._draw(book)
            took = time.monotonic() - began
            self._next_page = began + max(PAGE_SECONDS, PAGE_SHARE * took)

    def _draw(self, book: Gradebook) -> Path:
        return drawn.put(book, self._out, self._options.language, self._spec)

    @property
    def _private(self) -> Path | None:
        """The folder of the teacher's own checks."""
        return _absolute(self._options.private) if self._options.private else None

    @property
    def _rubric(self) -> Path:
        given = self._options.rubric or rubric_in(self._private) or self._spec.folder / "rubric.toml"
        return _absolute(given)

    @property
    def _root(self) -> Path | None:
        given = self._options.mnist_root or os.environ.get("MNIST_ROOT")
        return _absolute(Path(given)) if given and self._spec.data else None

    @property
    def _isolation(self) -> str:
        """The level that judges are asked for: on a cluster the sandbox, unless it is not wanted."""
        given: str = self._options.isolation
        return "sandbox" if self._options.scheduler and given == "auto" else given

    @property
    def _judges_options(self) -> tuple[str, ...]:
        """Options of `pytest graders`; judges work elsewhere, so paths are absolute."""
        options = self._options
        given = ["--rubric", self._rubric, "--language", options.language]
        given += ["--grading-seed", self._seed, "--isolation", self._isolation]
        # On a cluster each worker has its own $MNIST_ROOT; a root that is named is one that they all have.
        root = self._root if not options.scheduler or options.mnist_root else None
        given += ["--mnist-root", root] if root else []
        given += ["--private", self._private] if self._private else []
        given += ["--no-page"] if options.no_page else []
        given += ["--without", ",".join(self._without)] if self._without else []
        return tuple(map(str, given))


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


def _folders(found: ClassFolder) -> dict[str, str]:
    """Return the name of each student's folder in OUT."""
    students = {one.student for one in (*found.hand_ins, *found.missing)}
    students |= {entry.student for entry in found.entries if entry.student}
    named = folder_names(sorted(students))
    return {student: f"_{name}" if name.casefold() in OURS else name for student, name in named.items()}


def _listed(book: Gradebook, messages: Messages) -> bool:
    """Print a line for each entry of the class's folder; tells whether a hand-in has no grade."""
    found = False
    for line, ungraded in lines.of_class(book, messages):
        found |= ungraded
        print(line)
    sys.stdout.flush()
    return found
