"""Another lab has clues, stand-ins, soundness and `batch` of the engine's, and writes none of it again."""

from __future__ import annotations

import importlib
import json
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from graders.commands import report
from graders.commands.teacher import batch, mistakes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graders.harness.judge.lab import LabSpec

LAB = Path(__file__).parents[1] / "second_lab" / "doubling"
RIGHT = "def double(n):\n    return 2 * n\n\n\ndef total(numbers):\n    return sum(double(n) for n in numbers)\n"
CLASS = {
    "right": RIGHT,
    "tripled": RIGHT.replace("2 * n", "3 * n"),
    "off": RIGHT.replace("2 * n", "2 * n + 7"),
    "unwritten": RIGHT.replace("return 2 * n", "raise NotImplementedError"),
    "wrong-total": RIGHT.replace("sum(", "max("),
}


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabSpec]:
    """Lay the lab out as a repository of its own, under names that pytest looks for; these tests must not find them."""
    root = tmp_path_factory.mktemp("second")
    shutil.copytree(LAB, root / "doubling", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (root / "doubling").glob("check_*.py"):
        path.rename(path.with_name(path.name.replace("check_", "test_")))
    (root / "doubling" / "conftest_of_lab.py").rename(root / "doubling" / "conftest.py")
    (root / "conftest.py").write_text('pytest_plugins = ["graders.harness.plugin"]\n', encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(root)
        spec: LabSpec = importlib.import_module("doubling.spec").SPEC
        yield spec
    for name in [name for name in sys.modules if name.partition(".")[0] == "doubling"]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def reports(spec: LabSpec, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Grade a class of five."""
    folder = tmp_path_factory.mktemp("class")
    for name, text in CLASS.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    graded = batch.grade_all(batch.submissions(folder), folder.parent / "out", 2, ("-p", "no:benchmark"), spec)
    found = {}
    for one in graded:
        assert one.report is not None, one.output
        found[one.name] = one.report
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


def test_reports_are_rendered_again(spec: LabSpec, reports: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    """Every format has the lab's own words, though it draws no pictures."""
    (tmp_path / "report.json").write_text(json.dumps(reports["tripled"]), encoding="utf-8")
    seen = report.read(tmp_path / "report.json", spec)
    for name, render in report.formats(spec).items():
        text = render(seen, report.messages_for(seen, spec))
        assert name in ("csv", "junit") or "the number is tripled" in text, name


def test_its_mistakes_are_listed(spec: LabSpec) -> None:
    """As this lab's are: the command asks the LabSpec alone."""
    assert re.search(r"^ {4}tripled +the number is tripled$", mistakes.table(spec, "en", "double"), re.MULTILINE)


def test_the_lab_writes_nothing_of_the_engines_again() -> None:
    """It is small, and names nothing of MNIST's grader but the engine."""
    texts = [path.read_text(encoding="utf-8") for path in LAB.rglob("*.py")]
    assert sum(text.count("\n") for text in texts) < 130
    named = {line for text in texts for line in text.splitlines() if "import" in line and "graders" in line}
    assert {line for line in named if "graders.harness." not in line} == set()
