"""What a gradebook holds, as text for a teacher's terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graders.harness.render.csv_row import number
from graders.harness.render.tame import name as one_line
from graders.harness.render.terminal import columns, pad

from .exports import page_of
from .pages import standing
from .reasons import why
from .results import Outcome, WordKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from graders.harness.judge.messages import Messages

    from .results import Result, Word

SET = "*"  # beside points that a teacher has set


def table(results: Iterable[Result]) -> Iterator[str]:
    """Yield a line a student: number and name, the points or what became of it, and what is to be known besides."""
    rows = [(one_line(result.called), _points(result), "  ".join(_remarks(result))) for result in results]
    widths = [max((columns(row[column]) for row in rows), default=0) for column in (0, 1)]
    for student, points, remarks in rows:
        yield f"{pad(student, widths[0])}  {pad(points, widths[1])}  {remarks}".rstrip()


def details(result: Result, messages: Messages) -> Iterator[str]:
    """Yield all that is known of a student."""
    yield from (f"{label:<10} {one_line(value)}" for label, value in _facts(result, messages) if value)
    if result.marks:
        yield ""
        yield from _parts(result)
    if result.words:
        yield ""
        yield from (f"{one_line(standing(word))} ({word.at})" for word in result.words)


def history(results: Sequence[Result], words: Sequence[Word]) -> Iterator[str]:
    """Yield what has become of a student's submissions and what was said of them, the oldest first."""
    told = [(result.graded_at, _judged(result)) for result in results]
    told += [(word.at, f"teacher: {standing(word)}") for word in words]
    told += [(word.undone_at, f"teacher: undone: {standing(word)}") for word in words if word.undone_at]
    yield from (f"{at}  {one_line(text)}" for at, text in sorted(told, key=lambda row: row[0]))


def _points(result: Result) -> str:
    if result.points is None:
        return result.outcome.value.replace("_", " ")
    star = SET if any(word.kind is not WordKind.NOTE for word in result.words) else ""
    return f"{number(result.points)} / {number(result.max_points)}{star}"


def _remarks(result: Result) -> Iterator[str]:
    if result.late:
        yield "late"
    if result.attempts > 1:
        yield f"{result.attempts} attempts"
    if result.points is not None and result.outcome is not Outcome.GRADED:
        yield result.outcome.value.replace("_", " ")
    if result.suspicions:
        yield f"{result.suspicions} to look at"
    if result.again:
        yield "is judged again by the next run"
    yield from (f"note: {one_line(note)}" for note in result.notes)


def _facts(result: Result, messages: Messages) -> Iterator[tuple[str, str]]:
    yield "student", result.student
    yield "name", result.name
    yield "points", _points(result)
    yield "judged", number(result.judged) if result.judged != result.points else ""
    yield "outcome", result.outcome.value.replace("_", " ")
    yield "why", why(result.why, result.params, messages)
    yield "late", "yes" if result.late else ""
    yield "attempts", str(result.attempts) if result.attempts > 1 else ""
    yield "known as", ", ".join(f"{system} {identity}" for system, identity in sorted(result.identities.items()))
    yield "to look at", str(result.suspicions or "")
    yield (
        "again",
        "the next run judges " + ("all" if "*" in result.again else ", ".join(sorted(result.again)))
        if result.again
        else "",
    )
    yield "graded at", result.graded_at
    yield "page", page_of(result)


def _parts(result: Result) -> Iterator[str]:
    width = max(columns(mark.name) for mark in result.marks)
    for mark in result.marks:
        was = f"  set by teacher, judged {number(mark.judged)}" if mark.points != mark.judged else ""
        yield f"{pad(mark.name, width)}  {number(mark.points)} / {number(mark.max_points)}  {mark.status}{was}"


def _judged(result: Result) -> str:
    if result.judged is None:
        return result.outcome.value.replace("_", " ")
    return f"{number(result.judged)} / {number(result.max_points)}"
