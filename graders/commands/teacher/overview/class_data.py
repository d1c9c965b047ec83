"""What a class's page tells of: students, parts and checks, what happened to whom."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .alike import Group

GRADED = "graded"


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
