"""A Dask worker's place for judges: nurseries from the run's beginning to its end, and whoever is at work there."""

from __future__ import annotations

import asyncio
import itertools
import os
import tempfile
import threading
import uuid
from contextlib import ExitStack
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distributed import WorkerPlugin, get_worker

from graders.commands import judging
from graders.harness.base.errors import ConfigurationError
from graders.harness.judge.rubric import load_rubric
from graders.spec import SPEC

from .judged import carry_out, refuse_wrong_options, remove
from .local import scratch
from .parcels import Parcel, TooLarge
from .seal import seal
from .tasks import Task

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from distributed import Worker

    from graders.commands.judging import Judge, Nurseries

    from .judged import Orders
    from .tasks import Done


TRAVEL = ("--rubric", "--private")  # options whose file or folder does; other paths are the workers' own
BORED_SECONDS = 600  # without a task, until nurseries end; with the next one they start again


@dataclass(frozen=True, slots=True)
class Terms:
    """On what a run has its tasks carried out: its name, orders, the files that options name, and by which grader.

    `files` has what travels by option, `--rubric` say; `seal` is the fingerprint of the coordinator's grader, `data`
    what the coordinator's checks are asked with.
    """

    run: str
    orders: Orders
    files: Mapping[str, Parcel]
    seal: str
    data: str

    @classmethod
    def of(cls, orders: Orders, data: str) -> Terms:
        """Return those of a run of this grader's. Raises ConfigurationError for a file that cannot be read."""
        files = {option: parcel for option in TRAVEL if (parcel := _parcel(orders.options, option)) is not None}
        return cls(uuid.uuid4().hex[:12], orders, files, seal(), data)


class Unfit(Exception):
    """A worker does not grade for this run. The message says why."""


