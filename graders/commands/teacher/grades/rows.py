"""Rows of the gradebook's tables, and the values that they stand for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from .keys import Key
from .results import Mark, Outcome, Result, Word, WordKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from graders.commands.teacher.handed_in.hand_in import Entry, HandIn

ADD_STUDENT = """
INSERT INTO students (student, class, present, state, name, late, attempts, identities, path, folder, why, params)
VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (student) DO UPDATE SET class = excluded.class, present = 1, state = excluded.state, name = excluded.name,
    late = excluded.late, attempts = excluded.attempts, identities = excluded.identities, path = excluded.path,
    folder = excluded.folder, why = excluded.why, params = excluded.params
"""
ADD_UNKNOWN = """
INSERT OR IGNORE INTO students
    (student, class, present, state, name, late, attempts, identities, path, folder, why, params)
VALUES (?, '', 1, 'waiting', '', 0, 1, '{}', '', ?, '', '{}')
"""
ADD_RESULT = """
INSERT INTO results
    (student, run, at, outcome, why, params, key, seconds, score, max_score, marks, suspicions, report)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
ADD_WORD = "INSERT INTO words (student, kind, text, at, part, value, percent) VALUES (?, ?, ?, ?, ?, ?, ?)"
WORDS = "SELECT student, kind, text, at, part, value, percent, undone_at FROM words"
_COLUMNS = """
SELECT students.student, state, name, late, attempts, identities, students.why, students.params, again, folder,
    results.id, at, outcome, results.why, results.params, key, seconds, score, max_score, marks, suspicions
"""
CURRENT = f"{_COLUMNS} FROM students LEFT JOIN results ON results.id = students.result"
HISTORY = f"{_COLUMNS} FROM results JOIN students ON students.student = results.student"
SETTLED = (Outcome.TIMED_OUT, Outcome.KILLED, Outcome.NOT_LOADABLE)  # what another grading would find again
STATES = (Outcome.MISSING, Outcome.NOT_LOADABLE)  # in which there is nothing to be graded, whatever was before


def of_hand_in(one: HandIn, state: Outcome, place: str, folder: str) -> tuple[object, ...]:
    """Return the values of ADD_STUDENT for a hand-in, or for none."""
    facts = (one.name, one.late, one.attempts, json.dumps(dict(one.identities)), str(one.path))
    return one.student, place, state, *facts, folder, "", "{}"


def of_entry(entry: Entry, place: str, folder: str) -> tuple[object, ...]:
    """Return the values of ADD_STUDENT for a hand-in that nobody here reads."""
    facts = ("", False, 1, "{}", entry.name)
    return entry.student, place, Outcome.NOT_LOADABLE, *facts, folder, entry.why, json.dumps(dict(entry.params))


@dataclass(frozen=True, slots=True)
class Judged:
    """What tables need of a report.json, or of none. `parts` are those that were judged; None where that is settled."""

    outcome: Outcome
    parts: frozenset[str] | None
    at: str = ""
    columns: tuple[object, ...] = (None, 0.0, "[]", 0)  # score, max_score, marks, suspicions

    @classmethod
    def of(cls, report: str | None, outcome: Outcome | None) -> Judged:
        """Read a report. Raises ValueError where there is neither report nor outcome."""
        if report is None:
            if outcome is None:
                raise ValueError("a result is a report, or an outcome")
            return cls(outcome, None if outcome in SETTLED else frozenset())
        plain = json.loads(report)
        parts: Sequence[dict[str, Any]] = plain["parts"]
        marks = [[part.get(name) for name in ("name", "title", "status", "points", "max_points")] for part in parts]
        judged = None if outcome in SETTLED else frozenset(p["name"] for p in parts if p["status"] != "void")
        columns = (plain["score"], plain["max_score"], json.dumps(marks, ensure_ascii=False))
        found = outcome or Outcome(plain["status"])
        return cls(found, judged, plain.get("graded_at", ""), (*columns, len(plain.get("suspicions", ()))))


def result(row: Sequence[Any], text: Callable[[int], str | None], *, past: bool = False) -> Result:
    """Return the row of CURRENT, or of HISTORY if `past`, as a result, whose report `text` reads."""
    student, state, name, late, attempts, identities, why, params, again, folder, number, *judged = row
    known: dict[str, Any] = {
        "name": name, "late": bool(late), "attempts": attempts, "identities": _mapping(identities), "folder": folder,
        "again": _set(again),
    }  # fmt: skip
    if number is None or (state in STATES and not past):
        return Result(student, Outcome(state), why=why, params=_mapping(params), **known)
    at, outcome, why, params, key, seconds, score, most, marks, suspicions = judged
    return Result(
        student,
        Outcome(outcome),
        why=why,
        params=_mapping(params),
        key=Key(**json.loads(key)),
        graded_at=at,
        seconds=seconds,
        judged=score,
        points=score,
        max_points=most,
        marks=_marks(marks),
        suspicions=suspicions,
        _text=partial(text, number),
        **known,
    )


# Most of a class have the same of these.


@lru_cache(maxsize=64)
def _mapping(text: str) -> Mapping[str, str]:
    return MappingProxyType(json.loads(text))


@lru_cache(maxsize=64)
def _set(text: str) -> frozenset[str]:
    return frozenset(json.loads(text))


@lru_cache(maxsize=1_000)
def _marks(text: str) -> tuple[Mark, ...]:
    return tuple(Mark(who, title or who, status, got, got, of) for who, title, status, got, of in json.loads(text))


def word(row: Sequence[Any]) -> Word:
    """Return the row of WORDS, without the student, as a word."""
    kind, text, at, part, value, percent, undone_at = row
    return Word(WordKind(kind), text, at, part, value, bool(percent), undone_at)
