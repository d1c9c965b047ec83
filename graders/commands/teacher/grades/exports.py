"""Tables of a class for spreadsheets and learning systems: one row a student, sorted, whatever became of them.

Canvas (lib/gradebook_importer.rb of its source) knows a student by its own ID and an assignment by `Name (ID)`, and has
a row of the points possible. Moodle's grading worksheet (mod/assign/feedback/offline) knows "Participant N"; its
gradebook's import maps any column, ID number and e-mail address among them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from graders.harness.base import files
from graders.harness.render import csv_row
from graders.harness.render.csv_row import IDENTIFYING, cell, line, number

from .pages import PAGE, REPORT, standing
from .results import Outcome, WordKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from .results import Result

POINTS_POSSIBLE = "    Points Possible"  # as Canvas itself writes it
UNCHANGED = "-"  # Moodle's for a grade that nobody has given yet


def table(results: Callable[[], Iterable[Result]], assignment: str) -> Iterator[str]:
    """Yield the lines of a table for people, with all that a gradebook knows; `results` is gone through twice."""
    parts = _parts(results())
    head = ["Student", "Name", "Points", "Maximum", *(f"{assignment}: {part}" for part in parts)]
    yield line(
        map(cell, [*head, "Status", "Late", "Attempts", "Set by teacher", "Notes", "Graded at", "Feedback file"])
    )
    for result in results():
        marks = {mark.name: number(mark.points) for mark in result.marks} if result.points is not None else {}
        said = "; ".join(standing(word) for word in result.words if word.kind is not WordKind.NOTE)
        facts = [
            result.outcome.value,
            "late" if result.late else "",
            str(result.attempts),
            said,
            "; ".join(result.notes),
        ]
        points = [number(result.points), number(result.max_points or None), *(marks.get(part, "") for part in parts)]
        who = [result.student, result.name]
        yield line([*map(cell, who), *points, *map(cell, facts), result.graded_at, cell(page_of(result))])


def canvas(results: Callable[[], Iterable[Result]], assignment: str) -> Iterator[str]:
    """Yield the lines of a table that Canvas imports. Who has no grade has an empty cell, which leaves Canvas's."""
    most = max((result.max_points for result in results()), default=0.0)
    yield line([*IDENTIFYING, cell(assignment)])
    yield line([POINTS_POSSIBLE, "", "", "", "", number(most)])
    for result in results():
        known = result.identities
        by_name = "" if "canvas" in known else result.student
        who = [
            result.name or result.student,
            known.get("canvas", ""),
            known.get("sid", by_name),
            known.get("email", known.get("login", by_name)),
            known.get("section", ""),
        ]
        yield line([*map(cell, who), number(result.points)])


def moodle(results: Callable[[], Iterable[Result]], assignment: str) -> Iterator[str]:
    """Yield the lines of a grading worksheet that Moodle imports, in English."""
    del assignment  # the worksheet is one's own
    yield line(
        ["Identifier", "Full name", "ID number", "Email address", "Status", "Grade", "Maximum Grade",
         "Grade can be changed", "Last modified (grade)", "Feedback comments"]
    )  # fmt: skip
    for result in results():
        known = result.identities
        participant = f"Participant {known['moodle']}" if "moodle" in known else ""
        number_of = known.get("sid", "" if participant else result.student)
        who = [participant, result.name, number_of, known.get("email", "")]
        points = [number(result.points), number(result.max_points or None)]
        said = "; ".join(standing(word) for word in result.words if word.kind is not WordKind.NOTE)
        yield line([*map(cell, who), result.outcome.value, *points, "Yes", UNCHANGED, cell(said)])


def jsonl(results: Callable[[], Iterable[Result]], assignment: str) -> Iterator[str]:
    """Yield a line of JSON a student, with all that is known; points are null without a grade."""
    for result in results():
        graded = result.points is not None
        row = {
            "student": result.student,
            "name": result.name,
            "assignment": assignment,
            "outcome": result.outcome,
            "why": result.why,
            "params": dict(result.params),
            "points": result.points,
            "judged": result.judged,
            "max_points": result.max_points,
            "parts": [
                {"name": mark.name, "title": mark.title, "status": mark.status, "judged": mark.judged}
                | {"points": mark.points if graded else None, "max_points": mark.max_points}
                for mark in result.marks
            ],
            "late": result.late,
            "attempts": result.attempts,
            "identities": dict(result.identities),
            "set_by_teacher": [
                {"kind": word.kind, "part": word.part, "value": word.value, "percent": word.percent, "why": word.text}
                | {"at": word.at}
                for word in result.words
                if word.kind is not WordKind.NOTE
            ],
            "notes": list(result.notes),
            "suspicions": result.suspicions,
            "graded_at": result.graded_at,
            "key": result.key.plain if result.key else None,
            "report": f"{result.folder}/{REPORT}" if result.key and result.marks else "",
            "page": page_of(result),
        }
        yield json.dumps(row, ensure_ascii=False) + "\n"


def put_into_table(path: Path, results: Iterable[Result], lab: str, parts: Sequence[str], language: str = "en") -> None:
    """Put a row a student into the table that `pytest graders --csv` writes, whatever became of them.

    Raises ConfigurationError where it has other columns, and OSError.
    """
    rows = (
        csv_row.row(
            result.student,
            result.points,
            {mark.name: mark.points for mark in result.marks},
            result.max_points,
            result.outcome.value,
            page_of(result),
            parts,
        )
        for result in results
    )
    files.put_rows(path, csv_row.header(lab, parts), rows, language)


FORMATS = {"csv": table, "canvas": canvas, "moodle": moodle, "jsonl": jsonl}


def page_of(result: Result) -> str:
    """Return the path of a student's page below the folder of reports; empty where nothing was judged."""
    judged = result.marks and result.outcome not in (Outcome.MISSING, Outcome.NOT_LOADABLE)
    return f"{result.folder}/{PAGE}" if judged else ""


def _parts(results: Iterable[Result]) -> list[str]:
    """Return the names of all parts that somebody was judged by, in the order in which they come."""
    return list(dict.fromkeys(mark.name for result in results for mark in result.marks))
