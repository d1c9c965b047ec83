"""Grade every submission of a class: each in a judge and a worker of its own, with one import of torch for all."""

from __future__ import annotations

import argparse
import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graders.commands import judging
from graders.commands.judging import nurseries
from graders.harness.base.errors import ConfigurationError
from graders.harness.source.archive import is_archive, stem
from graders.harness.source.notebooks import is_notebook
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graders.commands.judging import Nurseries
    from graders.harness.judge.lab import LabSpec

CODES = {0: "graded", 1: "graded", 3: "void"}  # pytest's exit codes that leave a report behind


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
    """Return the submissions in a class's folder by name: each folder, each archive, each Python file and notebook.

    A link without an ending that leads nowhere stands for a folder: whose it is gets a report that says so.

    Raises ConfigurationError where there are none, or two with one name.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"{folder} is no folder")
    found = sorted(
        p
        for p in folder.iterdir()
        if not p.name.startswith((".", "_"))
        and (p.suffix == ".py" or is_notebook(p) or is_archive(p) or p.is_dir() or _leads_nowhere(p))
    )
    names = [path.name if path.is_dir() else stem(path) if is_archive(path) else path.stem for path in found]
    if not found:
        raise ConfigurationError(f"{folder} holds no submissions: no folder, archive, Python file or notebook")
    for name in names:
        if names.count(name) > 1:
            raise ConfigurationError(f"{folder} holds two submissions called {name}")
    return dict(zip(names, found, strict=True))


def _leads_nowhere(path: Path) -> bool:
    return not path.suffix and path.is_symlink() and not path.exists()


def grade_all(
    found: dict[str, Path], out: Path, jobs: int, options: Sequence[str] = (), spec: LabSpec = SPEC
) -> Iterator[Graded]:
    """Grade submissions side by side, `jobs` at a time; yields them in order, each written to `out`/NAME/report.json.

    `options` are passed on to `pytest graders`.
    """
    with nurseries(spec) as warm, ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(lambda name: grade(name, found[name], out, options, warm, spec), found)


def grade(
    name: str,
    path: Path,
    out: Path,
    options: Sequence[str] = (),
    warm: Nurseries = judging.COLD,
    spec: LabSpec = SPEC,
) -> Graded:
    """Grade one submission in a judge of its own, into `out`/NAME/report.json.

    Raises ConfigurationError for an option that `pytest graders` refuses: it would refuse it for everybody.
    """
    folder = out / name
    report = folder / "report.json"
    report.unlink(missing_ok=True)  # an old grade must not stand in for a new one
    timing = [] if "no:benchmark" in options else ["-p", "benchmark"]  # it would undo the option
    arguments = judging.arguments(path, warm, spec, "--report-dir", str(folder.resolve()), *timing, *options)
    code, output = judging.run(arguments, warm, spec)
    if code == judging.USAGE:
        raise ConfigurationError(judging.refusal(output))
    usable = code in CODES and report.is_file()
    content = json.loads(report.read_text(encoding="utf-8")) if usable else None
    return Graded(name, content, output)


def main(arguments: Sequence[str]) -> int:
    """Run `python -m graders batch CLASS --report-dir OUT`; the exit code is 0 when every submission got a grade."""
    parser = argparse.ArgumentParser(
        prog="python -m graders batch",
        description="Grade every submission in a folder. Options it does not know go to `pytest graders`.",
    )
    parser.add_argument(
        "folder", type=Path, metavar="CLASS", help="holds a folder, a Python file or a notebook for each submission"
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
