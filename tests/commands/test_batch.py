"""Grading a class: what is wrong for everybody is said once, in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
import single

from graders.harness.base.errors import ConfigurationError

REFERENCE = Path(__file__).parents[2] / "reference"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--bogus"], "unrecognized arguments: --bogus"),
        (["--language", "xx"], "--language xx: there are no messages in it; there are in: en, ko"),
    ],
)
def test_refused_option_is_one_line_for_the_class(tmp_path, options, said):
    """An option that `pytest graders` refuses ends the batch with what is wrong with it, and no traceback."""
    with pytest.raises(ConfigurationError) as caught:
        single.grade("reference", REFERENCE, tmp_path, options)
    assert str(caught.value) == said


def test_every_kind_of_submission_in_a_folder_is_found(tmp_path):
    """Folders, archives, Python files and notebooks are somebody's; what else lies there is nobody's."""
    (tmp_path / "anna").mkdir()
    for name in ("ben.py", "cho.ipynb", "dan.zip", "list.csv", ".ipynb_checkpoints", "_old.ipynb"):
        (tmp_path / name).touch()
    assert list(batch.submissions(tmp_path)) == ["anna", "ben", "cho", "dan"]


def test_a_notebook_and_a_script_of_one_student_are_two(tmp_path):
    """Nobody knows which of them counts."""
    for name in ("kim.ipynb", "kim.py"):
        (tmp_path / name).touch()
    with pytest.raises(ConfigurationError, match="two submissions called kim"):
        batch.submissions(tmp_path)
