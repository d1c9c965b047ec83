"""The table of all students: its columns, a student's row as compact JSON, and what the script needs besides."""

from __future__ import annotations

import json
import unicodedata
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .charts import number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .class_data import ClassData, Counted, Student

# What became of a student's hand-in, in the order in which a table sorts it.
OUTCOMES = ("graded", "partial", "not_loadable", "timed_out", "killed", "void", "failed", "waiting", "missing")
FLAGS = ("late", "suspicious", "changed", "noted", "alike", "remarked")
MAX_NOTE = 200  # characters of notes and reasons in the table


def address(student: Student) -> str:
    """Return the address of a student's page beside this one, percent-encoded; nothing where there is none."""
    return quote(student.page.lstrip("/"), safe="/", errors="surrogateescape")


def flags(data: ClassData) -> list[tuple[str, ...]]:
    """Return what is to be marked about each student, of FLAGS."""
    grouped = {member for group in data.groups for member in group.members}
    return [
        tuple(flag for flag, is_set in zip(FLAGS, _set(one, place in grouped), strict=True) if is_set)
        for place, one in enumerate(data.students)
    ]


def _set(one: Student, alike: bool) -> tuple[bool, ...]:
    return one.late, bool(one.suspicious), one.changed, bool(one.notes), alike, one.remarked


def said(one: Student) -> str:
    """Return what the table says below a student's name: notes of the teacher's, or why there is no grade."""
    return " · ".join([*one.notes, *([one.why] if one.why else [])])[:MAX_NOTE]


def by_name(students: Sequence[Student]) -> list[int]:
    """Return the places of students in the order of their names, as people sort them: 2 before 10."""
    return sorted(range(len(students)), key=lambda place: _natural(students[place].student))


def _natural(name: str) -> list[tuple[int, int, str]]:
    pieces, digits = list[tuple[int, int, str]](), ""
    for letter in unicodedata.normalize("NFC", name.casefold()) + " ":
        if letter.isdecimal():
            digits += letter
            continue
        if digits:
            pieces.append((0, int(digits[:18]), digits))
            digits = ""
        pieces.append((1, 0, letter))
    return pieces


def payload(data: ClassData, words: Mapping[str, str]) -> str:
    """Return what the page's script needs, as JSON that nothing in it can break out of."""
    order = by_name(data.students)
    marked = flags(data)
    raised: dict[int, list[int]] = {}
    for place, one in enumerate(data.raised):
        for student in one.students:
            raised.setdefault(student, []).append(place)
    outcomes = [*OUTCOMES, *sorted({one.outcome for one in data.students} - set(OUTCOMES))]
    values = {
        "words": {key: words[key] for key in ("shown", "rows", "nobody")},
        "outcomes": [outcome(name, words) for name in outcomes],
        "flags": [words[f"flag_{flag}"] for flag in FLAGS],
        "kinds": FLAGS,
        "most": [part.worth for part in data.parts],
    }
    rows = ",".join(_json(_row(data, place, outcomes, marked[place], raised.get(place, []))) for place in order)
    return f'{_json(values)[:-1]},"rows":[{rows}]}}'


def _json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def outcome(name: str, words: Mapping[str, str]) -> str:
    """Return what became of a hand-in in words."""
    return words["graded"] if name == "graded" else words.get(f"is_{name}", name)


def _row(
    data: ClassData, place: int, outcomes: Sequence[str], marked: Sequence[str], raised: Sequence[int]
) -> list[Any]:
    one = data.students[place]
    row = [
        one.student,
        one.name,
        address(one),
        outcomes.index(one.outcome),
        _short(one.points),
        [_short(points) for points in one.parts],
        _short(one.ratio),
        _short(one.accuracy, 3),
        sum(1 << FLAGS.index(flag) for flag in marked),
        said(one),
        list(one.mistakes),
        failed(one.letters),
        list(raised),
    ]
    while row[-1] in ([], "", None, 0):  # the script takes what is not there for nothing
        row.pop()
    return row


def failed(letters: str) -> str:
    """Return which checks a student failed, as hexadecimal digits, each of four checks, the first one's bit highest."""
    bits = "".join("1" if letter == "f" else "0" for letter in letters)
    bits += "0" * (-len(bits) % 4)
    return "".join(f"{int(bits[at : at + 4], 2):x}" for at in range(0, len(bits), 4)) if "1" in bits else ""


def _short(value: float | None, digits: int = 2) -> float | int | None:
    if value is None:
        return None
    rounded = round(value, digits)
    return int(rounded) if rounded == int(rounded) else rounded


def told(points: float | None) -> str:
    """Return points for a cell; a dash where there are none."""
    return "-" if points is None else number(points)


def common(counted: Sequence[Counted]) -> list[tuple[int, Counted]]:
    """Return what happened to students with its place, the commonest first."""
    return sorted(enumerate(counted), key=lambda pair: (-len(pair[1].students), pair[1].title))
