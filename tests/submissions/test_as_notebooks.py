"""The corpora's submissions as notebooks, with what learners try out between: verdict, mistake, line are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from corpus import BUGS, bug_source, correct_sources
from layers import layered
from notebooks import made_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus import Bug

pytest_plugins = ["grading"]


def verdicts(report: dict[str, Any]) -> dict[str, tuple[str, object]]:
    """Return what became of each check, and the mistake that was named."""
    return {check["name"]: (check["status"], check["mistake"]) for part in report["parts"] for check in part["checks"]}


def lines(report: dict[str, Any], of: dict[tuple[int, int], int] | None = None) -> dict[str, tuple[int, str] | None]:
    """Return the script's line at which each check failed, and its text; `of` leads there from the cells' lines."""
    checks = [check for part in report["parts"] for check in part["checks"]]
    places = {check["name"]: (check["where"], check["source_line"]) for check in checks}
    return {
        name: where and (of[where["cell"], where["line"]] if of else where["line"], text)
        for name, (where, text) in places.items()
    }


@pytest.mark.parametrize("correct", layered({name: name for name in correct_sources()}, few=0, some=1))
def test_correct_work_in_a_notebook_gets_full_marks(correct: str, grade: Callable[..., dict[str, Any]]) -> None:
    """Whatever else a notebook tries out, its functions are graded as those of a script are."""
    report = grade(correct, made_of(correct_sources()[correct].read_text(encoding="utf-8")).text, "hw7.ipynb")
    failed = {name: verdict for name, verdict in verdicts(report).items() if verdict[0] not in ("passed", "skipped")}
    assert failed == {}
    assert report["score"] == report["max_score"]


@pytest.mark.parametrize("bug", layered({bug.name: bug for bug in BUGS[::8]}, few=0, some=1))
def test_a_bug_in_a_notebook_is_told_as_in_a_script(bug: Bug, grade: Callable[..., dict[str, Any]]) -> None:
    """The same checks fail, for the same mistake, at the same line: that of the cell."""
    made = made_of(bug_source(bug))
    script, notebook = grade(bug.name, bug_source(bug)), grade(bug.name, made.text, "lab.ipynb")
    assert verdicts(notebook) == verdicts(script)
    assert lines(notebook, made.lines) == lines(script)
