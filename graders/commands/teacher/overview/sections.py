"""What the page has above its table: whom to look at first, the hardest checks, extremes of speed, who is alike."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

from .charts import number
from .rows import FLAGS, OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .class_data import Check, ClassData, Part, Student

MAX_LISTED = 100  # students that a list names; the table has all of them
HARDEST = 5
EXTREMES = 5
ENOUGH = 0.995  # of a check's students: what nearly all passed is no hard one
ASKED = 0.2  # of a class: a check that fewer were asked says little about it
AWAY = 0.1  # from the median, as a share of it: less is no extreme speed; of accuracy, a tenth of that is one


@dataclass(frozen=True, slots=True)
class Mention:
    """A student in a list, with what is to be said there, and lines below."""

    student: Student
    text: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A list of students to look at. `chosen` is what shows the same ones in the table."""

    key: str
    mentions: Sequence[Mention]
    count: int
    chosen: str


def notices(data: ClassData, words: Mapping[str, str], notes: Mapping[str, str]) -> list[Notice]:
    """Return whom to look at first: what is not graded, then what stands out. `notes` has the suspicions' sentences."""
    found = [
        _notice(data, key, partial(_came_to, key), lambda one: Mention(one, one.why))
        for key in ("void", "failed", "not_loadable", "timed_out", "killed", "partial", "waiting", "missing")
    ]
    found += [
        _notice(data, "suspicious", lambda one: bool(one.suspicious), lambda one: _suspicion(one, words, notes)),
        _notice(data, "remarked", lambda one: one.remarked, lambda one: Mention(one, one.why)),
        _notice(data, "late", lambda one: one.late, lambda one: Mention(one, _attempts(one, words))),
        _notice(data, "changed", lambda one: one.changed, lambda one: Mention(one, _before(one, words))),
        _notice(data, "noted", lambda one: bool(one.notes), lambda one: Mention(one, lines=one.notes)),
    ]
    return [notice for notice in found if notice.count]


def _notice(
    data: ClassData, key: str, is_one: Callable[[Student], bool], mention: Callable[[Student], Mention]
) -> Notice:
    those = [one for one in data.students if is_one(one)]
    chosen = f"flag:{FLAGS.index(key)}" if key in FLAGS else f"outcome:{OUTCOMES.index(key)}"
    return Notice(key, [mention(one) for one in those[:MAX_LISTED]], len(those), chosen)


def _came_to(outcome: str, one: Student) -> bool:
    return one.outcome == outcome


def _suspicion(one: Student, words: Mapping[str, str], notes: Mapping[str, str]) -> Mention:
    lines = []
    for kind, what, place in one.suspicions:
        sentence = notes.get(f"suspicion_{kind}", kind)
        lines.append(": ".join(filter(None, (place, sentence, what))))
    if one.suspicious > len(lines):
        lines.append(words["and_more"].format(count=one.suspicious - len(lines)))
    return Mention(one, words["places"].format(count=one.suspicious), tuple(lines))


def _attempts(one: Student, words: Mapping[str, str]) -> str:
    return words["attempts"].format(count=one.attempts) if one.attempts > 1 else ""


def _before(one: Student, words: Mapping[str, str]) -> str:
    judged, points = ("-" if value is None else number(value) for value in (one.judged, one.points))
    return f"{points} ({words['was'].format(points=judged)})"


def hardest(data: ClassData) -> list[tuple[Part, Check]]:
    """Return the checks that the smallest shares of those asked have passed."""
    most = max((check.asked for part in data.parts for check in part.checks), default=0)
    found = [(part, check) for part in data.parts for check in part.checks if check.asked > ASKED * most]
    found = [pair for pair in found if pair[1].passed < ENOUGH * pair[1].asked]
    return sorted(found, key=lambda pair: pair[1].passed / pair[1].asked)[:HARDEST]


def extremes(students: Sequence[Student]) -> Iterator[tuple[str, list[Student]]]:
    """Yield lists of those who are slowest, fastest and least accurate, of students that have speed and accuracy."""
    if not students:
        return
    by_speed = sorted(students, key=lambda one: one.ratio or 0.0)
    speed, accuracy = (median(getattr(one, name) for one in students) for name in ("ratio", "accuracy"))
    slow, fast, poor = speed * (1 - AWAY), speed * (1 + AWAY), accuracy * (1 - AWAY / 10)
    yield "slowest", [one for one in by_speed[:EXTREMES] if (one.ratio or 0.0) < slow]
    yield "fastest", [one for one in by_speed[::-1][:EXTREMES] if (one.ratio or 0.0) > fast]
    poorest = sorted(students, key=lambda one: one.accuracy or 0.0)[:EXTREMES]
    yield "poorest", [one for one in poorest if (one.accuracy or 0.0) < poor]
