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
import single
from corpus import BUGS, bug_source, correct_sources, edit, reference_source
from grading import QUICKLY
from layers import layered

from graders.harness.walls import levels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graders.commands import judging

pytest_plugins = ["grading"]

ROOT = Path(__file__).resolve().parents[2]
LEVELS = ("process", "none", *(["sandbox"] if levels.find_maker()[0] else []))
CORES = os.cpu_count() or 1
SEVERAL_BUGS = ("loss-summed", "no-zero-grad")

# Without isolation, what ends its own process ends the judge's.
WITH_BUGS = {f"bug-{bug.name}": partial(bug_source, bug) for bug in BUGS if bug.mistake != "process-ended"}
CORRECT = {f"correct-{name}": partial(path.read_text, "utf-8") for name, path in correct_sources().items()}
# Draws its orders from the system's entropy, as NumPy does unless it is told a seed: its accuracy is another each time.
BY_CHANCE = "correct-numpy_generator_loader"
ACCURACY, ENOUGH = 7, 0.8  # the part, and what its rubric asks for


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
        return {key: timeless(value) for key, value in report.items() if key not in ("duration_s", "graded_at")}
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


@pytest.fixture(scope="module")
def first(submission: Path, warm: judging.Nurseries, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Grade that submission once; the report has mistakes in it."""
    report = single.grade("first", submission, tmp_path_factory.mktemp("first"), QUICKLY, warm).report
    assert report is not None
    assert report["score"] < report["max_score"]
    return report


@pytest.mark.parametrize(
    ("times", "busy"),
    [(1, 0), pytest.param(2, CORES, marks=pytest.mark.sample), pytest.param(10, CORES, marks=pytest.mark.whole)],
)
def test_many_gradings_give_equal_reports(
    first: dict[str, Any], submission: Path, warm: judging.Nurseries, tmp_path: Path, times: int, busy: int
) -> None:
    """Nothing but the times differs between one grading and the next, on a quiet machine or a busy one."""
    with hogs(busy):
        graded = [single.grade(f"run-{n}", submission, tmp_path, QUICKLY, warm) for n in range(times)]
    assert [timeless(one.report or {}) for one in graded] == [timeless(first)] * times


@pytest.mark.parametrize(
    ("environment", "options"),
    [
        pytest.param({"PYTHONHASHSEED": "1", "TZ": "Asia/Seoul"}, ["--fresh-workers"], marks=pytest.mark.sample),
        ({"PYTHONHASHSEED": "2", "OMP_NUM_THREADS": "2"}, []),
    ],
    ids=["fresh", "forked"],
)
def test_the_environment_changes_nothing(
    first: dict[str, Any], submission: Path, tmp_path: Path, environment: dict[str, str], options: list[str]
) -> None:
    """Processes of their own, under other environment variables, report what forks of a class's nurseries do."""
    command = [sys.executable, "-m", "pytest", "graders", "-q", "-p", "no:cacheprovider", *QUICKLY, *options]
    given = ["--submission", str(submission), "--report-dir", str(tmp_path / "alone")]
    subprocess.run([*command, *given], cwd=ROOT, env={**os.environ, **environment}, capture_output=True, check=False)
    alone = json.loads((tmp_path / "alone" / "report.json").read_text(encoding="utf-8"))
    assert timeless(alone) == {**timeless(first), "submission": alone["submission"]}


@pytest.mark.parametrize("honest", [*layered(WITH_BUGS, few=1, some=2), *layered(CORRECT, few=1, some=2)])
def test_isolation_changes_nothing_for_honest_work(
    honest: Callable[[], str], warm: judging.Nurseries, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """What an honest submission is told does not depend on the level of isolation: points, words, numbers and all."""
    folder = tmp_path / "submission"
    folder.mkdir()
    (folder / "lab.py").write_text(honest(), encoding="utf-8")
    reports = {}
    for level in LEVELS:
        graded = single.grade(level, folder, tmp_path, ["--isolation", level, *QUICKLY], warm)
        assert graded.report is not None, graded.output
        assert graded.report["isolation"] == level
        reports[level] = timeless({**graded.report, "isolation": "any"})
        if BY_CHANCE in request.node.name:
            assert reports[level]["parts"][ACCURACY]["checks"][0]["figures"].pop("accuracy") > ENOUGH
    assert [reports[level] for level in LEVELS] == [reports["process"]] * len(LEVELS)
