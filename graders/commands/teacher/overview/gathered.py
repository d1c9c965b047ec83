"""A class as its page tells of it: gathered student by student, of whom only what the page needs is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping  # noqa: TC003  # fields of what is made here
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from graders.harness.render.tame import name as tamed

from . import alike
from .class_data import GRADED, Check, ClassData, Counted, Part, Student

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from graders.harness.judge.messages import Messages

    from .facts import Facts, Order

FIELD = re.compile(r"\{\w+\}")
MAX_WHY = 300  # characters of a reason


@dataclass(frozen=True, slots=True)
class Row:
    """One student, as whoever keeps the results hands him over. `why` is in words; `page` a path below the page's own.

    Points are those that stand, `judged` those before a teacher's word; None where there is no grade.
    """

    student: str
    outcome: str = GRADED
    facts: Facts | None = None
    name: str = ""
    page: str = ""
    why: str = ""
    points: float | None = None
    judged: float | None = None
    most: float = 0.0
    parts: Mapping[str, float] = field(default_factory=dict)  # those that a teacher's word has changed
    late: bool = False
    attempts: int = 1
    notes: tuple[str, ...] = ()
    marks: bytes = b""


class Gathering:
    """Gathers a class, a row at a time. `ideas` tells which idea of the lesson a mistake belongs to, by key."""

    def __init__(self, checks: Order, messages: Messages, ideas: Mapping[str, str]) -> None:
        self._messages, self._ideas = messages, ideas
        self._titles, self._part_titles = messages.titles("checks"), messages.section("parts")
        self._parts: dict[str, Part] = {}
        self._each: dict[tuple[str, str], Check] = {}
        for check in checks:
            self._check(*check)
        self._lab_has = len(self._parts)
        self._mistakes: dict[str, int] = {}
        self._found: list[Counted] = []
        self._raised: dict[str, Counted] = {}
        self._students: list[Student] = []
        self._marks: list[bytes] = []
        self._title = ""

    def add(self, row: Row) -> None:
        """Take in a student."""
        number, facts = len(self._students), row.facts
        for part, name, _ in facts.more if facts else ():
            self._check(part, name)
        mistakes: tuple[int, ...] = ()
        if facts is not None:
            mistakes = tuple(self._mistake(name, said, number) for name, said in facts.mistakes)
            for kind in facts.raised:
                self._raised.setdefault(kind, Counted(kind, kind)).students.append(number)
            self._count(facts, row)
        self._students.append(self._student(row, mistakes))
        self._marks.append(row.marks)

    def data(self, others: Iterable[tuple[str, str]] = ()) -> ClassData:
        """Return the class, its mistakes and exceptions the commonest first."""
        compared = sum(map(bool, self._marks))
        groups = alike.groups(self._marks)
        self._marks = []
        kept = [number for number, part in enumerate(self._parts.values()) if part.students]
        if len(kept) < len(self._parts) or len(self._parts) > self._lab_has:  # the class's rubric has fewer, or more
            self._students = [replace(one, parts=tuple(_at(one.parts, n) for n in kept)) for one in self._students]
        return ClassData(
            title=self._messages.text("lab", "title"),
            students=self._students,
            parts=[part for part in self._parts.values() if part.students],
            mistakes=self._found,
            raised=sorted(self._raised.values(), key=lambda one: (-len(one.students), one.name)),
            groups=groups,
            compared=compared,
            others=[(tamed(name), tamed(why)) for name, why in others],
        )

    def _student(self, row: Row, mistakes: tuple[int, ...]) -> Student:
        facts = row.facts
        points = {part.name: part.points for part in facts.parts} if facts and facts.status != "void" else {}
        return Student(
            student=tamed(row.student),
            name=tamed(row.name),
            outcome="not_loadable" if facts and facts.unloadable and row.outcome == GRADED else row.outcome,
            page=row.page,
            why=tamed(row.why or (facts.unloadable if facts else ""))[:MAX_WHY],
            points=row.points,
            judged=row.judged,
            most=row.most,
            parts=tuple({**points, **row.parts}.get(part) for part in self._parts),
            letters=self._letters(facts) if facts else "",
            mistakes=mistakes,
            speed=facts.speed if facts else None,
            ratio=facts.ratio if facts else None,
            accuracy=facts.accuracy if facts else None,
            late=row.late,
            attempts=row.attempts,
            notes=tuple(map(tamed, row.notes)),
            suspicions=facts.suspicions if facts else (),
            suspicious=facts.suspicious if facts else 0,
        )

    def _check(self, part: str, name: str) -> None:
        """Make a check known; one that the lab's words do not have is called by its name."""
        if (part, name) not in self._each:
            plain = name.removeprefix("test_").replace("_", " ")
            self._each[part, name] = Check(len(self._each), name, self._titles.get(name, plain))
            self._parts.setdefault(part, Part(part, self._part_titles.get(part, part)))
            self._parts[part].checks.append(self._each[part, name])

    def _letters(self, facts: Facts) -> str:
        """Return a letter for each check that is known by now."""
        if not facts.more:
            return facts.letters
        more = {(part, name): letter for part, name, letter in facts.more}
        return facts.letters + "".join(more.get(each, "-") for each in list(self._each)[len(facts.letters) :])

    def _mistake(self, name: str, said: str, student: int) -> int:
        if name not in self._mistakes:
            self._mistakes[name] = len(self._found)
            self._found.append(self._named(name))
        found = self._found[self._mistakes[name]]
        found.students.append(student)
        if "…" in found.title and said:
            found.said[student] = said
        return self._mistakes[name]

    def _named(self, name: str) -> Counted:
        """Return a mistake in the page's words; what depends on a submission is left open in them."""
        entry = self._messages.written("mistakes", name)
        texts = {key: FIELD.sub("…", " ".join(text.split())) for key, text in entry.items()}
        idea = self._messages.section("ideas").get(self._ideas.get(name, ""), "")
        return Counted(name, texts.get("title", name), idea, texts.get("why", ""))

    def _count(self, facts: Facts, row: Row) -> None:
        for check, letter in zip(self._each.values(), self._letters(facts), strict=False):
            check.passed += letter == "p"
            check.asked += letter in "pfb"
        for found in facts.parts:
            part = self._parts.get(found.name)
            if part is None or not found.most or facts.status == "void":
                continue
            points = row.parts.get(found.name, found.points)
            part.students += 1
            part.earned += points
            part.most += found.most
            part.worth = max(part.worth, found.most)
            part.full += points >= found.most
            part.none += points <= 0


def _at(values: Sequence[float | None], place: int) -> float | None:
    return values[place] if place < len(values) else None


def gather(
    rows: Iterable[Row],
    checks: Order,
    messages: Messages,
    ideas: Mapping[str, str],
    others: Iterable[tuple[str, str]] = (),
) -> ClassData:
    """Gather a class in one go through its rows."""
    gathering = Gathering(checks, messages, ideas)
    for row in rows:
        gathering.add(row)
    return gathering.data(others)
