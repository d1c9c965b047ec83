"""Part `total`, which needs part `double`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graders.harness.judge import expect

if TYPE_CHECKING:
    from graders.harness.judge.lab import Lab

pytestmark = pytest.mark.part("total")


def test_doubles_are_added_up(lab: Lab) -> None:
    """1, 2 and 3 give 12."""
    expect.equal(lab.call("total", [1, 2, 3]), 12)
