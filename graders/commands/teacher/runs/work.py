"""What is left to be done for a student, and what a run asks of those who know submissions and reports."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from graders.commands.teacher.grades.keys import Key
    from graders.commands.teacher.grades.results import Result
    from graders.commands.teacher.handed_in.hand_in import HandIn


@dataclass(frozen=True, slots=True)
class Work:
    """A student's work at hand.

    `merges` tells whether what comes is merged into what the gradebook has, `later` names the parts that come after it.
    """

    hand_in: HandIn
    key: Key
    merges: bool
    later: tuple[str, ...] = ()


class Rules(Protocol):
    """Knows submissions and reports for the coordinator. Reports are texts, as judges write them to report.json."""

    def key(self, hand_in: HandIn) -> Key:
        """Return what a hand-in's grade hangs on."""

    def merged(self, whole: str, partial: str) -> str:
        """Return a report in which what was judged anew has taken its place."""

    def rescored(self, text: str) -> str:
        """Return a report with its points worked out anew."""

    def standing(self, text: str, result: Result | None) -> str:
        """Return a report as it stands by a teacher's word, the same one where there is none."""


class Now(StrEnum):
    """What has just become of a student in this run."""

    JUDGED = "judged"  # something of the submission's was run
    RESCORED = "rescored"  # only points were worked out anew
    UNCHANGED = "unchanged"
    ELSEWHERE = "elsewhere"  # another run is at it
    TO_TIME = "to_time"  # judged but for what is timed


@dataclass(frozen=True, slots=True)
class Landed:
    """A student for whom this run has done what it could, or what comes before the timing."""

    student: str
    now: Now
    seconds: float = 0.0
    alone: bool = False  # whether it was for the timing
