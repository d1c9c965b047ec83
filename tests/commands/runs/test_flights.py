"""What is under way on a cluster: who has ended a worker, who was only beside it, and who waits in vain."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from graders.commands.teacher.runs import flights as module
from graders.commands.teacher.runs.flights import Flight, Flights
from graders.commands.teacher.runs.parcels import Parcel
from graders.commands.teacher.runs.tasks import Task


def started(flights: Flights, *names: str) -> list[Flight]:
    """Have tasks under way, each by its name as a key."""
    made = [Flight(Task(name, Path(name)), Parcel(name, b"")) for name in names]
    for flight, name in zip(made, names, strict=True):
        flights.start(flight, name)
    return made


def test_worker_that_died_is_known_by_another_beginning() -> None:
    """The third time it is given up; nothing was beside it."""
    flights = Flights()
    [kim] = started(flights, "kim")
    for number, (deaths, lost) in enumerate([(0, False), (1, False), (2, False), (3, True)]):
        flights.begin("kim", f"worker {number}")
        assert (kim.deaths, kim.is_lost, kim.beside) == (deaths, lost, False)


def test_who_was_beside_it_is_told() -> None:
    """Neither of the two is known to have done it, whichever begins again first; a third one elsewhere has not."""
    flights = Flights()
    kim, lee, far = started(flights, "kim", "lee", "far")
    for name in ("kim", "lee"):
        flights.begin(name, "worker 1")
    flights.begin("far", "worker 2")
    flights.begin("kim", "worker 2")
    flights.begin("lee", "worker 3")
    assert [(one.deaths, one.beside) for one in (kim, lee, far)] == [(1, True), (1, True), (0, False)]


def test_who_has_landed_is_beside_nobody() -> None:
    """It has ended before the worker did."""
    flights = Flights()
    kim, lee = started(flights, "kim", "lee")
    for name in ("kim", "lee"):
        flights.begin(name, "worker 1")
    flights.land(lee)
    flights.begin("kim", "worker 2")
    assert (kim.deaths, kim.beside) == (1, False)
    assert flights.get("lee") is None
    assert len(flights) == 1


def test_worker_that_leaves_has_not_died() -> None:
    """Clusters retire workers."""
    flights = Flights()
    [kim] = started(flights, "kim")
    flights.begin("kim", "worker 1")
    flights.leave("worker 1")
    flights.begin("kim", "worker 2")
    assert kim.deaths == 0


def test_what_never_began_may_be_anybodys_doing() -> None:
    """A scheduler that gives a task up tells how many workers have died, not whether it had begun there."""
    flights = Flights()
    [kim] = started(flights, "kim")
    flights.die(kim, times=4)
    assert (kim.is_lost, kim.beside) == (True, True)


def test_scheduler_that_comes_back_counts_for_nobody() -> None:
    """All workers are others."""
    flights = Flights()
    [kim] = started(flights, "kim")
    flights.begin("kim", "worker 1")
    flights.forget_workers()
    flights.start(kim, "kim again")
    assert flights.get("kim") is None
    flights.begin("kim again", "worker 1")
    assert (kim.deaths, kim.key) == (0, "kim again")


@pytest.mark.parametrize(
    ("threads", "stuck"),
    [(0, []), (1, []), (2, ["lee"]), (3, ["lee", "gone"])],
)
def test_who_waits_although_somebody_is_idle(monkeypatch: pytest.MonkeyPatch, threads: int, stuck: list[str]) -> None:
    """As many as there are idle threads; not who was sent just now, nor who is at work."""
    monkeypatch.setattr(module, "STUCK_SECONDS", 5)
    flights = Flights()
    early = started(flights, "kim", "lee", "gone")
    started(flights, "new")
    for flight in early:
        flight.sent = time.monotonic() - 10
    flights.begin("kim", "worker 1")
    flights.begin("gone", "worker that is gone")
    assert [flight.key for flight in flights.stuck(["worker 1"], threads)] == stuck
