"""What was not done earns nothing: functions that only look as if they did their work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from corpus.stubs import ALTOGETHER, CHECKS, STUBS, Stub
from layers import layered

from graders.harness.judge.rubric import load_rubric
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

pytest_plugins = ["grading"]

FEW, SOME = 4, 22
MOST_OF_A_STUB = 0.1  # of what the checks of its function are worth
MOST_ALTOGETHER = 5  # of 100 points
RUBRIC = load_rubric(SPEC.folder / "rubric.toml", SPEC.thresholds, SPEC.tiers)


def kept(report: dict[str, Any], names: Collection[str]) -> tuple[float, float]:
    """Return the points that a report gives for these checks, and what they are worth."""
    earned = worth = 0.0
    for part in report["parts"]:
        weights = RUBRIC.part(part["name"]).checks
        counted = {check["name"]: check for check in part["checks"] if check["status"] != "skipped"}
        for name in counted.keys() & set(names):
            points = part["max_points"] * weights[name] / sum(weights[other] for other in counted)
            worth += points
            earned += points * (1.0 if counted[name]["status"] == "passed" else counted[name]["credit"])
    return earned, worth


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the cases of each layer."""
    if "stub" in metafunc.fixturenames:
        metafunc.parametrize("stub", layered({stub.name: stub for stub in STUBS}, FEW, SOME))
    if "altogether" in metafunc.fixturenames:
        metafunc.parametrize("altogether", layered(ALTOGETHER, 1, len(ALTOGETHER)))


def test_every_check_is_of_some_function() -> None:
    """No check is forgotten where stubs are counted."""
    listed = [name for names in CHECKS.values() for name in names]
    assert sorted(listed) == sorted(name for part in RUBRIC.parts for name in part.checks)
    assert {stub.function for stub in STUBS} == set(CHECKS)


def test_stub_keeps_next_to_nothing(stub: Stub, grade: Callable[..., dict[str, Any]]) -> None:
    """Right types, constants, the first batch, an echo: none of it is work; and no other part pays for it."""
    report = grade("stub", stub.source)
    earned, worth = kept(report, CHECKS[stub.function])
    assert earned <= MOST_OF_A_STUB * worth
    others = {name for function, names in CHECKS.items() if function != stub.function for name in names}
    earned, worth = kept(report, others)
    assert earned == pytest.approx(worth)


def test_a_lab_of_stubs_earns_next_to_nothing(altogether: str, grade: Callable[..., dict[str, Any]]) -> None:
    """Neither does a stub of each function."""
    assert grade("stubs", altogether)["score"] <= MOST_ALTOGETHER
