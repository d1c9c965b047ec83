"""Tasks carried out by the workers of a Dask cluster, on as many machines as it has."""

from __future__ import annotations

import itertools
import logging
import time
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from graders.harness.base.errors import ConfigurationError

from .flights import TRIES, Flight, Flights
from .parcels import Parcel, TooLarge
from .tasks import WAIT, Done

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .dask_link import Link, Member
    from .judged import Orders
    from .tasks import Task
    from .workplace import Terms, Workplace

LOG = logging.getLogger(__name__)
TICK_SECONDS = 0.5  # Windows tells of a Ctrl-C only between waits
WAITING_SECONDS = 10.0  # for a first worker, until it is told
LOOK_SECONDS = 5.0  # between two looks at who is there
PATIENCE_SECONDS = 600.0  # until a scheduler that is gone is given up
KILLED = -9  # what took the worker has taken the judge
TIMERS = ("GPU", "TIMING")  # resources of workers that may take times, the better one first


class Cluster:
    """A Scheduler at whose address Dask workers wait, each with the same grader installed.

    `data` names what checks are asked with here, and has to be there. `say` gets what a teacher has to know: the key of
    a text in the section `runs` of the engine's messages, with its params. Hand-ins and the files that options name
    travel, results come back. Where a worker dies another one takes over, but not a submission that has ended three.
    """

    def __init__(
        self,
        address: str,
        orders: Orders,
        data: str = "",
        say: Callable[..., None] = lambda key, **params: None,
        workplace: Callable[[Terms], Workplace] | None = None,
    ) -> None:
        self._address, self._orders, self._data, self._tell, self._workplace = address, orders, data, say, workplace
        self._heard: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self._flights, self._apart = Flights(), list[Flight]()
        self._numbers = itertools.count(1)
        self._members: list[Member] = []
        self._looked = 0.0
        self._refused: dict[str, str] = {}  # by worker, why it takes no part
        self._timing = False
        self._timer: str | None = None  # the resource of those that take times; None where nobody has one
        self._said = set[tuple[str, str]]()
        self._stopped = False

    # ---- what a Scheduler has

    def run(self, tasks: Iterable[Task]) -> Iterator[Done]:
        """Yield what came of each task as it comes. Raises ConfigurationError where nobody can carry them out.

        Tasks whose time is taken wait until the others have ended. Workers that were started for that have them, one
        at a time on each machine; where there are none, nothing else is under way meanwhile.
        """
        waiting = iter(tasks)
        first = next(waiting, None)
        if first is None or self._stopped:
            return
        try:
            from . import dask_link  # takes half a second, and few need it
        except ImportError as error:
            raise ConfigurationError(f"--scheduler needs {error.name}: pip install '.[cluster]'") from None
        with dask_link.quiet():
            self._link, self._began = self._opened(dask_link.Link), time.monotonic()
            self._lost, self._given_up = dask_link.Lost, dask_link.WorkersDied
            try:
                yield from self._all(itertools.chain([first], waiting))
            finally:
                self._link.close()
                self._flights = Flights()

    def in_flight(self) -> list[tuple[Task, float]]:
        """Return the tasks that workers have begun and their seconds until now, the slowest first."""
        now = time.monotonic()
        return sorted(((one.task, now - one.began) for one in self._flights if one.began), key=lambda one: -one[1])

    def stop(self) -> None:
        """End what runs, with all its processes; `run` then ends, with nothing yielded for what was ended."""
        self._stopped = True
        self._heard.put({})

    # ---- tasks on their way

    def _all(self, tasks: Iterator[Task]) -> Iterator[Done]:
        for task in tasks:
            if task.alone != self._timing:
                yield from self._landed()
                self._looked = 0.0  # long ago: whoever takes times may have joined since
                yield from self._until(lambda: self._threads > 0)
                self._timing, self._timer = task.alone, self._chosen_timer() if task.alone else None
            yield from self._until(lambda: len(self._flights) < self._room)
            if self._stopped:
                return
            if task is not WAIT:
                yield from self._take(task)
        yield from self._landed()

    def _landed(self) -> Iterator[Done]:
        """Wait for what is under way, and then carry out one by one what may have ended workers."""
        yield from self._until(lambda: not self._flights)
        while self._apart and not self._stopped:
            self._send(self._apart.pop(0))
            yield from self._until(lambda: not self._flights)

    def _until(self, met: Callable[[], bool]) -> Iterator[Done]:
        """Hear what there is until a condition is met."""
        while not self._stopped:
            try:
                if time.monotonic() - self._looked > (LOOK_SECONDS if self._threads else TICK_SECONDS):
                    self._look()
                if met():
                    return
                yield from self._hear(self._heard.get(timeout=TICK_SECONDS))
            except Empty:
                continue
            except self._lost:
                self._open_again()

    def _take(self, task: Task) -> Iterator[Done]:
        """Send a task on its way, or yield why it cannot go."""
        try:
            parcel = Parcel.of(task.path)
        except (OSError, TooLarge) as error:
            yield Done(task, 3, str(error), None, None, 0.0)
            return
        self._send(Flight(task, parcel, alone=task.alone))

    def _send(self, flight: Flight) -> None:
        self._flights.start(flight, f"{self._link.run}-{next(self._numbers)}")
        needs = {self._timer: 1} if flight.task.alone and self._timer else {}
        try:
            self._link.send(flight, needs)
        except self._lost:
            self._open_again()

    # ---- what is heard

    def _hear(self, said: dict[str, Any]) -> Iterator[Done]:
        """Take in what a worker tells, or that a task has ended."""
        if "ended" in said:
            yield from self._end(said["ended"])
        elif "begun" in said:
            flight = self._flights.begin(said["begun"], said["worker"])
            if flight is not None and flight.is_lost:
                yield from self._give_up(flight)
        elif "stuck" in said and (flight := self._flights.get(said["stuck"])):
            yield from self._died(flight) if flight.worker else self._again(flight)
        elif "leaves" in said:
            self._flights.leave(said["worker"])
        elif "fit" in said:  # look soon, and not once for each of a thousand
            self._looked = min(self._looked, time.monotonic() - LOOK_SECONDS + TICK_SECONDS)
        elif "unfit" in said:
            self._refused[said["worker"]] = said["unfit"]
            self._say_once("cluster_refused", said["unfit"], worker=said["worker"], why=said["unfit"])

    def _end(self, key: str) -> Iterator[Done]:
        flight = self._flights.get(key)
        if flight is None:
            return
        try:
            values = self._link.result(key)
        except self._lost:
            raise
        except self._given_up as error:
            yield from self._died(flight, error.times)
        except Exception as error:
            flight.failures += 1
            if flight.failures < TRIES:
                yield from self._again(flight)
            else:
                self._flights.land(flight)
                yield Done(flight.task, 3, f"{type(error).__name__}: {error}", None, None, 0.0)
        else:
            self._flights.land(flight)
            yield Done(task=flight.task, **values)

    def _died(self, flight: Flight, times: int = 1) -> Iterator[Done]:
        """Try again what has lost its worker, or give it up."""
        self._flights.die(flight, times)
        yield from self._give_up(flight) if flight.is_lost else self._again(flight)

    def _again(self, flight: Flight) -> Iterator[Done]:
        self._link.drop(flight.key)
        self._send(flight)
        yield from ()

    def _give_up(self, flight: Flight) -> Iterator[Done]:
        """Yield that a task has ended its workers, unless something else may have: then it gets one more chance."""
        self._link.drop(flight.key)
        self._flights.land(flight)
        if flight.beside and not flight.alone:
            self._apart.append(Flight(flight.task, flight.parcel, alone=True))
            return
        seconds = time.monotonic() - flight.began if flight.began else 0.0
        yield Done(flight.task, KILLED, "", None, None, seconds, lost_workers=flight.deaths)

    # ---- who is there

    @property
    def _threads(self) -> int:
        return sum(member.threads for member in self._members)

    @property
    def _room(self) -> int:
        """How many tasks may be under way: some more than can be carried out, so that nobody waits for us."""
        if not self._timing:
            return self._threads + -(-self._threads // 4)
        if self._timer is None:
            return min(1, self._threads)
        return len({member.host for member in self._members if member.threads and member.resources.get(self._timer)})

    def _look(self) -> None:
        """Look who is there. Raises ConfigurationError where all that are refuse."""
        self._looked = time.monotonic()
        self._members = self._link.members()
        addresses = {member.address for member in self._members}
        for flight in self._flights.stuck(addresses, self._threads):
            self._heard.put({"stuck": flight.key})
        if self._threads:
            return
        for said in self._link.told():  # perhaps before the scheduler knew that this client listens
            if "unfit" in said and said["worker"] not in self._refused:
                self._heard.put(said)
        if addresses and addresses <= self._refused.keys():
            raise ConfigurationError(
                f"--scheduler {self._address}: no worker there can grade: {next(iter(self._refused.values()))}"
            )
        if self._looked - self._began > WAITING_SECONDS:
            self._say_once("cluster_waiting", address=self._address)

    def _chosen_timer(self) -> str | None:
        """Return what those have who take times: the same for the whole class."""
        fit = [member for member in self._members if member.threads]
        for timer in TIMERS:
            if any(member.resources.get(timer) for member in fit):
                return timer
        self._say_once("cluster_no_timer")
        return None

    def _say_once(self, key: str, about: str = "", **params: object) -> None:
        if (key, about) not in self._said:
            self._said.add((key, about))
            self._say(key, **params)

    def _say(self, key: str, **params: object) -> None:
        LOG.warning("%s %s", key, " ".join(map(str, params.values())))
        self._tell(key, **params)

    # ---- the connection

    def _opened(self, link: type[Link]) -> Link:
        from .workplace import Terms, Workplace

        terms = Terms.of(self._orders, self._data)
        made = link(self._address, (self._workplace or Workplace)(terms), self._heard.put)
        try:
            made.open()
        except (OSError, ValueError) as error:
            why = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ConfigurationError(f"--scheduler {self._address}: no Dask scheduler answers there ({why})") from None
        return made

    def _open_again(self) -> None:
        """Wait for the scheduler to come back, and hand out again what was under way. Raises ConfigurationError."""
        self._say("cluster_gone", address=self._address)
        until = time.monotonic() + PATIENCE_SECONDS
        self._link.close()
        self._members = []
        self._flights.forget_workers()
        while not self._stopped:
            try:
                self._link.open(LOOK_SECONDS)
                break
            except OSError:
                if time.monotonic() > until:
                    gone = f"the scheduler was gone for {PATIENCE_SECONDS:.0f} s"
                    raise ConfigurationError(
                        f"--scheduler {self._address}: {gone}; when it is back, the same line goes on"
                    ) from None
                time.sleep(TICK_SECONDS)
        else:
            return
        self._say("cluster_back", address=self._address, count=len(self._flights))
        for flight in self._flights:
            self._send(flight)
