"""Keeps one worker alive for a submission: starts it, numbers its requests, replaces it after a death.

Parent side. The judge never imports torch; only isolation "none", which is for debugging, runs the worker in here.
"""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from graders.harness.base import packed
from graders.harness.base.errors import HarnessFault
from graders.harness.base.model import Word
from graders.harness.walls.levels import Walls
from graders.harness.walls.plan import Maker

from .excerpt import defined, excerpt
from .transport import InProcess, Process, WorkerGone, spawn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from graders.harness.base.limits import Limits
    from graders.harness.walls.plan import Plan

    from .transport import Frame, Spawned, Transport


@dataclass(frozen=True, slots=True)
class Target:
    """What a worker is to load: the submission's file and the lab's probes.

    `visible` is what it can see of the submission, `modules` the lab's modules that the probes import, in an order in
    which they can be loaded, `standins` the lab's module of stand-ins, `types` the classes whose names nobody
    else may bear.
    """

    module: Path
    probes: Path
    visible: Path
    modules: tuple[Path, ...] = ()
    standins: Path | None = None
    types: tuple[str, ...] = ()


def transport_for(
    isolation: str,
    target: Target,
    limits: Limits,
    nursery: Path | None = None,
    maker: Maker = Maker.NAMESPACES,
) -> Transport:
    """Make a way to a new worker: "none", "process" or "sandbox", the latter two from a running nursery where given."""
    if isolation == "none":
        return InProcess()
    walls = Walls(isolation == "sandbox", target.visible, limits, maker)
    return Process(partial(_fork, nursery) if nursery else spawn, walls)


def _fork(nursery: Path, plan: Plan) -> Spawned:
    if sys.platform == "linux":
        from .nursery import spawn_from

        with suppress(OSError):  # it is gone, killed for memory, say
            return spawn_from(nursery, plan)
    return spawn(plan)


class Launcher:
    """Keeps one worker alive for a submission: starts it, restarts it after a death, numbers its requests."""

    def __init__(self, target: Target, limits: Limits, make: Callable[[Target, Limits], Transport]) -> None:
        self.generation = 0
        self.lent: set[str] = set()  # functions whose stand-ins this worker was sent: it may have kept them
        self.spent = 0.0  # seconds in which the submission was waited for: its import and its calls
        self._target, self._limits, self._make = target, limits, make
        self._transport: Transport | None = None
        self._loaded: dict[str, Any] | None = None
        self._last_id = 0

    def start(self) -> None:
        """Start a worker and let it import while the judge does something else; nothing of the submission runs yet."""
        if self._transport is not None:
            return
        self.generation += 1
        self.lent = set()
        self._transport, self._loaded = self._make(self._target, self._limits), None
        limit = self._limits.memory_megabytes * 2**20 or None
        # The lab's own modules cross as texts: nothing of them lies where student code could read it.
        files = (*self._target.modules, self._target.probes)
        modules = [packed.module(path) for path in files]
        self._send(
            {"op": "prepare", "modules": modules, "types": self._target.types, "threads": 1, "memory_bytes": limit}, []
        )

    @property
    def running(self) -> bool:
        """Whether there is a worker."""
        return self._transport is not None

    @property
    def pid(self) -> int | None:
        """The worker's process; None where there is no worker, or none in a process of its own."""
        return self._transport.pid if self._transport else None

    def load(self) -> dict[str, Any]:
        """Return the reply to "load". Raises HarnessFault when no worker can start here, else as `request` does."""
        self.start()
        if self._loaded is None:
            self._await_prepared()
            self._send({"op": "load", "path": str(self._target.module)}, [])
            self._loaded, _ = self._receive_timed(self._limits.import_seconds)
        return self._loaded

    def _await_prepared(self) -> None:
        try:
            prepared, _ = self._receive(self._limits.start_seconds, self._last_id)
        except WorkerGone as gone:
            raise HarnessFault(f"the worker process did not start ({gone.reason}: {gone.detail})") from gone
        if "raised" in prepared:
            self.close()
            raise HarnessFault("the worker process cannot be prepared: {type}: {text}".format(**prepared["raised"]))

    def lend(self, functions: Sequence[str]) -> dict[str, str]:
        """Return the texts of stand-ins, to be sent to the worker. Raises HarnessFault where the lab has none."""
        texts = {function: self._standin(function) for function in functions}
        self.lent |= {name for text in texts.values() for name in defined(text)}  # what they need comes along
        return texts

    def _standin(self, function: str) -> str:
        try:
            return excerpt(cast("Path", self._target.standins), function)
        except (KeyError, AttributeError):
            raise HarnessFault(f"there is no stand-in for {function}") from None

    def request(self, header: dict[str, Any], arrays: list[Any], seconds: float) -> Frame:
        """Send a request to a loaded worker and return its reply. Raises WorkerGone, having ended the worker."""
        self.load()
        self._send(header, arrays)
        return self._receive_timed(seconds)

    def close(self) -> None:
        """End the worker, if there is one."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.close()

    def _send(self, header: dict[str, Any], arrays: list[Any]) -> None:
        self._last_id += 1
        cast("Transport", self._transport).send({"id": self._last_id, **header}, arrays)

    def _receive_timed(self, seconds: float) -> Frame:
        """Wait for the last request's reply, at the submission's cost."""
        began = time.monotonic()
        try:
            return self._receive(seconds, self._last_id)
        finally:
            self.spent += time.monotonic() - began

    def _receive(self, seconds: float, number: int) -> Frame:
        try:
            reply, arrays = cast("Transport", self._transport).receive(seconds)
            if reply.get("id") != number:
                raise WorkerGone("unreadable", "an answer to another question", Word("other_answer"))
        except WorkerGone:
            self.close()
            raise
        return reply, arrays
