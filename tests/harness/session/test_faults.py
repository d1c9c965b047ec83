"""Whose fault it is that a check met: tried with correct functions in the submission's place."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RUBRIC = """
[lab]
name = "doubling"
file = "lab.py"
[parts.double]
points = 6
functions = ["double"]
[parts.double.checks]
test_double = 1
[parts.total]
points = 4
functions = ["total"]
[parts.total.checks]
test_total = 1
"""
MESSAGES = """
[lab]
title = "Doubling"
[parts]
double = "double"
total = "total"
[checks]
test_double.title = "double"
test_total.title = "total"
"""
CONFTEST = """
from pathlib import Path
from graders.harness.judge.spec import LabSpec
def sound(lab):
    1 / lab.call("double", 5).value
def pytest_lab(config):
    return LabSpec(Path(__file__).parent, Path(), {}, needs={"total": ("double",)}, sound=lambda: {"double": sound})
"""
CHECK = """
import pytest
pytestmark = pytest.mark.part("{part}")
def test_{part}(lab):
    {body}
"""
DOUBLE, TOTAL = "return 2 * n", "return sum(double(n) for n in numbers)"
LAB = "def double(n):\n    {double}\n\n\ndef total(numbers):\n    {total}\n"
BY_DOUBLE, BY_TOTAL = 'assert 6 / lab.call("double", 3).value == 1', 'assert 8 / lab.call("total", [1, 3]).value == 1'


@pytest.fixture
def graded(tmp_path: Path, run_pytest: Callable[..., Any], nursery_socket: Path | None) -> Callable[..., Any]:
    """Return a function that grades functions with the bodies given, and returns exit code, output and report."""

    def grade(
        *options: str,
        double: str = DOUBLE,
        total: str = TOTAL,
        check_double: str = BY_DOUBLE,
        check_total: str = BY_TOTAL,
        correct: str = LAB.format(double=DOUBLE, total=TOTAL),
    ) -> tuple[int, str, dict[str, Any]]:
        lab = tmp_path / "checks"
        files = {
            "rubric.toml": RUBRIC,
            "conftest.py": CONFTEST,
            "messages/en/lab.toml": MESSAGES,
            "child/probes.py": "",
            "child/standins.py": correct,
            "test_double.py": CHECK.format(part="double", body=check_double),
            "test_total.py": CHECK.format(part="total", body=check_total),
            "work/lab.py": LAB.format(double=double, total=total),
        }
        for name, text in files.items():
            (lab / name).parent.mkdir(parents=True, exist_ok=True)
            (lab / name).write_text(text, encoding="utf-8")
        given = [
            f"--submission={lab / 'work'}",
            "--isolation",
            "process",
            "--report-dir",
            tmp_path / "out",
            "--no-page",
        ]
        nursery = ["--nursery", nursery_socket] if nursery_socket else []
        done = run_pytest(lab, "-p", "graders.harness.plugin", *given, *nursery, *options)
        assert (tmp_path / "out" / "report.json").is_file(), done.stdout
        return done.returncode, done.stdout, json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))

    return grade


def statuses(report: dict[str, Any]) -> dict[str, str]:
    """Return what became of each part's only check."""
    return {part["name"]: part["checks"][0]["status"] for part in report["parts"]}


@pytest.mark.parametrize("options", [(), ("-p", "xdist", "-n", "1")], ids=["alone", "xdist"])
def test_fault_that_correct_work_does_not_meet_is_the_submissions(graded, options):
    """The check fails and says what it asked last and where that stands; no other part loses by it."""
    code, output, report = graded(*options, double="return 0")
    assert (code, report["status"], report["score"]) == (1, "graded", 4)
    assert statuses(report) == {"double": "failed", "total": "passed"}
    check = report["parts"][0]["checks"][0]
    assert (check["where"]["file"], check["where"]["line"], check.get("credit", 0)) == ("lab.py", 1, 0)
    assert "double(3)" in check["message"]
    assert "ZeroDivisionError" in check["message"]
    assert re.search(r"CheckFault: test_double met ZeroDivisionError at \S+; correct functions do not", output)


def test_fault_that_correct_work_meets_is_ours(graded):
    """It is void, whatever the submission is."""
    for double in (DOUBLE, "return 0"):
        code, _, report = graded(double=double, check_double='lab.call("double", 3); 1 / 0')
        assert (code, report["status"], report["score"]) == (3, "void", None)
        assert statuses(report)["double"] == "void"


def test_fault_cannot_be_tried_where_correct_work_fails(graded):
    """Where the lab's own functions cannot do it either, nobody knows whose fault it is."""
    code, _, report = graded(double="return 0", correct="def total(numbers):\n    return 2 * sum(numbers)\n")
    assert (code, statuses(report)["double"]) == (3, "void")


def test_fault_in_a_look_at_soundness_makes_a_function_unsound(graded):
    """A stand-in takes its place in other parts."""
    _, _, report = graded(double="return 0")
    assert report["parts"][1]["checks"][0]["standins"] == ["double"]


def test_fault_by_another_parts_function_costs_that_part_alone(graded):
    """Seen sound, a function may still upset a check of another part: that one is run with a stand-in then."""
    code, _, report = graded(double="return n and 2 * n * (n != 9)", check_total='6 / lab.call("total", [9]).value')
    assert (code, statuses(report)) == (0, {"double": "passed", "total": "passed"})
    _, _, report = graded(total="return 0")
    assert statuses(report) == {"double": "passed", "total": "failed"}


def test_fault_of_a_check_without_a_view_of_the_submission_is_ours(graded):
    """There is nothing to try it with."""
    body = "pass\n\n@pytest.fixture\ndef lab():\n    return None\n\ndef test_double(lab):\n    1 / 0"
    code, _, report = graded(check_double=body)
    assert (code, statuses(report)["double"]) == (3, "void")


def test_check_that_times_something_is_run_once_more(graded):
    """pytest-benchmark's fixture serves one run only, so another one takes its place."""
    timing = "benchmark.pedantic(lambda: 1, setup=lambda: None, teardown=lambda: None, rounds=1)"
    body = f"pass\n\ndef test_double(lab, benchmark):\n    {timing}\n    benchmark.stats.update(0.1)\n    {BY_DOUBLE}"
    code, _, report = graded("-p", "benchmark", double="return 0", check_double=body)
    assert (code, statuses(report)["double"]) == (1, "failed")
