"""Two programs timed in pairs of short rounds, one after the other in random order, until a verdict can be given.

Each round of a pair does the same work. What the machine does meanwhile, a busy neighbour say, then falls on both, and
the ratio of their durations keeps still where the durations themselves do not.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any, Protocol

from . import intervals
from .process_tree import CPU_RESOLUTION

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CONFIDENCE = 0.95  # of the interval that is shown
SURE = 0.99  # of the interval that decides: it is looked at several times, and each look may err
FIRST_LOOK = 0.125  # of the budget; the next look comes when twice as much is spent
# The same code runs by so much faster or slower in one process than in the next, where its memory happens to lie;
# rounds of the same two processes cannot show that. Spread of 18 races of 20 s of a program against itself: 0.7 %.
PLACEMENT = 0.01
NARROW = 0.04  # half of the shown interval, as a share of the ratio, below which more rounds tell nobody anything
FEWEST = 8  # pairs; of fewer, no interval is sure
LONGEST = 4  # times the budget that rounds may take in all where FEWEST of them do not fit into it
MORE_THAN_ONE_CORE = 1.15  # honest single threads differ by less between the clocks, also on a busy machine


class Contestant(Protocol):
    """One of the two programs."""

    def ready(self) -> None:
        """Let it run, untimed."""

    def go(self, work: Any) -> Any:
        """Have it do the work; returns when the result has arrived."""

    def prove(self, work: Any, result: Any) -> None:
        """Raise unless the result is what the work had to give."""

    def rest(self) -> None:
        """Hold it up, with all that it started."""

    def cpu_seconds(self) -> float:
        """Return the processor time it has taken so far."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rounds say: how many times as fast ours is, the shown interval, and the interval that decides."""

    ratio: float
    low: float
    high: float
    sure_low: float
    sure_high: float
    rounds: int
    seconds: float  # ours, the median of a round
    their_seconds: float
    clock: str  # "wall", or "cpu" where ours had more than one core at work


@dataclass(slots=True)
class Race:
    """Times `ours` against `theirs`. `draw` makes the work of a pair, known to nobody before.

    `budget` is in seconds of wall-clock time, checks between the rounds included.
    """

    ours: Contestant
    theirs: Contestant
    draw: Callable[[], Any]
    budget: float
    durations: list[tuple[float, float]] = field(default_factory=list)  # (ours, theirs) in seconds
    spent: float = 0.0
    _next_look: float = FIRST_LOOK
    _cpu: tuple[float, float] = (0.0, 0.0)  # when the timed rounds began
    _order: random.Random = field(default_factory=random.SystemRandom)
    # Of the pair under way:
    _began: float = 0.0
    _work: Any = None
    _result: object = None
    _own_seconds: float = 0.0
    _seconds: float | None = None  # theirs, where it was first

    def warm_up(self, rounds: int) -> None:
        """Run untimed rounds, of which the proof is wanted all the same."""
        for _ in range(rounds):
            self.pair()
        self.durations.clear()
        self.spent = 0.0
        self._cpu = self.ours.cpu_seconds(), self.theirs.cpu_seconds()

    def pair(self) -> float:
        """Time one pair; returns how long ours took. Raises what a failed proof raises."""
        self.before()
        self.run()
        self.after()
        return self.durations[-1][0]

    def before(self) -> None:
        """Do what comes before our round of a pair: draw the work, and let theirs run if it is first."""
        self._began = time.perf_counter()
        self._work = self.draw()
        self._seconds = _timed(self.theirs, self._work) if self._order.random() < 0.5 else None
        self.ours.ready()

    def run(self) -> None:
        """Run our round."""
        began = time.perf_counter()
        self._result = self.ours.go(self._work)
        self._own_seconds = time.perf_counter() - began

    def after(self) -> None:
        """Do what comes after our round: hold it up, check its proof, and let theirs run if it has not."""
        self.ours.rest()
        self.ours.prove(self._work, self._result)
        theirs = self._seconds if self._seconds is not None else _timed(self.theirs, self._work)
        self.durations.append((self._own_seconds, theirs))
        self.spent += time.perf_counter() - self._began

    def standing(self) -> Standing:
        """Return what the rounds say so far. Raises ValueError where there were none."""
        rates = intervals.ratios(self.durations)
        factor = self._cores_factor()
        bounds = (*intervals.median_interval(rates, CONFIDENCE), *intervals.median_interval(rates, SURE))
        low, high, sure_low, sure_high = (
            bound * factor * (1 + end * PLACEMENT) for bound, end in zip(bounds, (-1, 1, -1, 1), strict=True)
        )
        ours, theirs = (median(column) for column in zip(*self.durations, strict=True))
        clock = "wall" if factor == 1.0 else "cpu"
        middle = median(rates) * factor
        return Standing(middle, low, high, sure_low, sure_high, len(rates), ours, theirs, clock)

    def _cores_factor(self) -> float:
        """Return by how much the clock on the wall flatters ours: 1 for a single thread, 1/2 for two cores at work.

        Where ours took a larger share of its rounds in processor time than theirs did, work was done side by side.
        """
        cpu = self.ours.cpu_seconds() - self._cpu[0], self.theirs.cpu_seconds() - self._cpu[1]
        wall = [sum(column) for column in zip(*self.durations, strict=True)]
        if not all(cpu):
            return 1.0
        share = (max(0.0, cpu[0] - CPU_RESOLUTION) / wall[0]) / (cpu[1] / wall[1])
        return 1 / share if share > MORE_THAN_ONE_CORE else 1.0

    def wants_more(self, thresholds: Sequence[float]) -> bool:
        """Tell whether another pair is wanted: time is left, and verdict or interval are not clear yet.

        It is looked at seldom, since every look may err.
        """
        if len(self.durations) < FEWEST:
            return self.spent < LONGEST * self.budget
        if self.spent >= self.budget or self.spent < self._next_look * self.budget:
            return self.spent < self.budget
        self._next_look *= 2
        return not self._clear(thresholds)

    def _clear(self, thresholds: Sequence[float]) -> bool:
        now = self.standing()
        between = not any(now.sure_low < threshold <= now.sure_high for threshold in thresholds)
        return between and (now.high - now.low) / 2 <= NARROW * now.ratio


def _timed(contestant: Contestant, work: Any) -> float:
    contestant.ready()
    began = time.perf_counter()
    result = contestant.go(work)
    seconds = time.perf_counter() - began
    contestant.rest()
    contestant.prove(work, result)
    return seconds
