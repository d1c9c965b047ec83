"""Another lab has clues, stand-ins, soundness and `batch` of the engine's, and writes none of it again."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from doubling_lab import CLASS, LAB

from graders.commands import report
from graders.commands.teacher import mistakes
from graders.commands.teacher.runs.judged import Orders
from graders.commands.teacher.runs.local import Local
from graders.commands.teacher.runs.tasks import Task

if TYPE_CHECKING:
    from pathlib import Path

    from graders.harness.judge.spec import LabSpec

pytest_plugins = ["doubling_lab"]


@pytest.fixture(scope="module")
def reports(doubling: LabSpec, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Grade a class of five."""
    folder = tmp_path_factory.mktemp("class")
    for name, text in CLASS.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    tasks = [Task(name, folder / f"{name}.py") for name in CLASS]
    found = {}
    for done in Local(Orders(("-p", "no:benchmark")), 2, doubling).run(tasks):
        assert done.report is not None, done.output
        found[done.task.student] = json.loads(done.report)
    return found


def points(seen: dict[str, Any]) -> dict[str, float]:
    """Return the points of each part."""
    return {part["name"]: part["points"] for part in seen["parts"]}


def check(seen: dict[str, Any], part: str) -> dict[str, Any]:
    """Return the only check of a part."""
    (found,) = (part_["checks"] for part_ in seen["parts"] if part_["name"] == part)
    (only,) = found
    return dict(only)


def test_a_mistake_costs_its_own_part_and_is_named(reports: dict[str, dict[str, Any]]) -> None:
    """The part that needs a wrong function gets the lab's stand-in for it; the clue tells what is wrong."""
    assert points(reports["right"]) == {"double": 6, "total": 4}
    assert points(reports["tripled"]) == {"double": 0, "total": 4}
    assert check(reports["tripled"], "double")["mistake"] == "tripled"
    assert check(reports["tripled"], "total")["standins"] == ["double"]
    assert "the number is tripled" in check(reports["tripled"], "double")["message"]
    assert "what twice means" in check(reports["tripled"], "double")["message"]


def test_what_no_mistake_explains_has_no_name(reports: dict[str, dict[str, Any]]) -> None:
    """The plain difference is shown then."""
    assert points(reports["off"]) == {"double": 0, "total": 4}
    assert check(reports["off"], "double")["mistake"] is None
    assert "13" in check(reports["off"], "double")["message"]


def test_unwritten_and_wrong_work_cost_their_part(reports: dict[str, dict[str, Any]]) -> None:
    """What is not written gets a stand-in elsewhere; a wrong sum costs nothing of what it sums."""
    assert points(reports["unwritten"]) == {"double": 0, "total": 4}
    assert points(reports["wrong-total"]) == {"double": 6, "total": 0}


def test_reports_are_rendered_again(doubling: LabSpec, reports: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    """Every format has the lab's own words, though it draws no pictures."""
    (tmp_path / "report.json").write_text(json.dumps(reports["tripled"]), encoding="utf-8")
    seen = report.read(tmp_path / "report.json", doubling)
    for name, render in report.formats(doubling).items():
        text = render(seen, report.messages_for(seen, doubling))
        assert name in ("csv", "junit") or "the number is tripled" in text, name


def test_its_mistakes_are_listed(doubling: LabSpec) -> None:
    """As this lab's are: the command asks the LabSpec alone."""
    assert re.search(r"^ {4}tripled +the number is tripled$", mistakes.table(doubling, "en", "double"), re.MULTILINE)


def test_the_lab_writes_nothing_of_the_engines_again() -> None:
    """It is small, and names nothing of MNIST's grader but the engine."""
    texts = [path.read_text(encoding="utf-8") for path in LAB.rglob("*.py")]
    assert sum(text.count("\n") for text in texts) < 130
    named = {line for text in texts for line in text.splitlines() if "import" in line and "graders" in line}
    assert {line for line in named if "graders.harness." not in line} == set()
