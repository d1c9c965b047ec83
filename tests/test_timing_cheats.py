"""Nothing that only seems fast earns more than the work that it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from corpus.timing_cheats import CHEATS, HONEST_BUT_SLOW, Cheat, cheat_source

if TYPE_CHECKING:
    from collections.abc import Callable

pytest_plugins = ["grading"]

GAIN = 1.15  # above this multiple of the honest ratio something was gained; the ratio itself is known to 4 %


def ratio(report: dict[str, Any]) -> float:
    """Return the speed that a report gives points for, 0 where it gives none."""
    (part,) = report["parts"]
    return report["throughput"][0]["ratio"] if part["points"] else 0.0


@pytest.fixture(scope="module")
def honest(timed: Callable[[str, str], dict[str, Any]]) -> float:
    """Return what the honest work, which is slow, comes to."""
    found = ratio(timed("honest", cheat_source(HONEST_BUT_SLOW)))
    assert 0.1 < found < 0.6
    return found


@pytest.mark.parametrize("cheat", CHEATS, ids=[cheat.name for cheat in CHEATS])
def test_cheat_gains_nothing(cheat: Cheat, honest: float, timed: Callable[[str, str], dict[str, Any]]) -> None:
    """The submission earns nothing, or what it would have earned without its trick."""
    assert ratio(timed(cheat.name, cheat_source(cheat.code))) <= honest * GAIN
