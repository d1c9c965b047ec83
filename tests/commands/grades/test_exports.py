"""Tables for learning systems: one row a student, whatever became of them, under their own identities."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest

from graders.commands.teacher.grades import exports
from graders.commands.teacher.grades.results import Word, WordKind
from graders.harness.base import files
from graders.harness.render import csv_row
from graders.harness.render.tame import tame

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from graders.commands.teacher.grades.store import Gradebook
    from graders.harness.base.model import Report

EVERYBODY = ["101", "202", "=cmd()", "doc", "gone", "slow", "unlucky"]
LOST = "96"  # of 100: the mean weighs 4 of 12


def rows(book: Gradebook, to: str, assignment: str = "Lab 7-2 (55)") -> list[dict[str, str]]:
    """Return a table's rows."""
    return list(csv.DictReader(io.StringIO("".join(exports.FORMATS[to](book.results, assignment)))))


def test_everybody_is_in_the_table_once_sorted(classroom: Gradebook) -> None:
    read = rows(classroom, "csv", "lab")
    assert [row["Student"] for row in read] == [f"'{name}" if name == "=cmd()" else name for name in EVERYBODY]
    assert [row["Points"] for row in read] == [LOST, "100", "100", "", "", "", ""]
    assert [row["Status"] for row in read] == [
        "graded", "graded", "graded", "not_loadable", "missing", "timed_out", "void",
    ]  # fmt: skip
    assert (read[0]["lab: loss"], read[0]["lab: data"], read[6]["lab: data"]) == ("8", "8", "")
    assert (read[1]["Late"], read[1]["Attempts"], read[1]["Name"]) == ("late", "3", "이지우")
    assert (read[0]["Feedback file"], read[3]["Feedback file"]) == ("101/report.html", "")


def test_canvas_has_its_own_columns_and_identities(classroom: Gradebook) -> None:
    read = rows(classroom, "canvas")
    assert list(read[0]) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Lab 7-2 (55)"]
    assert (read[0]["Student"], read[0]["Lab 7-2 (55)"]) == ("    Points Possible", "100")
    assert list(read[1].values()) == ["Kim Minsu", "101", "S1", "kim@school.example", "", LOST]
    slow = next(row for row in read if row["Student"] == "slow")
    assert list(slow.values()) == ["slow", "", "slow", "slow", "", ""]
    assert len(read) == 1 + len(EVERYBODY)


def test_moodle_has_its_own_columns_and_identities(classroom: Gradebook) -> None:
    classroom.say("202", Word(WordKind.OVERRIDE, "right by another way", "2026-03-02T10:00:00Z", "loss", 12))
    classroom.say("202", Word(WordKind.NOTE, "talk to her", "2026-03-02T10:00:00Z"))
    read = rows(classroom, "moodle")
    for column in ("Identifier", "Grade", "Last modified (grade)"):  # without which Moodle takes no worksheet
        assert column in read[0]
    second = read[1]
    assert (second["Identifier"], second["Full name"], second["Grade"]) == ("Participant 202", "이지우", "100")
    assert (second["Maximum Grade"], second["ID number"]) == ("100", "")
    assert second["Feedback comments"] == "set to 12 points for loss: right by another way"
    assert (read[0]["Identifier"], read[0]["Email address"], read[0]["ID number"]) == ("", "kim@school.example", "S1")
    assert [row["Grade"] for row in read[3:]] == ["", "", "", ""]


def test_json_has_all_that_is_known(classroom: Gradebook) -> None:
    classroom.say("101", Word(WordKind.LATE, "", "2026-03-02T10:00:00Z", "", 10, percent=True))
    read = [json.loads(line) for line in exports.jsonl(classroom.results, "lab")]
    assert [row["student"] for row in read] == EVERYBODY
    first = read[0]
    assert (first["judged"], first["points"], first["max_points"]) == (96, 86.4, 100)
    assert first["set_by_teacher"][0] | {"at": ""} == {
        "kind": "late", "part": "", "value": 10, "percent": True, "why": "", "at": "",
    }  # fmt: skip
    assert {part["name"]: part["points"] for part in first["parts"]}["loss"] == 8
    assert (read[3]["outcome"], read[3]["why"], read[3]["points"]) == ("not_loadable", "word", None)


def test_the_table_of_single_runs_has_each_student_once(
    classroom: Gradebook, tmp_path: Path, make: Callable[..., Report]
) -> None:
    """Who was graded alone before, and then with the class, has one row; so has who handed in nothing."""
    table, parts = tmp_path / "grades.csv", [part.name for part in make().parts]
    alone = tame(make("101"))
    files.put_rows(table, csv_row.header(alone.lab, parts), [csv_row.render(alone), csv_row.render(tame(make("zoe")))])
    for _ in range(2):
        exports.put_into_table(table, classroom.results(), alone.lab, parts)
    with table.open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file))
    assert [row["Student"] for row in read] == ["101", "zoe", "202", "'=cmd()", "doc", "gone", "slow", "unlucky"]
    first, missing = read[0], read[5]
    assert (first["mnist-softmax"], first["mnist-softmax: loss"], first["Status"]) == (LOST, "8", "graded")
    assert (missing["mnist-softmax"], missing["mnist-softmax: loss"], missing["Status"]) == ("", "", "missing")


@pytest.mark.parametrize("to", sorted(exports.FORMATS))
def test_an_empty_class_has_an_empty_table(book: Gradebook, to: str) -> None:
    assert len(list(exports.FORMATS[to](book.results, "lab"))) == {"jsonl": 0, "canvas": 2}.get(to, 1)
