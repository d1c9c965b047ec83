"""Who plans a grading and who carries it out know it by the same fingerprints."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

from graders.commands.teacher.grades.keys import keys_of_run
from graders.spec import SPEC

if TYPE_CHECKING:
    from pathlib import Path

    from graders.harness.judge.rubric import Rubric


def test_a_judge_writes_what_the_key_has(tmp_path: Path, rubric: Rubric) -> None:
    """Of an untouched template, for which no worker starts; the time is there, too."""
    command = [sys.executable, "-m", "pytest", "graders", "-q", "-p", "no:cacheprovider", "--grading-seed", "7"]
    command += ["--submission", str(SPEC.default_submission), "--report-dir", str(tmp_path), "--no-page"]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    subprocess.run(command, cwd=SPEC.folder.parent, env=environment, capture_output=True, check=False)
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    key = keys_of_run(SPEC, rubric, seed=7, options={})(SPEC.default_submission)
    plain = key.plain
    assert report["fingerprints"] == {name: plain[name] for name in report["fingerprints"]}
    assert report["seed"] == key.seed
    assert all(re.fullmatch("[0-9a-f]{32}", value) for value in (key.submission, key.grader, *key.parts.values()))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", report["graded_at"])


def test_parts_that_do_not_count_are_in_no_key(rubric: Rubric) -> None:
    """So that having the training timed later judges that part alone."""
    whole, untimed = (
        keys_of_run(SPEC, by, data="mnist", options={})(SPEC.default_submission)
        for by in (rubric, rubric.without(["throughput"]))
    )
    assert whole.parts.keys() - untimed.parts.keys() == {"throughput"}
    assert (whole.rubric, whole.grader, whole.digits) == (untimed.rubric, untimed.grader, untimed.digits)
    assert whole.digits
