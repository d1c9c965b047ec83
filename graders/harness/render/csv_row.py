"""A row of a gradebook: who, the score, each part's points, the file with the feedback.

Columns: Canvas wants its five identifying ones by these names, then one an assignment (Canvas guides, "How do I import
grades in the Gradebook?"); Moodle lets its user say which column is the identifier and which the grade.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from .tame import name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from graders.harness.base.tamed import Tamed


IDENTIFYING = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
# How a cell begins that a spreadsheet would compute; the wide signs are so read where people write with wide letters.
FORMULAS = tuple("=+-@＝＋－＠")  # noqa: RUF001  # they are meant


def header(lab: str, parts: Iterable[str]) -> str:
    """Return the line of the columns' names, for a lab and the names of its parts."""
    points = [cell(f"{lab}: {part}") for part in parts]
    return line([*IDENTIFYING, cell(lab), *points, "Maximum", "Status", "Feedback file"])


def render(report: Tamed, feedback: str = "", parts: Iterable[str] = ()) -> str:
    """Return the report's row; without a grade its points are empty, which leaves a gradebook as it is.

    `feedback` is the path of the page, for whoever hands it out; `parts` are the table's, where not the report's alone.
    """
    got = {part.name: part.points for part in report.parts}
    return row(report.student, report.score, got, report.max_score, report.status, feedback, parts or got)


def row(
    student: str,
    score: float | None,
    points: Mapping[str, float],
    most: float,
    status: str,
    feedback: str,
    parts: Iterable[str],
) -> str:
    """Return a student's row, with the points of some parts in their order."""
    who = [cell(student), "", cell(student), cell(student), ""]
    of_parts = [points.get(part) if score is not None else None for part in parts]
    return line([*who, *map(number, [score, *of_parts]), number(most), cell(status), cell(feedback)])


def number(value: float | None) -> str:
    """Return points as a cell; empty without a grade."""
    return "" if value is None else f"{round(value, 2):.10g}"


def cell(text: str) -> str:
    """Return one short line that no spreadsheet computes."""
    shown = name(text)
    return f"'{shown}" if shown.startswith(FORMULAS) else shown


def line(cells: Iterable[str]) -> str:
    """Return cells as a line of a table."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerow(cells)
    return written.getvalue()
