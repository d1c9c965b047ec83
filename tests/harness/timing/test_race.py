"""Rounds timed in pairs."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from graders.harness.timing import race as race_module
from graders.harness.timing.race import FEWEST, LONGEST, PLACEMENT, Race


@dataclass
class Clock:
    """A clock that only runs when it is told to."""

    now: float = 0.0

    def perf_counter(self) -> float:
        """Return the time."""
        return self.now


@dataclass
class Runner:
    """A contestant whose rounds take as long as `seconds` says, on `cores`."""

    clock: Clock
    seconds: Any  # a number, or a function that returns one
    cores: float = 1.0
    log: list[str] = field(default_factory=list)
    name: str = "?"
    taken: float = 0.0
    bad_round: int = -1
    rounds: int = 0

    def ready(self) -> None:
        """Note it."""
        self.log.append(f"{self.name} ready")

    def go(self, work: int) -> int:
        """Let time go by."""
        self.log.append(f"{self.name} go {work}")
        seconds = self.seconds() if callable(self.seconds) else self.seconds
        self.clock.now += seconds
        self.taken += seconds * self.cores
        self.rounds += 1
        return work if self.rounds != self.bad_round else -1

    def prove(self, work: int, result: int) -> None:
        """Refuse another result than the work's."""
        if result != work:
            raise AssertionError("not proven")

    def rest(self) -> None:
        """Note it."""
        self.log.append(f"{self.name} rest")

    def cpu_seconds(self) -> float:
        """Return what was taken."""
        return self.taken


@pytest.fixture
def clock(monkeypatch) -> Clock:
    """Put a clock of ours in the place of the system's."""
    made = Clock()
    monkeypatch.setattr(race_module, "time", made)
    return made


@pytest.fixture
def start(clock):
    """Return a function that sets up a race between rounds of 10 ms and others."""

    def make(ours: object, budget: float = 5.0, cores: float = 1.0, theirs: object = 0.01, **rest: Any) -> Race:
        log: list[str] = []
        sides = (
            Runner(clock, ours, cores, log, "ours", **rest),
            Runner(clock, theirs, 1.0, log, "theirs"),
        )
        numbers = iter(range(10**9))
        return Race(*sides, lambda: next(numbers), budget, _order=random.Random(0))

    return make


def run(race: Race, thresholds=(0.9,)):
    """Run a race to its end."""
    race.warm_up(3)
    race.pair()
    while race.wants_more(thresholds):
        race.pair()
    return race.standing()


def test_ratio_is_that_of_the_durations(start):
    """Rounds of 8 ms against rounds of 10 are 1.25 times as fast."""
    standing = run(start(0.008))
    assert standing.ratio == pytest.approx(1.25)
    assert (standing.low, standing.high) == pytest.approx((1.25 * (1 - PLACEMENT), 1.25 * (1 + PLACEMENT)))
    assert (standing.seconds, standing.their_seconds) == pytest.approx((0.008, 0.01))
    assert standing.clock == "wall"


def test_clear_verdict_ends_the_race_early(start):
    """Rounds that hardly differ need an eighth of the budget."""
    race = start(0.01)
    run(race)
    assert race.spent == pytest.approx(0.125 * 5, rel=0.1)


def test_unclear_verdict_takes_the_whole_budget(start):
    """Rounds on both sides of the threshold go on until the time is up."""
    chance = random.Random(1)
    race = start(lambda: 0.01 / 0.9 * chance.uniform(0.9, 1.1))
    run(race)
    assert race.spent == pytest.approx(5, rel=0.02)


def test_wide_interval_takes_the_whole_budget(start):
    """Where the verdict is clear but not the ratio, there is time to know it better."""
    chance = random.Random(1)
    race = start(lambda: 0.005 * chance.choice([1, 1.5]))
    run(race)
    assert race.spent > 0.5


def test_long_rounds_get_the_fewest_that_say_anything(start):
    """Where the budget is too short for enough pairs, it is overdrawn; where one takes for ever, not without end."""
    race = start(0.7, budget=5.0)
    assert run(race).rounds == FEWEST
    race = start(9.0, budget=5.0)
    run(race)
    assert race.spent <= LONGEST * 5 + 10


def test_busy_neighbour_falls_on_both(start):
    """A machine that is at times half as fast changes durations by 40 %, the ratio by next to nothing."""
    slow = random.Random(2)
    state = {"factor": 1.0}

    def ours() -> float:
        state["factor"] = 2.0 if slow.random() < 0.4 else 1.0
        return 0.01 * state["factor"]

    standing = run(start(ours, theirs=lambda: 0.01 * state["factor"]))
    assert standing.ratio == pytest.approx(1.0, abs=0.02)


def test_second_core_does_not_count(start):
    """Half of the time on two cores is as fast as one core."""
    standing = run(start(0.005, cores=2.0))
    assert (standing.ratio, standing.clock) == (pytest.approx(1.0), "cpu")


def test_waiting_counts(start):
    """Rounds that sleep half of their time are slow, whatever little of the processor they take."""
    assert run(start(0.02, cores=0.5)).ratio == pytest.approx(0.5)


def test_only_one_side_runs_at_a_time(start):
    """Each is let go, asked and held up before the other is."""
    race = start(0.01)
    for _ in range(20):
        race.pair()
    log = race.ours.log
    for first in range(0, len(log), 3):
        side = log[first].split()[0]
        assert [line.split()[:2] for line in log[first : first + 3]] == [[side, "ready"], [side, "go"], [side, "rest"]]


def test_both_get_the_same_work_and_neither_is_always_first(start):
    """A pair has one work; which side comes first is drawn."""
    race = start(0.01)
    for _ in range(40):
        race.pair()
    asked = [line.split() for line in race.ours.log if " go " in line]
    pairs = list(zip(asked[::2], asked[1::2], strict=True))
    assert all(a[2] == b[2] and a[0] != b[0] for a, b in pairs)
    assert 5 < sum(a[0] == "ours" for a, _ in pairs) < 35


@pytest.mark.parametrize("bad_round", [1, 4, 9])
def test_every_round_has_to_be_proven(start, bad_round):
    """One wrong result, be it while warming up, ends the race."""
    with pytest.raises(AssertionError, match="not proven"):
        run(start(0.01, bad_round=bad_round))


def test_what_came_before_the_warm_up_does_not_count(start):
    """Neither durations nor processor time of the untimed rounds are in the standing."""
    race = start(0.01)
    race.ours.taken = 100.0
    race.warm_up(3)
    race.pair()
    assert (race.standing().rounds, race.standing().clock) == (1, "wall")
