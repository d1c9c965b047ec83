"""Reports of real gradings, put together of parts and scored anew, beside those of whole gradings."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import single
from corpus import BUGS, bug_source
from grading import RUBRIC

from graders.commands.teacher.grades import reports
from graders.harness.judge.rubric import load_rubric
from graders.spec import SPEC

if TYPE_CHECKING:
    from pathlib import Path

    from graders.commands import judging

pytest_plugins = ["grading"]

# Its loop is not timed: that part waits, and keeps no more points than training has lost.
BUG = next(bug for bug in BUGS if bug.name == "no-zero-grad")
FIRST = "data,loader,reshape,model,loss,evaluation,accuracy"
THEN = "training,prediction,throughput"


def timeless(text: str) -> dict[str, Any]:
    """Return a report without what two gradings cannot have in common."""
    plain: dict[str, Any] = json.loads(text)
    for value in (plain, *(check for part in plain["parts"] for check in part["checks"])):
        del value["duration_s"]
    del plain["graded_at"]
    return plain


@pytest.mark.sample
def test_merged_and_rescored_gradings_are_those_of_whole_ones(warm: judging.Nurseries, tmp_path: Path) -> None:
    """Of a submission that is charged for what it keeps from being timed; with a rubric in which that is worth more."""
    (tmp_path / "lab.py").write_text(bug_source(BUG), encoding="utf-8")
    text = RUBRIC.read_text(encoding="utf-8")
    other, count = re.subn(r"(?<=\[parts\.throughput\]\npoints = )5", "50", text)
    assert count == 1
    (tmp_path / "other.toml").write_text(other, encoding="utf-8")

    def graded(name: str, *options: str) -> str:
        done = single.grade(name, tmp_path / "lab.py", tmp_path, ["--no-page", "--student", "anna", *options], warm)
        assert done.report is not None, done.output
        return (tmp_path / name / "report.json").read_text(encoding="utf-8")

    whole, dearer = graded("whole"), graded("dearer", "--rubric", str(tmp_path / "other.toml"))
    first, then = graded("first", "--parts", FIRST), graded("then", "--parts", THEN)
    rubric, dear = (load_rubric(path, SPEC.thresholds, SPEC.tiers) for path in (RUBRIC, tmp_path / "other.toml"))
    merged = reports.merged(reports.merged(None, first, rubric, SPEC), then, rubric, SPEC)
    assert timeless(merged) == timeless(whole)
    assert timeless(reports.written(reports.rescored(merged, dear, SPEC), SPEC)) == timeless(dearer)
    assert timeless(reports.written(reports.rescored(dearer, rubric, SPEC), SPEC)) == timeless(whole)
    charged = json.loads(dearer)["parts"][-1]
    assert (charged["name"], charged["status"]) == ("throughput", "blocked")
    assert 0 < charged["points"] < charged["max_points"]  # lowered: as much as training has lost
