"""A submission as the checks see it: call its functions, get evidence, or a failure that says what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graders.harness.base.errors import CheckFailed, OutOfTime, StandinLacks, Unloadable, Unwritten
from graders.harness.base.model import Evidence, Failure, Handle, Raised, Suspicion, Where, Word
from graders.harness.link.transport import WorkerGone
from graders.harness.worker.wire import MALFORMED, MAX_BROKEN, MAX_LINES, WireError, decode, encode, tidy

from .codec import (
    JudgeCodec,
    read_functions,
    read_line,
    read_list,
    read_name,
    read_numbers,
    read_output,
    read_scene,
    read_where,
)
from .describe import describe_arguments
from .raising import failure_of
from .sightings import Sightings

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from graders.harness.base.limits import Limits
    from graders.harness.link.launcher import Launcher
    from graders.harness.source.source import Source

MAX_PATCHED = 100  # names that are told of, of all replies together
MAX_CRASHES = 2  # of one function; each costs a new worker, some seconds, and a hang its whole time limit


class Submission:
    """Calls a submission's functions in its worker. Every way in which that can go wrong is a CheckFailed."""

    def __init__(self, source: Source, launcher: Launcher, limits: Limits, contract: Collection[str] = ()) -> None:
        self.source = source
        self._contract = contract  # the functions that a submission has to define
        self._launcher, self._limits = launcher, limits
        self._deaths: dict[str, list[Failure]] = {}
        self._unloadable: Unloadable | None = None
        self._functions: dict[str, Where | None] = {}
        self.patched: dict[Suspicion, None] = {}  # what was seen to be put in others' places, in order
        self.sightings = Sightings()
        self._checked_generation = 0
        self._last_function, self._last_asked = "", ""

    def start(self, functions: Collection[str]) -> None:
        """Start the worker ahead of the first call, unless nothing of the submission can be called anyway."""
        if not self.source.is_untouched(functions):
            self._launcher.start()

    @property
    def started(self) -> bool:
        """Whether a worker is running or on its way."""
        return self._launcher.running

    @property
    def generation(self) -> int:
        """The number of the worker that answers the next request; handles of another one are stale."""
        return self._launcher.generation + (not self._launcher.running)

    @property
    def pid(self) -> int | None:
        """The process of its worker, None where it has none of its own."""
        return self._launcher.pid

    def close(self) -> None:
        """End the worker."""
        self._launcher.close()

    def call(
        self,
        function: str,
        *args: object,
        asked: str = "",
        seed: int = 0,
        observe: bool = False,
        keep: bool = False,
        standins: Sequence[str] = (),
        **kwargs: object,
    ) -> Evidence:
        """Call one of the student's functions and return the evidence.

        `seed` is set for Python, NumPy and torch before the call; `observe` keeps a transcript of its torch calls; with
        `keep`, what it returns stays in the worker, whatever it is; `standins` are replaced for the call's duration.
        Raises Unwritten, Unloadable, or CheckFailed where it is missing, raised, hung or crashed.
        """
        asked = asked or f"{function}({describe_arguments(args, kwargs)})"
        self.require(function)
        request = _call(function, False, seed, observe, keep, standins)
        return self._request(function, request, args, kwargs, asked)

    def probe(
        self,
        name: str,
        *args: object,
        function: str,
        asked: str = "",
        seed: int | None = 0,
        observe: bool = False,
        keep: bool = False,
        standins: Sequence[str] = (),
    ) -> Evidence:
        """Run one of the lab's probes beside the student's code, to measure what `function` returned earlier.

        With `seed` None nothing is done beside it, neither seeding nor looking for what was patched: its time counts.
        Raises as `call` does: what goes wrong in a probe goes wrong in what the student's function returned.
        """
        self._refuse_deadly(function)
        self._load()
        request = _call(name, True, seed, observe, keep, standins)
        return self._request(function, request, args, {}, asked or f"{function}(...)")

    def standin(self, function: str, *args: object, seed: int = 0) -> Evidence:
        """Call the lab's stand-in for a function, and return the handle of what it builds. Raises as `probe` does."""
        self._load()
        request = _call(function, False, seed, observe=False, keep=True, standins=[function])
        return self._request("", request, args, {}, f"{function}(...)")

    # ---- loading

    def _load(self) -> None:
        """Have a worker that has loaded the submission. Raises Unloadable."""
        _ = self.source.tree  # raises where it is no Python
        self._refuse_late()
        if self._unloadable is not None:
            raise self._unloadable
        try:
            loaded = self._launcher.load()
            if self._checked_generation != self._launcher.generation:
                self._functions = self._read_loaded(loaded)
                self._checked_generation = self._launcher.generation
        except WorkerGone as gone:
            self._unloadable = Unloadable(self._death(gone, self._loading, None, at_import=True))
            raise self._unloadable from None
        except Unloadable as unloadable:
            self._unloadable = unloadable  # it would fail again, and a hanging import would cost its limit again
            raise

    @property
    def _loading(self) -> str:
        """How somebody would load the file by hand."""
        path = self.source.path
        return f"%run {path.name}" if self.source.in_cells else f"import {path.stem}"

    def _refuse_late(self) -> None:
        """Raise OutOfTime where all calls together have taken what a whole grading may."""
        limit, spent = self._limits.grading_seconds, self._launcher.spent
        if spent >= limit:
            raise OutOfTime(Failure("out_of_time", {"spent": f"{spent:.0f}", "limit": f"{limit:g}"}))

    @property
    def hurried(self) -> bool:
        """Whether half of a grading's time is used up: what is left is for checks, and not for naming mistakes."""
        return self._launcher.spent >= self._limits.grading_seconds / 2

    def _read_loaded(self, loaded: dict[str, Any]) -> dict[str, Where | None]:
        asked = self._loading
        try:
            self.sightings.note(loaded)
            if "raised" in loaded:
                raised, source = self._read_raised(loaded["raised"]), self.source
                needed_by = source.needed_by(raised.called or raised.where)
                raise Unloadable(failure_of(raised, asked, None, True, source.in_cells, needed_by))
            self._note_patched(loaded)
            return read_functions(loaded["functions"])
        except MALFORMED:
            raise Unloadable(Failure("unreadable", {"text": Word("import_answer")}, asked)) from None

    def _note_patched(self, reply: dict[str, Any]) -> None:
        for name, at in read_list(reply.get("patched", []), MAX_BROKEN):
            patched = read_name(name)
            kind = "builtin" if patched.startswith("builtins.") else "patched"
            found = Suspicion(kind, patched, read_where(at))
            if len(self.patched) < MAX_PATCHED:
                self.patched[found] = None

    def unlend(self, function: str) -> None:
        """Have a worker that was never sent a stand-in for a function: it could answer in the function's place."""
        if function in self._launcher.lent:
            self._launcher.close()

    def require(self, function: str) -> None:
        """Raise unless `function` is there to be called, as `call` does."""
        if self.source.is_unwritten(function):
            raise Unwritten(function)
        self._refuse_deadly(function)
        self._load()
        if function not in self._functions:
            if self.source.is_decorated(function):  # it is defined; what became of it is no function
                raise CheckFailed(Failure("decorated_away", {"function": function}, where=self.source.where(function)))
            if looked_for := self.source.looked_for(function):
                params = {"function": function, "file": self.source.path.name, "looked_for": Word(looked_for)}
                raise CheckFailed(Failure("not_found", params))
            similar = self.source.similar(function, self._contract)
            where = self.source.where(similar) if similar else None
            key = "missing_but_similar" if similar else "missing"
            params = {"function": function, "file": self.source.path.name, "similar": similar}
            raise CheckFailed(Failure(key, params, where=where))

    def refuses(self, function: str) -> bool:
        """Tell whether a function hung before, or killed its worker too often, so that it is not asked again."""
        deaths = self._deaths.get(function, [])
        return bool(deaths) and (deaths[0].key == "timeout" or len(deaths) >= MAX_CRASHES)

    def _refuse_deadly(self, function: str) -> None:
        """Raise the failure of a function that is not asked again."""
        if self.refuses(function):
            raise CheckFailed(self._deaths[function][0])

    def upset(self, kind: str) -> Failure:
        """Return that a check came to grief, by a fault called `kind`, over what was asked last."""
        return Failure("upset", {"text": kind}, self._last_asked, self._where(self._last_function))

    # ---- requests

    def _request(
        self, function: str, request: dict[str, Any], args: Sequence[object], kwargs: dict[str, object], asked: str
    ) -> Evidence:
        codec, arrays = JudgeCodec(self._launcher.generation), list[Any]()
        self._last_function, self._last_asked = function or self._last_function, asked
        header = {
            **request,
            "standins": self._launcher.lend(request["standins"]),
            "args": [encode(arg, codec, arrays) for arg in args],
            "kwargs": {name: encode(arg, codec, arrays) for name, arg in kwargs.items()},
        }
        try:
            reply, out = self._launcher.request(header, arrays, self._limits.call_seconds)
        except WorkerGone as gone:
            failure = self._death(gone, asked, self._where(function))
            self._deaths.setdefault(function, []).append(failure)
            raise CheckFailed(failure) from None
        try:
            seen = self._read_reply(function, reply, out, codec, asked)
            if request["keep"] and not isinstance(seen.value, Handle):
                raise WireError("what was to stay in the worker did not")
            return seen
        except MALFORMED as error:
            self._launcher.close()
            failure = Failure("unreadable", {"text": type(error).__name__}, asked, self._where(function))
            self._deaths.setdefault(function, []).append(failure)  # it has cost a worker
            raise CheckFailed(failure) from None

    def _read_reply(
        self, function: str, reply: dict[str, Any], arrays: list[Any], codec: JudgeCodec, asked: str
    ) -> Evidence:
        self.sightings.note(reply)
        if "raised" in reply:
            raised = self._read_raised(reply["raised"])
            self._refuse_unwritten(raised)
            # Where no line of the student's raised, it was called from elsewhere, and may not take what it was given.
            failure = failure_of(raised, asked, self.source.where_called(raised.text) or self._where(function))
            raise StandinLacks(failure, raised.standin) if raised.standin else CheckFailed(failure)
        self._note_patched(reply)
        value = decode(reply["value"], codec, arrays)
        transcript = tuple(map(read_line, read_list(reply["transcript"], MAX_LINES)))
        stdout, enabled = read_output(reply["stdout"]), reply["grad_enabled"] is True
        returned = self.source.where_returned(function) or self._where(function)
        changed = read_numbers(reply.get("changed", []))
        return Evidence(asked, value, returned, self._where(function), stdout, transcript, enabled, changed)

    def _refuse_unwritten(self, raised: Raised) -> None:
        # PyTorch raises one, too, for what it cannot do with a type of numbers.
        said = "raise" in self.source.line(raised.where).split()
        if said and raised.type_name == "NotImplementedError" and raised.function in self._functions:
            raise Unwritten(raised.function, raised.where)

    def _read_raised(self, raised: dict[str, Any]) -> Raised:
        text, function = raised["text"], raised["function"]
        if type(text) is not str:
            raise WireError("an error's text that is none")
        name = None if function is None else read_name(function)
        standin = raised.get("standin")
        lacking = standin if standin in self._launcher.lent else None  # others' errors may say anything
        called = read_where(raised.get("called"))
        place, scene = read_where(raised["where"]), read_scene(raised.get("scene"))
        return Raised(read_name(raised["type"]), tidy(text), place, name, lacking, called, scene)

    def _where(self, function: str) -> Where | None:
        return self.source.where(function) or self._functions.get(function)

    def _death(self, gone: WorkerGone, asked: str, where: Where | None, at_import: bool = False) -> Failure:
        key = "timeout_at_import" if at_import and gone.reason == "timeout" else gone.reason
        key = "timeout_in_cell" if self.source.in_cells and key == "timeout_at_import" else key
        return Failure(key, {"text": gone.word or gone.detail}, asked, where)


def _call(
    name: str, probe: bool, seed: int | None, observe: bool, keep: bool, standins: Sequence[str]
) -> dict[str, Any]:
    options = {"seed": seed, "observe": observe, "keep": keep, "standins": list(standins)}
    return {"op": "call", "function": name, "probe": probe, **options}
