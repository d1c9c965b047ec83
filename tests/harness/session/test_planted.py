"""A conftest.py in a submission is never run by the judge's pytest, however the submission is given."""

from __future__ import annotations

import pytest

from graders.commands import judging
from graders.spec import SPEC


@pytest.fixture
def planted(tmp_path):
    """Return a submission with conftest.py files wherever pytest might look, and what they write when they are run."""
    marker, submission = tmp_path / "sprung.txt", tmp_path / "handed-in" / "student_template"
    (submission / "tests").mkdir(parents=True)
    (submission / "lab.py").write_text("", encoding="utf-8")
    for folder in (submission, submission.parent, submission / "tests"):
        text = f"open({str(marker)!r}, 'a').write(__file__)\n"
        (folder / "conftest.py").write_text(text, encoding="utf-8")
    return submission, marker


@pytest.mark.parametrize("way", ["two words", "one word", "its file", "a judge of a class"])
def test_no_conftest_of_a_submission_is_run(planted, run_pytest, way):
    """Neither in it, nor above it, nor below it."""
    submission, marker = planted
    given = {
        "two words": ["graders", "--submission", submission],
        "one word": ["graders", f"--submission={submission}"],
        "its file": ["graders", "--submission", submission / "lab.py"],
        "a judge of a class": judging.arguments(submission, judging.COLD, SPEC),
    }[way]
    done = run_pytest(*given, "--collect-only", "-q")
    assert done.returncode == 0, done.stdout
    assert not marker.exists(), marker.read_text(encoding="utf-8")


def test_one_that_was_run_before_leaves_no_grade(planted, run_pytest):
    """Before the first of our own files is read, nobody can keep it out: the run is refused, and told the way."""
    submission, marker = planted
    done = run_pytest("--submission", submission, "graders", "--collect-only", "-q")
    assert marker.exists()  # else there is nothing to refuse
    assert done.returncode == 4, done.stdout
    assert "write --submission=PATH" in done.stdout + done.stderr
