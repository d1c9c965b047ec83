"""Tasks under way on a cluster: where each has begun, and which of them ends whoever carries it out."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from .parcels import Parcel
    from .tasks import Task

MOST_DEATHS = 3  # of workers, before it is the submission's doing
STUCK_SECONDS = 2  # from being sent to being begun, where somebody has nothing to do
TRIES = 2  # where a worker could not carry it out, for want of disk, say


@dataclass(eq=False, slots=True)
class Flight:
    """A task on its way. `alone` has nothing else of the run's at work meanwhile.

    `beside` tells that something else was at work on a worker that has died: it may have been the other's doing.
    """

    task: Task
    parcel: Parcel
    alone: bool = False
    key: str = ""  # of the try under way
    sent: float = 0.0  # when that was
    worker: str = ""  # on which that has begun
    began: float = 0.0
    deaths: int = 0
    beside: bool = False
    failures: int = 0

    @property
    def is_lost(self) -> bool:
        """Whether as many workers have died that it is not tried again."""
        return self.deaths >= MOST_DEATHS


class Flights:
    """All that is under way. A key that is no longer known is of an earlier try."""

    def __init__(self) -> None:
        self._by_key: dict[str, Flight] = {}
        self._at: dict[str, set[Flight]] = {}  # by worker, who has begun there and has not landed

    def __len__(self) -> int:
        return len(self._by_key)

    def __iter__(self) -> Iterator[Flight]:
        return iter(list(self._by_key.values()))

    def get(self, key: str) -> Flight | None:
        """Return what has that key, if it is under way."""
        return self._by_key.get(key)

    def start(self, flight: Flight, key: str) -> None:
        """Note that a try is under way, in the place of an earlier one."""
        self._by_key.pop(flight.key, None)
        flight.key, flight.worker, flight.sent = key, "", time.monotonic()
        self._by_key[key] = flight

    def begin(self, key: str, worker: str) -> Flight | None:
        """Note that it has begun on a worker; where it had on another, that one has died. Returns what has begun."""
        flight = self._by_key.get(key)
        if flight is not None:
            if flight.worker:
                self.die(flight)
            flight.worker, flight.began = worker, flight.began or time.monotonic()
            self._at.setdefault(worker, set()).add(flight)
        return flight

    def die(self, flight: Flight, times: int = 1) -> None:
        """Note that the worker has died on which it had begun, or was to begin: `times` are told by the scheduler."""
        others = self._at.get(flight.worker, set()) - {flight}
        flight.beside = flight.beside or bool(others) or not flight.worker
        flight.deaths, flight.worker = max(flight.deaths + 1, times), ""

    def leave(self, worker: str) -> None:
        """Note that a worker has left of its own accord: nobody has ended it."""
        for flight in self._at.pop(worker, ()):
            if flight.worker == worker:
                flight.worker = ""

    def stuck(self, workers: Collection[str], threads: int) -> list[Flight]:
        """Return what nobody carries out although some of so many threads have nothing to do.

        A scheduler looks for takers of what nobody could take when a worker comes, but not when that offers itself.
        """
        waiting = [flight for flight in self if flight.worker not in workers]
        idle = max(0, threads - len(self) + len(waiting))
        before = time.monotonic() - STUCK_SECONDS
        return [flight for flight in waiting if flight.sent < before][:idle]

    def land(self, flight: Flight) -> None:
        """Note that it is no longer under way."""
        self._by_key.pop(flight.key, None)
        for others in self._at.values():
            others.discard(flight)

    def forget_workers(self) -> None:
        """Note that no worker is known any longer."""
        self._at.clear()
        for flight in self:
            flight.worker, flight.began = "", 0.0
