"""What became of each entry of a class's folder, a line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graders.commands.teacher.grades.reasons import why
from graders.commands.teacher.grades.results import Outcome
from graders.commands.teacher.handed_in.hand_in import Kind
from graders.harness.render.tame import name as one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graders.commands.teacher.grades.results import Result
    from graders.commands.teacher.grades.store import Gradebook
    from graders.commands.teacher.handed_in.hand_in import Entry
    from graders.harness.judge.messages import Messages


def of_class(book: Gradebook, messages: Messages) -> Iterator[tuple[str, bool]]:
    """Yield a line for each student and each other entry, and whether a hand-in of it has no grade."""
    told = set[str]()
    for result in book.results():
        if result.outcome is Outcome.NOT_LOADABLE:
            told.add(result.student)
        yield of_result(result, messages), is_ungraded(result)
    for entry in book.entries():
        if entry.kind is not Kind.HAND_IN and not (entry.kind is Kind.NOT_LOADABLE and entry.student in told):
            yield of_entry(entry, messages), entry.kind is Kind.NOT_LOADABLE and not entry.student


def is_ungraded(result: Result) -> bool:
    """Tell whether something was handed in and has no points, not by a teacher's word either."""
    return result.points is None and result.outcome is not Outcome.MISSING


def of_result(result: Result, messages: Messages) -> str:
    """Return a student's line: number, name, points or what became of the hand-in, and what teachers have to know."""
    said = list[str]()
    if result.points is not None:
        said.append(f"{result.points:g} / {result.max_points:g}")
        if result.words and result.points != result.judged:
            said.append(messages.text("runs", "by_a_word"))
    reason = why(result.why, result.params, messages)
    if result.outcome is Outcome.NOT_LOADABLE or not (reason or result.outcome is Outcome.GRADED):
        reason = ": ".join(filter(None, (messages.text("runs", f"now_{result.outcome}"), reason)))
    if reason:
        said.append(reason)
    if result.late and result.points is not None:
        said.append(messages.text("runs", "late"))
    if result.attempts > 1:
        said.append(messages.text("runs", "attempts", count=result.attempts))
    return f"{one_line(result.called)}  {'  '.join(said)}"


def of_entry(entry: Entry, messages: Messages) -> str:
    """Return the line of what is nobody's hand-in that counts."""
    said = messages.text("runs", f"kind_{entry.kind}", student=entry.student)
    return f"{entry.name}  " + ": ".join(filter(None, (said, why(entry.why, entry.params, messages))))
