"""What is to be graded, what came of it, and who carries it out: here, or on other machines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Task:
    """One run of a judge's: a student's hand-in, and which parts of the lab are judged.

    Parts are named as in the rubric; none means all. `alone` has nothing else run beside it: its time is taken.
    """

    student: str
    path: Path
    parts: tuple[str, ...] = ()
    alone: bool = False


# Among tasks, no task: whatever is at work lands before anybody is asked for the next one.
WAIT = Task("", Path(), alone=True)


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a task: the judge's report.json and page, and why there is none.

    `code` is pytest's exit code, or minus the signal that ended the judge; `seconds` by the clock on the wall.
    `lost_workers` counts the workers of a cluster that have died of it, each of them with nothing else at work.
    """

    task: Task
    code: int
    output: str
    report: str | None
    page: bytes | None
    seconds: float
    timed_out: bool = False
    lost_workers: int = 0


class Scheduler(Protocol):
    """Who has tasks carried out."""

    def run(self, tasks: Iterable[Task]) -> Iterator[Done]:
        """Yield what came of each task as it comes, in any order. Each task is carried out once, whoever dies.

        Where `tasks` has WAIT, all of the tasks before it have landed when the next one is asked for.
        """

    def in_flight(self) -> Sequence[tuple[Task, float]]:
        """Return the tasks at work and their seconds until now, the slowest first."""

    def stop(self) -> None:
        """End what runs, with all its processes; `run` then ends, with nothing yielded for what was ended."""
