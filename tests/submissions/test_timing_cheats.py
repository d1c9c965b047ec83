"""Nothing that only seems fast earns more than the work that it does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from corpus.timing_cheats import CHEATS, HONEST_BUT_SLOW, KEEPS_A_STANDIN, USES_A_STANDIN, Cheat, cheat_source
from layers import layered

from graders.harness.walls import levels

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytest_plugins = ["grading"]

LEVELS = ("process", *(["sandbox"] if levels.find_maker()[0] else []))
CHEATED = list(enumerate(CHEATS))
DIES = """

def show_prediction(image, label, prediction):
    import os
    ASKED.append(1)
    return None if len(ASKED) == 1 else os._exit(0)


ASKED = []
"""
REST = 1.05  # by what intervals measured at different moments may miss each other


def interval(report: dict[str, Any]) -> tuple[float, float]:
    """Return between what the speed lies that a report gives points for, 0 where it gives none.

    Nor does it for what was too wrong to be timed: that keeps no more points than it has lost by being wrong.
    """
    (part,) = report["parts"]
    (timed,) = (
        report["throughput"]
        if part["points"] and part["status"] != "blocked"
        else [{"ratio_low": 0.0, "ratio_high": 0.0}]
    )
    return timed["ratio_low"], timed["ratio_high"]


@pytest.fixture(scope="module")
def honest(timed: Callable[..., dict[str, Any]], once: Callable[..., Path]) -> float:
    """Return the most that the honest work, which is slow, comes to, on a machine that other tests keep busy."""

    def fill(folder: Path) -> None:
        found = interval(timed("honest", cheat_source(HONEST_BUT_SLOW), seconds=8.0))
        (folder / "interval.json").write_text(json.dumps(found), encoding="utf-8")

    low, high = json.loads((once("honest", fill) / "interval.json").read_text(encoding="utf-8"))
    assert 0 < low < 0.6
    return float(high)


def cases() -> list[Any]:
    """Return every cheat at every level; the sample has each at one of them in turn, two always run."""
    at = [(cheat, LEVELS[(number + turn) % len(LEVELS)]) for turn in range(len(LEVELS)) for number, cheat in CHEATED]
    first, others = at[: len(CHEATS)], at[len(CHEATS) :]
    named = [{f"{cheat.name}-{level}": (cheat, level) for cheat, level in some} for some in (first, others)]
    return [*layered(named[0], few=2, some=len(CHEATS)), *layered(named[1], few=0, some=0)]


@pytest.mark.parametrize("case", cases())
def test_cheat_gains_nothing(case: tuple[Cheat, str], honest: float, timed: Callable[..., dict[str, Any]]) -> None:
    """The submission earns nothing, or what it would have earned without its trick."""
    cheat, level = case
    low, _ = interval(timed(cheat.name, cheat_source(cheat.code), "--isolation", level))
    assert low <= honest * REST


@pytest.mark.sample
def test_stand_in_that_was_kept_times_nothing(honest: float, timed: Callable[..., dict[str, Any]]) -> None:
    """What was wrong where it was looked at, and kept the stand-in, is timed with its own loop, if at all."""
    report = timed("kept", cheat_source(USES_A_STANDIN) + KEEPS_A_STANDIN, "-k", "training")
    throughput = next(part for part in report["parts"] if part["name"] == "throughput")
    training = next(part for part in report["parts"] if part["name"] == "training")
    assert training["points"] == training["max_points"]  # it was asked, and its stand-in was lent
    assert interval({**report, "parts": [throughput]})[0] <= honest * REST


@pytest.mark.sample
def test_worker_that_ends_takes_no_timing_along(timed: Callable[..., dict[str, Any]]) -> None:
    """A slow loop beside a function that ends the process, when its mistake is looked into, is timed all the same."""
    dies = cheat_source(HONEST_BUT_SLOW).replace("def show_prediction(", "def shown_honestly(") + DIES
    report = timed("dies", dies, "-k", "training_keeps_up or picture or title")
    (throughput,) = (part for part in report["parts"] if part["name"] == "throughput")
    assert (throughput["max_points"], len(report["throughput"])) == (5, 1)
