"""A student's result as tables show it: what was judged, and what it is by a teacher's word."""

from __future__ import annotations

import json
from collections.abc import Mapping  # noqa: TC003  # what the gradebook holds is built by its annotations
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from .keys import Key


class Outcome(StrEnum):
    """What became of a student's hand-in."""

    GRADED = "graded"
    PARTIAL = "partial"  # some parts are judged, the others wait
    TIMED_OUT = "timed_out"  # took longer than a submission may
    KILLED = "killed"  # ended whoever graded it, again and again
    VOID = "void"  # our fault: no grade
    FAILED = "failed"  # left no report: ours, too
    NOT_LOADABLE = "not_loadable"  # in a form that nobody here reads
    MISSING = "missing"  # a roster has the student; nothing was handed in
    WAITING = "waiting"  # not graded yet


class WordKind(StrEnum):
    """What a word does."""

    OVERRIDE = "override"  # sets the points of a part, or of all
    LATE = "late"  # takes points, or a share of them, away
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Word:
    """One word. `part` is empty where it is about the whole; `value` are points, or percent where `percent` is set.

    `undone_at` is empty while it holds.
    """

    kind: WordKind
    text: str  # why, or the note
    at: str  # ISO 8601, UTC
    part: str = ""
    value: float = 0.0
    percent: bool = False
    undone_at: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A part's points: as judged, and as they stand, which a teacher's word may have changed."""

    name: str
    title: str
    status: str
    judged: float
    points: float
    max_points: float


@dataclass(frozen=True, slots=True)
class Result:
    """One student's row. Points are None without a grade.

    `judged` is the score of the last grading; `points` stands, by a teacher's word where `words` has any. `again` are
    the parts that a teacher wants judged once more. `folder` is the name of the student's folder of reports.
    """

    student: str
    outcome: Outcome
    name: str = ""
    late: bool = False
    attempts: int = 1
    identities: Mapping[str, str] = field(default_factory=dict)
    why: str = ""  # the key of a text, with its params
    params: Mapping[str, str] = field(default_factory=dict)
    key: Key | None = None
    graded_at: str = ""  # ISO 8601, UTC
    seconds: float = 0.0
    judged: float | None = None
    points: float | None = None
    max_points: float = 0.0
    marks: tuple[Mark, ...] = ()
    suspicions: int = 0
    words: tuple[Word, ...] = ()
    again: frozenset[str] = frozenset()
    folder: str = ""
    _text: Callable[[], str | None] = field(default=lambda: None, repr=False, compare=False)

    @property
    def called(self) -> str:
        """The student as every list has it: the number or user name, and the name where that is known besides."""
        return f"{self.student} {self.name}" if self.name not in ("", self.student) else self.student

    @property
    def text(self) -> str | None:
        """The report.json of the last grading, as the judge wrote it, read now; None where there is none."""
        return self._text()

    @property
    def report(self) -> dict[str, Any] | None:
        """The same as plain values, parsed now: whoever keeps it keeps all of it."""
        text = self.text
        return None if text is None else json.loads(text)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a teacher has noted."""
        return tuple(word.text for word in self.words if word.kind is WordKind.NOTE)
