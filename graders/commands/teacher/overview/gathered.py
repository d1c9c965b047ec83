"""A class as its page tells of it: gathered student by student, of whom only what the page needs is kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping  # noqa: TC003  # fields of what is made here
from dataclasses import dataclass, field, replace
from statistics import fmean, median
from typing import TYPE_CHECKING

from graders.harness.render.tame import name as tamed

from . import alike

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from graders.harness.judge.messages import Messages

    from .alike import Group
    from .facts import Facts, Order

FIELD = re.compile(r"\{\w+\}")
MAX_WHY = 300  # characters of a reason
GRADED = "graded"


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


@dataclass(frozen=True, slots=True)
class Student:
    """What the page keeps of a student. Numbers of mistakes are places in `ClassData.mistakes`."""

    student: str
    name: str
    outcome: str
    page: str
    why: str
    points: float | None
    judged: float | None
    most: float
    parts: tuple[float | None, ...]
    letters: str
    mistakes: tuple[int, ...]
    speed: float | None
    ratio: float | None
    accuracy: float | None
    late: bool
    attempts: int
    notes: tuple[str, ...]
    suspicions: tuple[tuple[str, str, str], ...]
    suspicious: int

    @property
    def changed(self) -> bool:
        """Whether a teacher's word has changed the points."""
        return self.points != self.judged

    @property
    def remarked(self) -> bool:
        """Whether there is something to say of a hand-in that is graded, such as that its student is on no list."""
        return self.outcome == GRADED and bool(self.why)


@dataclass(slots=True)
class Check:
    """A check over the class: how many passed it, and how many it was asked of."""

    number: int
    name: str
    title: str
    passed: int = 0
    asked: int = 0


@dataclass(slots=True)
class Part:
    """A part over the class: points earned of those that could be, and how many have all of them, or none."""

    name: str
    title: str
    checks: list[Check] = field(default_factory=list)
    earned: float = 0.0
    most: float = 0.0
    worth: float = 0.0
    full: int = 0
    none: int = 0
    students: int = 0


@dataclass(slots=True)
class Counted:
    """Something that happened to students: a mistake, an exception. `said` has it as each was told, if that differs."""

    name: str
    title: str
    idea: str = ""
    why: str = ""
    students: list[int] = field(default_factory=list)
    said: dict[int, str] = field(default_factory=dict)

    @property
    def example(self) -> str:
        """The words in which most were told it, where its own leave something open."""
        return Counter(self.said.values()).most_common(1)[0][0] if self.said else ""


@dataclass(slots=True)
class ClassData:
    """A class, in the words of a language."""

    title: str
    students: list[Student]
    parts: list[Part]
    mistakes: list[Counted]
    raised: list[Counted]
    groups: Sequence[Group] = ()
    compared: int = 0  # how many submissions had a text to compare
    others: Sequence[tuple[str, str]] = ()  # what else the class's folder holds, and what that is

    @property
    def points(self) -> list[float]:
        """The points of all who have a grade."""
        return [one.points for one in self.students if one.points is not None]

    @property
    def most(self) -> float:
        """The points of a full mark."""
        return max((one.most for one in self.students), default=0.0)

    @property
    def full(self) -> int:
        """How many have full marks."""
        return sum(one.points is not None and one.points >= one.most > 0 for one in self.students)

    @property
    def mean(self) -> float | None:
        """The mean of the points."""
        return fmean(self.points) if self.points else None

    @property
    def median(self) -> float | None:
        """The median of the points."""
        return median(self.points) if self.points else None


class Gathering:
    """Gathers a class, a row at a time. `ideas` tells which idea of the lesson a mistake belongs to, by key."""

    def __init__(self, checks: Order, messages: Messages, ideas: Mapping[str, str]) -> None:
        self._checks, self._messages, self._ideas = checks, messages, ideas
        titles, parts = messages.titles("checks"), messages.section("parts")
        self._parts = {part: Part(part, parts.get(part, part)) for part, _ in checks}
        self._each = [Check(number, name, titles.get(name, name)) for number, (_, name) in enumerate(checks)]
        for (part, _), check in zip(checks, self._each, strict=True):
            self._parts[part].checks.append(check)
        self._mistakes: dict[str, int] = {}
        self._found: list[Counted] = []
        self._raised: dict[str, Counted] = {}
        self._students: list[Student] = []
        self._marks: list[bytes] = []
        self._title = ""

    def add(self, row: Row) -> None:
        """Take in a student."""
        number, facts = len(self._students), row.facts
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
        if len(kept) < len(self._parts):  # the class's rubric leaves some out
            self._students = [replace(one, parts=tuple(one.parts[n] for n in kept)) for one in self._students]
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
            letters=facts.letters if facts else "",
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
        for check, letter in zip(self._each, facts.letters, strict=False):
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
