"""Who plans a grading and who carries it out know it by the same fingerprints."""

from __future__ import annotations

import os
import re
from dataclasses import asdict
from typing import TYPE_CHECKING

from graders.commands.teacher.grades.keys import keys_of_run
from graders.harness.judge.grading import Grading, Options
from graders.harness.walls.levels import choose
from graders.spec import SPEC

if TYPE_CHECKING:
    from graders.harness.judge.rubric import Rubric


def test_a_judge_writes_what_the_key_has(rubric: Rubric) -> None:
    """And the time."""
    path, chosen = SPEC.default_submission, choose("process", os.environ)
    grading = Grading(SPEC, Options(path, SPEC.folder / "rubric.toml", chosen, "en", 7))
    try:
        report = grading.report()
    finally:
        grading.close()
    key = keys_of_run(SPEC, rubric, seed=7, options={})(path)
    known = asdict(report.fingerprints)
    assert known == {name: key.plain[name] for name in known}
    assert all(re.fullmatch("[0-9a-f]{32}", value) for value in (key.submission, key.grader, *key.parts.values()))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", report.graded_at)


def test_parts_that_do_not_count_are_in_no_key(rubric: Rubric) -> None:
    """So that having the training timed later judges that part alone."""
    whole, untimed = (
        keys_of_run(SPEC, by, data="mnist", options={})(SPEC.default_submission)
        for by in (rubric, rubric.without(["throughput"]))
    )
    assert whole.parts.keys() - untimed.parts.keys() == {"throughput"}
    assert (whole.rubric, whole.grader, whole.digits) == (untimed.rubric, untimed.grader, untimed.digits)
    assert whole.digits
