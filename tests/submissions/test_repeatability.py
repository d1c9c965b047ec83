"""The same submission gets the same report every time, wherever and beside whatever it is graded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from corpus import BUGS, bug_source, correct_sources, edit, reference_source, spread
from grading import QUICKLY

from graders.commands.teacher import batch
from graders.harness.walls import levels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytest_plugins = ["grading"]

ROOT = Path(__file__).resolve().parents[2]
SEVERAL_BUGS = ("loss-summed", "no-zero-grad")
SAMPLE = 4  # of correct submissions, and of those with one bug


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the honest submissions that are graded at both levels: all of them, or a sample."""
    if "honest" in metafunc.fixturenames:
        bugs = {f"bug-{bug.name}": partial(bug_source, bug) for bug in BUGS}
        correct = {f"correct-{name}": partial(path.read_text, "utf-8") for name, path in correct_sources().items()}
        names = [*bugs, *correct]
        if metafunc.config.getoption("sample"):
            names = [*spread(list(bugs), SAMPLE), *spread(list(correct), SAMPLE)]
        metafunc.parametrize("honest", [{**bugs, **correct}[name] for name in names], ids=names)


@pytest.fixture(scope="module")
def submission(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a submission with several mistakes, so that there are numbers to differ."""
    folder = tmp_path_factory.mktemp("submission")
    edits = tuple(e for bug in BUGS if bug.name in SEVERAL_BUGS for e in bug.edits)
    assert edits
    (folder / "lab.py").write_text(edit("several", reference_source(), edits), encoding="utf-8")
    return folder


def timeless(report: dict[str, Any]) -> dict[str, Any]:
    """Return a report without its times."""
    if isinstance(report, dict):
        return {key: timeless(value) for key, value in report.items() if key != "duration_s"}
    return [timeless(value) for value in report] if isinstance(report, list) else report


@contextmanager
def hogs(count: int) -> Iterator[None]:
    """Keep some cores busy."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def test_many_gradings_give_equal_reports(
    submission: Path, warm: batch.Nurseries, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Nothing but the times differs between one grading and the next, on a quiet machine or a busy one."""
    reports, times = [], 3 if request.config.getoption("sample") else 10
    for busy in (0, 3):
        with hogs(busy):
            graded = [batch.grade(f"run{busy}-{n}", submission, tmp_path, QUICKLY, warm) for n in range(times)]
        reports += [timeless(one.report or {}) for one in graded]
    assert len(reports) == 2 * times
    assert reports[0]["score"] < reports[0]["max_score"]
    assert all(report == reports[0] for report in reports)


@pytest.mark.parametrize(
    ("environment", "options"),
    [
        ({"PYTHONHASHSEED": "1", "TZ": "Asia/Seoul"}, ["--fresh-workers"]),
        ({"PYTHONHASHSEED": "2", "OMP_NUM_THREADS": "2"}, []),
    ],
    ids=["fresh", "forked"],
)
def test_the_environment_changes_nothing(
    submission: Path, warm: batch.Nurseries, tmp_path: Path, environment: dict[str, str], options: list[str]
) -> None:
    """Processes of their own, under other environment variables, report what forks of a class's nurseries do."""
    forked = batch.grade("forked", submission, tmp_path, QUICKLY, warm).report
    command = [sys.executable, "-m", "pytest", "graders", "-q", "-p", "no:cacheprovider", *QUICKLY, *options]
    given = ["--submission", str(submission), "--report-dir", str(tmp_path / "alone")]
    subprocess.run([*command, *given], cwd=ROOT, env={**os.environ, **environment}, capture_output=True, check=False)
    alone = json.loads((tmp_path / "alone" / "report.json").read_text(encoding="utf-8"))
    assert forked is not None
    assert timeless(alone) == {**timeless(forked), "submission": alone["submission"]}


@pytest.mark.skipif(not levels.find_maker()[0], reason="no sandbox here")
def test_a_sandbox_changes_nothing_for_honest_work(
    honest: Callable[[], str], warm: batch.Nurseries, tmp_path: Path
) -> None:
    """What an honest submission is told does not depend on the level of isolation: points, words, numbers and all."""
    folder = tmp_path / "submission"
    folder.mkdir()
    (folder / "lab.py").write_text(honest(), encoding="utf-8")
    reports = {}
    for level in ("process", "sandbox"):
        graded = batch.grade(level, folder, tmp_path, ["--isolation", level, *QUICKLY], warm)
        assert graded.report is not None, graded.output
        assert graded.report["isolation"] == level
        reports[level] = timeless({**graded.report, "isolation": "any"})
    assert reports["process"] == reports["sandbox"]
