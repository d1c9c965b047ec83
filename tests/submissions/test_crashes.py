"""Labs that raise: the mistake behind the exception is named, at its line, and no other one is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from corpus.crashes_python import PYTHON
from corpus.crashes_torch import TORCH
from layers import layered

from graders import mistakes

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus.crashing import Crashing

pytest_plugins = ["grading"]

CRASHES = {case.name: case for case in (*PYTHON, *TORCH)}
RULED = {mistake.name for mistake in mistakes.CRASHES}


@pytest.mark.parametrize("case", layered(CRASHES, few=3, some=9))
def test_a_crash_is_explained_at_its_line(case: Crashing, grade: Callable[..., dict[str, Any]]) -> None:
    """The one mistake is named in the part that it stops, and costs that part alone; a neighbour has no name."""
    report = grade(case.name, case.source)
    checks = [check for part in report["parts"] for check in part["checks"]]
    names = {check["mistake"] for check in checks} - {None}
    assert (names & RULED if case.mistake is None else names) == ({case.mistake} - {None})
    failed = [check for part in report["parts"] if part["name"] == case.part for check in part["checks"]]
    lines = {check["source_line"] for check in failed if check["status"] == "failed"}
    assert lines
    assert not case.line or case.line in lines
    if not any(check["unloadable"] for check in checks):
        lost = {part["name"] for part in report["parts"] if part["points"] < part["max_points"]}
        # What never trains leaves nothing to be measured: it has no work that accuracy or speed could go by.
        also = {"accuracy", "throughput"} if case.part == "training" else set()
        assert lost - also == {case.part}, "a crash costs its own part alone"
        beyond = [check for part in report["parts"] if part["name"] in also for check in part["checks"]]
        told = {check["mistake"] for check in beyond if check["status"] == "failed"}
        assert told <= {case.mistake}, "where nothing was trained, what raised is told and not what it left undone"
