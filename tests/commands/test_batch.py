"""Grading a class: what is wrong for everybody is said once, in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from graders.commands.teacher import batch
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
        batch.grade("reference", REFERENCE, tmp_path, options)
    assert str(caught.value) == said
