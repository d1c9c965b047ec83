"""Grade every submission of a class: each in a judge and a worker of its own, with one import of torch for all."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graders.harness.base.errors import ConfigurationError
from graders.harness.source.archive import is_archive, stem
from graders.harness.walls.levels import find_maker
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graders.harness.judge.lab import LabSpec
    from graders.harness.walls.plan import Maker

JUDGES_IMPORT = (  # whatever the lab is
    *("pytest", "pytest_benchmark.plugin", "jinja2"),
    *("graders.harness.plugin", "graders.harness.session.summary", "graders.harness.link.nursery"),
    *("graders.harness.judge.naming", "graders.harness.render.html", "cattrs"),
)
CODES = {0: "graded", 1: "graded", 3: "void"}  # pytest's exit codes that leave a report behind
USAGE = 4  # pytest's exit code for a wrong option


@dataclass(frozen=True, slots=True)
class Graded:
    """One submission's outcome. `report` is report.json's content, None where the judge left none behind."""

    name: str
    report: dict[str, Any] | None
    output: str

    @property
    def line(self) -> str:
        """One line for the class list: the name, and the score or what became of it."""
        name = os.fsencode(self.name).decode("utf-8", "replace")  # of old archives' folders, not always UTF-8
        if self.report is None:
            return f"{name}  no report: {(self.output.strip().splitlines() or ['?'])[-1]}"
        if self.report["score"] is None:
            return f"{name}  {self.report['status']}"
        return f"{name}  {self.report['score']:g} / {self.report['max_score']:g}"


def submissions(folder: Path) -> dict[str, Path]:
    """Return the submissions in a class's folder by name: each folder in it, each archive, and each Python file.

    A link without an ending that leads nowhere stands for a folder: whose it is gets a report that says so.

    Raises ConfigurationError where there are none, or two with one name.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"{folder} is no folder")
    found = sorted(
        p
        for p in folder.iterdir()
        if not p.name.startswith((".", "_")) and (p.suffix == ".py" or is_archive(p) or p.is_dir() or _leads_nowhere(p))
    )
    names = [path.name if path.is_dir() else stem(path) if is_archive(path) else path.stem for path in found]
    if not found:
        raise ConfigurationError(f"{folder} holds no submissions: no folder, archive or Python file")
    for name in names:
        if names.count(name) > 1:
            raise ConfigurationError(f"{folder} holds two submissions called {name}")
    return dict(zip(names, found, strict=True))


def _leads_nowhere(path: Path) -> bool:
    return not path.suffix and path.is_symlink() and not path.exists()


@dataclass(frozen=True, slots=True)
class Nurseries:
    """The sockets of running nurseries, of workers and of judges; None where the system has not what they need.

    `sandboxes` tells what can make sandboxes, so that not every judge has to try.
    """

    workers: Path | None = None
    judges: Path | None = None
    sandboxes: Maker | None = None


def grade_all(
    found: dict[str, Path], out: Path, jobs: int, options: Sequence[str] = (), spec: LabSpec = SPEC
) -> Iterator[Graded]:
    """Grade submissions side by side, `jobs` at a time; yields them in order, each written to `out`/NAME/report.json.

    `options` are passed on to `pytest graders`.
    """
    with nurseries(spec) as warm, ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(lambda name: grade(name, found[name], out, options, warm, spec), found)


def judges_import(spec: LabSpec) -> tuple[str, ...]:
    """Return the modules that a judge of a lab's imports."""
    return *JUDGES_IMPORT, *spec.judges_import


@contextlib.contextmanager
def nurseries(spec: LabSpec = SPEC) -> Iterator[Nurseries]:
    """Run nurseries where the system has what they need."""
    if sys.platform == "linux":
        from graders.harness.link.nursery import Kind, nursery

        with nursery(Kind.WORKERS, spec.imports) as workers, nursery(Kind.JUDGES, judges_import(spec)) as judges:
            yield Nurseries(workers, judges, find_maker()[0])
    else:
        yield Nurseries()


def grade(
    name: str,
    path: Path,
    out: Path,
    options: Sequence[str] = (),
    warm: Nurseries = Nurseries(),  # frozen
    spec: LabSpec = SPEC,
) -> Graded:
    """Grade one submission in a judge of its own, into `out`/NAME/report.json.

    Raises ConfigurationError for an option that `pytest graders` refuses: it would refuse it for everybody.
    """
    folder = out / name
    report = folder / "report.json"
    report.unlink(missing_ok=True)  # an old grade must not stand in for a new one
    # Checks use no assert statements; rewriting them, and those of pytest's plugins, would take half of the time.
    arguments = [str(spec.folder), "-q", "-p", "no:cacheprovider", "--assert=plain"]
    given = ["--submission", str(path.absolute()), "--report-dir", str(folder.resolve())]
    nursery = ["--nursery", str(warm.workers)] if warm.workers else []
    known = ["--sandbox-by", warm.sandboxes] if warm.sandboxes else []  # a later option of the same name counts
    timing = [] if "no:benchmark" in options else ["-p", "benchmark"]  # it would undo the option
    code, output = _run([*arguments, *given, *nursery, *known, *timing, *options], spec.folder.parent, warm.judges)
    if code == USAGE:
        raise ConfigurationError(_refusal(output))
    usable = code in CODES and report.is_file()
    content = json.loads(report.read_text(encoding="utf-8")) if usable else None
    return Graded(name, content, output)


def _refusal(output: str) -> str:
    """Return what pytest says of a wrong option, without what it says around it."""
    said = [line.rpartition("rror: ")[2] for line in output.splitlines() if "rror: " in line or "ERROR: " in line]
    return said[-1].removeprefix("ERROR: ") if said else output.strip()


def _run(arguments: list[str], folder: Path, judges: Path | None) -> tuple[int, str]:
    """Run pytest in `folder`; returns its exit code and output."""
    # Graded from a test that runs under pytest-xdist, a judge is still no part of that: it has its own timing.
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    variables["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # whatever else is installed here has no say, and takes no time
    if sys.platform == "linux" and judges is not None:
        from graders.harness.link.nursery import run_pytest

        return run_pytest(judges, folder, variables, arguments)
    command = [sys.executable, "-m", "pytest", *arguments]
    done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def main(arguments: Sequence[str]) -> int:
    """Run `python -m graders batch CLASS --report-dir OUT`; the exit code is 0 when every submission got a grade."""
    parser = argparse.ArgumentParser(
        prog="python -m graders batch",
        description="Grade every submission in a folder. Options it does not know go to `pytest graders`.",
    )
    parser.add_argument(
        "folder", type=Path, metavar="CLASS", help="holds a folder or a Python file for each submission"
    )
    parser.add_argument("--report-dir", type=Path, required=True, metavar="OUT", help="gets NAME/report.json for each")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="how many at a time (default: %(default)s)"
    )
    options, passed_on = parser.parse_known_args(arguments)
    void = 0
    for graded in grade_all(submissions(options.folder), options.report_dir, max(1, options.jobs), passed_on):
        print(graded.line, flush=True)
        void += graded.report is None or graded.report["score"] is None
    return 3 if void else 0
