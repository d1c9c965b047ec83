"""The page of a class whose results are in a gradebook: read a student at a time, each report once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from graders.commands.teacher.grades.exports import page_of
from graders.commands.teacher.grades.reasons import why
from graders.commands.teacher.handed_in.hand_in import Kind
from graders.spec import SPEC

from . import facts, page
from .gathered import Row, gather
from .marks import marks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from graders.commands.teacher.grades.results import Result
    from graders.commands.teacher.grades.store import Gradebook
    from graders.harness.judge.messages import Messages
    from graders.harness.judge.spec import LabSpec

    from .facts import Facts

FACTS, MARKS = "facts", "marks"  # the names of what is kept beside a student
AT_ONCE = 200  # values that are written to the gradebook together


class Drawn(NamedTuple):
    """A class's page. It is `whole` unless a hand-in was away that has never been compared: one that may come back."""

    text: str
    whole: bool


def draw(book: Gradebook, language: str, spec: LabSpec = SPEC, out: Path | None = None) -> Drawn:
    """Draw the page of a class. Raises ConfigurationError where there are no messages in the language.

    Of the students' pages those are linked that are in the folder of reports `out`, where that is given, else all.
    What it has to read of reports and hand-ins is kept in the gradebook, so that the next page reads new ones only.
    """
    messages = page.messages_in(language, spec)
    reading = _Reading(book, messages, spec, out)
    others = list(_others(book, messages))
    data = gather(reading.rows(), facts.order(spec), messages, page.ideas_of(spec), others)
    return Drawn(page.render(data, messages, reading.latest), reading.whole)


class _Reading:
    """One go through a gradebook."""

    def __init__(self, book: Gradebook, messages: Messages, spec: LabSpec, out: Path | None) -> None:
        self._book, self._messages, self._spec, self._out = book, messages, spec, out
        self._new: dict[str, list[tuple[str, str, bytes]]] = {FACTS: [], MARKS: []}
        self._remarks = {e.student: why(e.why, e.params, messages) for e in book.entries() if e.kind is Kind.HAND_IN}
        self._compared = set[int]()  # hashes of paths: what several have handed in together is one submission
        self._latest, self.whole = "", True

    @property
    def latest(self) -> str:
        """When the last result has come, for people."""
        return f"{self._latest[:16].replace('T', ' ')} UTC" if self._latest else ""

    def rows(self) -> Iterator[Row]:
        """Yield the class, a student at a time."""
        for result in self._book.results():
            self._latest = max(self._latest, result.graded_at)
            yield self._row(result)
        for name in self._new:
            self._keep(name)

    def _row(self, result: Result) -> Row:
        found = self._facts(result)
        return Row(
            student=result.student,
            outcome=result.outcome.value,
            facts=found,
            name=result.name,
            page=self._page(result),
            why=why(result.why, result.params, self._messages) or self._remarks.get(result.student, ""),
            points=result.points,
            judged=result.judged,
            most=result.max_points,
            parts={mark.name: mark.points for mark in result.marks if mark.points != mark.judged},
            late=result.late,
            attempts=result.attempts,
            notes=result.notes,
            marks=self._marks(result),
        )

    def _page(self, result: Result) -> str:
        path = page_of(result)
        return path if path and (self._out is None or (self._out / path).is_file()) else ""

    def _facts(self, result: Result) -> Facts | None:
        """Return what the page needs of a report; it is parsed where it is new, or this grader has other checks."""
        kept = self._book.kept.get(result.student, FACTS, result.graded_at) if result.graded_at else None
        found = facts.load(kept.decode(), self._spec) if kept else None
        if found is None and (report := result.report) is not None:
            found = facts.of(report, facts.order(self._spec))
            self._note(FACTS, result.student, result.graded_at, facts.dump(found, self._spec).encode())
        return found

    def _marks(self, result: Result) -> bytes:
        """Return the marks of a hand-in's code, as it was when it was last compared."""
        if result.key is None:
            return b""
        path, stamp = self._book.kept.path(result.student), result.key.submission
        if path is not None and hash(path) in self._compared:
            return b""
        self._compared.add(hash(path))
        kept = self._book.kept.get(result.student, MARKS, stamp)
        if kept is None:
            if path is None or not path.exists():
                self.whole = False
                return b""
            kept = marks(path, self._spec)
            self._note(MARKS, result.student, stamp, kept)
        return kept

    def _note(self, name: str, student: str, stamp: str, value: bytes) -> None:
        self._new[name].append((student, stamp, value))
        if len(self._new[name]) >= AT_ONCE:
            self._keep(name)

    def _keep(self, name: str) -> None:
        if self._new[name]:
            self._book.kept.put(name, self._new[name])
            self._new[name] = []


def _others(book: Gradebook, messages: Messages) -> Iterator[tuple[str, str]]:
    """Yield what of the class's folder is nobody's row, with what it is."""
    for entry in book.entries():
        if entry.kind is Kind.NO_SUBMISSION or (entry.kind is Kind.NOT_LOADABLE and not entry.student):
            yield entry.name, why(entry.why, entry.params, messages)
