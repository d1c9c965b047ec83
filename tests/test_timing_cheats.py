"""Nothing that only seems fast earns more than the work that it does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from corpus.timing_cheats import CHEATS, HONEST_BUT_SLOW, Cheat, cheat_source

from graders import batch

if TYPE_CHECKING:
    from collections.abc import Callable

pytest_plugins = ["grading"]

RUBRIC = Path(batch.__file__).with_name("rubric.toml")
SECONDS = 1.0
GAIN = 1.15  # above this multiple of the honest ratio something was gained; the ratio itself is known to 4 %


@pytest.fixture(scope="module")
def timed(warm: batch.Nurseries, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], dict[str, Any]]:
    """Return a function that grades the speed of a submission's text, and returns the report."""
    folder = tmp_path_factory.mktemp("timed")
    text = re.sub(r"throughput_seconds = \d+", f"throughput_seconds = {SECONDS}", RUBRIC.read_text(encoding="utf-8"))
    (folder / "rubric.toml").write_text(text, encoding="utf-8")

    def grade(name: str, source: str) -> dict[str, Any]:
        (folder / f"{name}.py").write_text(source, encoding="utf-8")
        options = ["--rubric", str(folder / "rubric.toml"), "-k", "test_training_keeps_up_with_the_lesson"]
        graded = batch.grade(name, folder / f"{name}.py", folder / "out", options, warm)
        assert graded.report is not None, graded.output
        return graded.report

    return grade


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
