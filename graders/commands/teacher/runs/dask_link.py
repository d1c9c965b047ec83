"""The coordinator's connection to a Dask scheduler: what is sent, what is heard, and who is there."""

from __future__ import annotations

import logging
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from distributed import Client, Future, KilledWorker

from .workplace import grade

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .flights import Flight
    from .workplace import Workplace

CONNECT_SECONDS = 20
CLOSE_SECONDS = 5


class Lost(Exception):
    """The scheduler is gone, or was: it no longer knows of anything."""


class WorkersDied(Exception):
    """The scheduler has given a task up: so many workers have died that had it, and may not have begun it."""

    def __init__(self, times: int) -> None:
        super().__init__(f"{times} workers have died")
        self.times = times


@dataclass(frozen=True, slots=True)
class Member:
    """A worker of the cluster: how many tasks it carries out at a time for this run, and what it was started with."""

    address: str
    host: str
    threads: int
    resources: Mapping[str, float]


class Link:
    """A connection, which may be opened again. `heard` gets what workers tell, and the key of each task that ended."""

    def __init__(self, address: str, workplace: Workplace, heard: Callable[[dict[str, Any]], None]) -> None:
        self._address, self._workplace, self._heard = address, workplace, heard
        self._client: Client | None = None
        self._scheduler = ""
        self._futures: dict[str, Future[dict[str, Any]]] = {}

    @property
    def run(self) -> str:
        """The run's name, by which its tasks are known among others'."""
        return self._workplace.name

    def open(self, seconds: float | None = None) -> None:
        """Connect within a time, and have every worker, now and later, open its place. Raises OSError or ValueError."""
        client = Client(self._address, timeout=seconds or CONNECT_SECONDS, set_as_default=False, name="graders")
        self._client = client
        try:
            self._scheduler = client.scheduler_info()["id"]
            client.subscribe_topic(self._workplace.name, lambda event: self._heard(event[1]))
            client.register_plugin(self._workplace)
        except OSError:
            self.close()
            raise
        except Exception as error:  # a worker could not even read it
            self._heard({"worker": self._address, "unfit": f"{type(error).__name__}: {error}"})

    def send(self, flight: Flight, needs: Mapping[str, float]) -> None:
        """Have a task carried out under its flight's key by a worker that has what it needs. Raises Lost."""
        resource, task = self._workplace.name, flight.task
        with self._lost_if_closed() as client:
            future = client.submit(
                grade, resource, flight.key, task.student, task.parts, task.alone, flight.parcel,
                key=flight.key, pure=False, resources={resource: 1, **needs},
            )  # fmt: skip
            self._futures[flight.key] = future
            future.add_done_callback(lambda ended: self._heard({"ended": ended.key}))

    def result(self, key: str) -> dict[str, Any]:
        """Return what came of a task that has ended, and forget it. Raises Lost, WorkersDied, or what it has raised."""
        future = self._futures.pop(key)
        if future.status in ("cancelled", "lost"):
            raise Lost
        try:
            result: dict[str, Any] = future.result()
        except KilledWorker as error:
            raise WorkersDied(error.allowed_failures + 1) from None
        except Exception:
            if future.status in ("cancelled", "lost"):
                raise Lost from None
            raise
        return result

    def drop(self, key: str) -> None:
        """Have a task given up, wherever it is."""
        if future := self._futures.pop(key, None):
            with suppress(Exception):  # who is gone carries out nothing
                future.cancel(force=True)

    def members(self) -> list[Member]:
        """Return all workers of the cluster. Raises Lost."""
        with self._lost_if_closed() as client:
            info = client.scheduler_info()
        if info["id"] != self._scheduler:
            raise Lost
        own = self._workplace.name
        return [
            Member(address, worker["host"], int(worker["resources"].get(own, 0)), worker["resources"])
            for address, worker in info["workers"].items()
        ]

    def told(self) -> list[dict[str, Any]]:
        """Return what workers have told so far, also what they told before this client could be heard. Raises Lost."""
        with self._lost_if_closed() as client:
            return [said for _, said in client.get_events(self._workplace.name)]

    @contextmanager
    def _lost_if_closed(self) -> Iterator[Client]:
        if self._client is None or self._client.status != "running":
            raise Lost
        try:
            yield self._client
        except (OSError, RuntimeError):
            raise Lost from None

    def close(self) -> None:
        """Give up what is under way, have the workers close their places, and disconnect."""
        client, self._client = self._client, None
        futures = [self._futures.pop(key) for key in list(self._futures)]
        if client is None:
            return
        with suppress(Exception):  # the scheduler may be gone, and its workers with it
            if client.status == "running":
                client.cancel(futures, force=True)
                client.unregister_worker_plugin(self._workplace.name)
        with suppress(Exception):
            client.close(CLOSE_SECONDS)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep to itself what Dask logs of connections: what a teacher has to know of them is said otherwise."""
    log = logging.getLogger("distributed")
    loggers = [
        log,
        *(log.manager.getLogger(name) for name in list(log.manager.loggerDict) if name.startswith("distributed.")),
    ]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, was in zip(loggers, before, strict=True):
            logger.disabled = was
