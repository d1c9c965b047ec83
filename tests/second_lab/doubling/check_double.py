"""Part `double`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graders.harness.judge import expect

if TYPE_CHECKING:
    from graders.harness.judge.lab import Lab

pytestmark = pytest.mark.part("double")


def test_a_number_is_doubled(lab: Lab) -> None:
    """3 becomes 6."""
    expect.equal(lab.call("double", 3), 6)