class Workplace(WorkerPlugin):
    """What a worker needs for a run. It tells the run of itself, and of each task that begins.

    `name` is that of the resource, too, that workers which grade for the run have, once for each of their threads, and
    of the topic of what they tell.
    """

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._judges: dict[str, Judge | None]  # by key; None before one has begun
        self._given_up: set[str]
        self.name = f"graders-{terms.run}"

    async def setup(self, worker: Worker) -> None:
        """Start nurseries and try them, then offer the worker to the run; or tell the run why not."""
        self._worker, self._lock, self._held = worker, threading.RLock(), ExitStack()
        self._is_open, self._closed = False, False
        self._judges, self._given_up = {}, set()
        self._bored = threading.Timer(0, self._rest)
        try:
            await asyncio.to_thread(self._be_open)
        except Exception as error:
            if self._closed:  # registered twice, as it joined: the other one is set up
                return
            known = isinstance(error, (Unfit, ConfigurationError))
            self._tell(unfit=str(error) if known else f"{type(error).__name__}: {error}")
            await asyncio.to_thread(self._close)
            return
        await worker.set_resources(**{self.name: worker.state.nthreads})
        self._tell(fit=True)
        self._wait()

    async def teardown(self, worker: Worker) -> None:
        """End whoever is at work, and the nurseries."""
        self._tell(leaves=True)
        await asyncio.to_thread(self._close)

    def transition(self, key: Any, start: str, finish: str, **_: object) -> None:
        """End the judge of a task that nobody wants any longer: the run was stopped, or its coordinator is gone."""
        if finish == "cancelled" and key in self._judges:
            self._given_up.add(key)
            if judge := self._judges[key]:
                threading.Thread(target=judge.end).start()  # one may take seconds where it is asked

    def carry_out(self, key: str, student: str, parts: tuple[str, ...], alone: bool, parcel: Parcel) -> Done:
        """Have a judge judge some parts, or all, of what is in a parcel, `alone` as a Task has it."""
        self._judges[key] = None
        self._bored.cancel()
        try:
            self._be_open()
            self._tell(begun=key)
            return self._judged(key, student, parts, alone, parcel)
        finally:
            del self._judges[key]
            self._given_up.discard(key)
            self._wait()

    # ---- what a test does without

    def _seal(self) -> str:
        """Return the fingerprint of the grader that is installed here."""
        return seal()

    def _open(self, held: ExitStack) -> None:
        """Start what judges are forked from, and have one refuse what they refuse. Raises Unfit, ConfigurationError."""
        self._warm = held.enter_context(judging.nurseries(SPEC, self.terms.orders.options))
        self._expect_sandbox(self._warm)
        self._scratch = held.enter_context(scratch(self._warm))
        self._orders = replace(self.terms.orders, options=self._options(self._scratch))
        self._expect_data(self._orders.options)
        refuse_wrong_options(self._orders, self._warm, self._scratch)

    def _judged(self, key: str, student: str, parts: tuple[str, ...], alone: bool, parcel: Parcel) -> Done:
        folder = Path(tempfile.mkdtemp(prefix="hand-in-", dir=self._scratch))
        try:
            task = Task(student, parcel.unpack(folder), parts, alone)
            done = carry_out(task, self._orders, self._warm, self._scratch, lambda judge: self._goes_on(key, judge))
            return _placeless(done, f"{folder}/")
        finally:
            remove(folder)

    # ---- its own affairs

    def _expect_sandbox(self, warm: Nurseries) -> None:
        """Raise Unfit where a submission could reach the cluster, and nobody has asked for that."""
        options = self.terms.orders.options
        given = {*itertools.pairwise(options), *(tuple(option.split("=")) for option in options)}
        if warm.sandboxes is None and ("--isolation", "process") not in given:
            raise Unfit(
                "it can make no sandbox, so that submissions could reach the scheduler; docs/cluster.md tells what it "
                "needs, --isolation process does without"
            )

    def _expect_data(self, options: Sequence[str]) -> None:
        """Raise Unfit where checks would be asked with other digits here, ConfigurationError where with none."""
        given = dict(itertools.pairwise(options))
        rubric = load_rubric(Path(given.get("--rubric", SPEC.folder / "rubric.toml")), SPEC.thresholds, SPEC.tiers)
        root = given.get("--mnist-root", os.environ.get("MNIST_ROOT"))
        found = SPEC.data(rubric, Path(root) if root else None) if SPEC.data else ""
        if self.terms.data and found != self.terms.data:
            raise Unfit(
                f"its digits are {found}, the coordinator's are {self.terms.data}: $MNIST_ROOT says where they lie"
            )

    def _options(self, folder: Path) -> tuple[str, ...]:
        """Return the run's options, with the files that they name laid out here."""
        options = list(self.terms.orders.options)
        for option, parcel in self.terms.files.items():
            place = folder / option.strip("-")
            place.mkdir()
            options += [option, str(parcel.unpack(place))]  # what is given twice counts last
        return tuple(options)

    def _goes_on(self, key: str, judge: Judge | None) -> bool:
        self._judges[key] = judge
        return not (self._closed or key in self._given_up)

    def _be_open(self) -> None:
        """Open the place where it is not. Raises what opening it does."""
        with self._lock:
            if self._closed:
                raise Unfit("it is closed")
            if self._is_open:
                return
            if (found := self._seal()) != self.terms.seal:
                said = f"{found[:8]} is not {self.terms.seal[:8]}"
                raise Unfit(f"its grader is not the coordinator's ({said}): install the same version")
            self._open(self._held)
            self._is_open = True

    def _wait(self) -> None:
        """Rest when there has been nothing to do for a while; a coordinator that was killed takes nobody's leave."""
        with self._lock:
            if not (self._closed or self._judges):
                self._bored.cancel()
                self._bored = threading.Timer(BORED_SECONDS, self._rest)
                self._bored.daemon = True
                self._bored.start()

    def _rest(self) -> None:
        with self._lock:
            if not self._judges:
                self._held.close()
                self._is_open = False

    def _close(self) -> None:
        self._closed = True
        self._bored.cancel()
        threads = [threading.Thread(target=judge.end) for judge in list(self._judges.values()) if judge is not None]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with self._lock:  # whoever opens it is through
            self._held.close()

    def _tell(self, **said: object) -> None:
        self._worker.log_event(self.name, {"worker": self._worker.contact_address, **said})


def _placeless(done: Done, place: str) -> Done:
    """Return what came of a task without the place where it was judged: a report names the hand-in alone."""
    report = done.report.replace(place, "") if done.report else None
    page = done.page.replace(place.encode(), b"") if done.page else None
    return replace(done, output=done.output.replace(place, ""), report=report, page=page)


def grade(resource: str, key: str, student: str, parts: tuple[str, ...], alone: bool, parcel: Parcel) -> dict[str, Any]:
    """Carry out a task on the worker that this runs on; returns what came of it, by the names of Done's fields."""
    place = get_worker().plugins[resource]
    assert isinstance(place, Workplace)
    done = place.carry_out(key, student, parts, alone, parcel)
    return {field.name: getattr(done, field.name) for field in fields(done) if field.name != "task"}


def _parcel(options: Iterable[str], option: str) -> Parcel | None:
    """Return what an option names, the last time it is given. Raises ConfigurationError."""
    given = list(options)
    named = [two for one, two in itertools.pairwise(given) if one == option]
    named += [one.partition("=")[2] for one in given if one.startswith(f"{option}=")]
    try:
        return Parcel.of(Path(named[-1])) if named else None
    except (OSError, TooLarge) as error:
        raise ConfigurationError(f"{option} {named[-1]}: cannot be read ({error})") from None
