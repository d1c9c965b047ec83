"""No check's result depends on which checks come before it, though they share what they saw."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus import BUGS, edit, reference_source
from grading import QUICKLY

if TYPE_CHECKING:
    from graders.commands import judging

pytest_plugins = ["grading"]

ROOT = Path(__file__).resolve().parents[2]
SEVERAL_BUGS = ("pixels-0-to-255", "loss-summed", "no-zero-grad")  # two stand-ins, and a loop that is watched
ORDERS = {"reversed": "checks.reverse()", "shuffled": "random.Random(1).shuffle(checks)"}
# The cases of one check stay in their order: of several that fail, the first is told.
PLUGIN = """
import pytest
import random

@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    checks = list(dict.fromkeys(item.nodeid.partition("[")[0] for item in items))
    {}
    items.sort(key=lambda item: checks.index(item.nodeid.partition("[")[0]))
"""


def results(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what is reported of each check, without its time."""
    checks = {check["name"]: check for part in report["parts"] for check in part["checks"]}
    return {name: {**check, "duration_s": None} for name, check in checks.items()}


def graded(folder: Path, order: str, nursery: Path | None) -> dict[str, dict[str, Any]]:
    """Grade a submission, its checks in an order."""
    (folder / "in_order.py").write_text(PLUGIN.format(ORDERS.get(order, "pass")), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "graders", "-q", "-p", "no:cacheprovider", "-p", "in_order", *QUICKLY]
    given = ["--submission", str(folder / "lab.py"), "--report-dir", str(folder / order)]
    warm = ["--nursery", str(nursery)] if nursery else []
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    subprocess.run([*command, *given, *warm], cwd=ROOT, env=environment, capture_output=True, check=False)
    return results(json.loads((folder / order / "report.json").read_text(encoding="utf-8")))


def test_order_of_checks_changes_no_result(warm: judging.Nurseries, tmp_path: Path) -> None:
    """Verdicts, words, names of mistakes and stand-ins are the same forwards, backwards and shuffled."""
    edits = tuple(one for bug in BUGS if bug.name in SEVERAL_BUGS for one in bug.edits)
    (tmp_path / "lab.py").write_text(edit("several", reference_source(), edits), encoding="utf-8")
    forwards = graded(tmp_path, "forwards", warm.workers)
    assert {check["status"] for check in forwards.values()} >= {"passed", "failed"}
    assert any(check["standins"] for check in forwards.values())
    for order in ORDERS:
        assert graded(tmp_path, order, warm.workers) == forwards, order
