"""The same submission gets the same report every time, wherever and beside whatever it is graded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from corpus import BUGS, edit, reference_source

from graders import batch

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
SEVERAL_BUGS = ("loss-summed", "no-zero-grad")


@pytest.fixture(scope="module")
def submission(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a submission with several mistakes, so that there are numbers to differ."""
    folder = tmp_path_factory.mktemp("submission")
    edits = tuple(e for bug in BUGS if bug.name in SEVERAL_BUGS for e in bug.edits)
    assert edits
    (folder / "lab.py").write_text(edit("several", reference_source(), edits), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def warm() -> Iterator[list[str]]:
    """Run one nursery for all."""
    with batch.nursery_options() as options:
        yield options


def timeless(report: dict[str, Any]) -> dict[str, Any]:
    """Return a report without its times."""
    if isinstance(report, dict):
        return {key: timeless(value) for key, value in report.items() if key != "duration_s"}
    return [timeless(value) for value in report] if isinstance(report, list) else report


def test_ten_gradings_give_ten_equal_reports(submission: Path, warm: list[str], tmp_path: Path) -> None:
    """Nothing but the times differs between one grading and the next."""
    reports = [timeless(batch.grade(f"run{n}", submission, tmp_path, warm).report or {}) for n in range(10)]
    assert reports[0]["score"] < reports[0]["max_score"]
    assert all(report == reports[0] for report in reports)


@pytest.mark.parametrize(
    "environment", [{"PYTHONHASHSEED": "1"}, {"OMP_NUM_THREADS": "4"}, {"TZ": "Asia/Seoul"}], ids=str
)
def test_the_environment_changes_nothing(
    submission: Path, warm: list[str], tmp_path: Path, environment: dict[str, str]
) -> None:
    """A fresh worker process under other environment variables reports what a fork of the nursery does."""
    forked = batch.grade("forked", submission, tmp_path, warm).report
    command = [sys.executable, "-m", "pytest", "graders", "-q", "-p", "no:cacheprovider"]
    options = ["--submission", str(submission), "--report-dir", str(tmp_path / "fresh")]
    subprocess.run([*command, *options], cwd=ROOT, env={**os.environ, **environment}, capture_output=True, check=False)
    fresh = json.loads((tmp_path / "fresh" / "report.json").read_text(encoding="utf-8"))
    assert forked is not None
    assert timeless(fresh) == {**timeless(forked), "submission": fresh["submission"]}
