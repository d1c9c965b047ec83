"""The process that runs student code: it decodes a request, carries it out, and sends back what it saw.

Child side. It measures and never judges. Requests, by "op":
`prepare` (import torch, set limits, load the lab's probes), `load` (run the submission's file) and `call` (a
student's function or a probe). Every reply carries the request's id.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from . import exits, loading
from .given import Given
from .lookout import Lookout
from .observer import Places, Transcript
from .recorder import Recorder
from .scenes import Scenes
from .seals import READY, Seals
from .slate import Slate
from .unasked import code_of, is_a, kinds_of
from .wire import MAX_REPLY, WireError, decode, encode, pack, pick, place, read_frame, tidy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

PACKAGE = __name__.partition(".")[0]
MODULE = "lab"  # the name under which a submission is imported, whatever its file is called
NUMPY_LACKS = ("bfloat16", "float8", "complex", "quint", "qint", "bits")


class Worker:
    """Carries out requests. Things that cannot cross the wire live in its table of handles."""

    def __init__(self, echo: bool = False) -> None:
        self._echo = echo
        self._handles: dict[int, object] = {}
        self._names: dict[str, Any] = {}  # of the submission's module
        self._probes: Any = None
        self._genuine: dict[str, Any] = {}  # classes that nobody else may bear the names of
        self._torch: Any = None
        self._places = Places(Path(os.devnull))
        self._lookout = Lookout()
        self._home = None if echo else str(Path.cwd())  # a process of its own starts in a folder of its own
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    # ---- requests

    def handle(self, request: dict[str, Any], arrays: list[Any]) -> tuple[dict[str, Any], list[Any]]:
        """Carry out one request and return header and arrays of the reply."""
        carry_out: Callable[..., dict[str, Any]] = getattr(self, f"_op_{request['op']}")
        out: list[Any] = []
        reply = carry_out(request, arrays, out)
        return {"id": request["id"], **reply, "seen": self._lookout.fresh()}, out

    def _op_prepare(self, request: dict[str, Any], _in: list[Any], _out: list[Any]) -> dict[str, Any]:
        try:
            _limit_memory(request["memory_bytes"])
            self._torch = importlib.import_module("torch")
            self._torch.set_num_threads(request["threads"])
            for name, text in request["modules"]:
                self._probes = loading.import_text(f"{PACKAGE}.{name}", text)  # the last are the probes
            self._genuine = {name: _import_class(name) for name in request["types"]}
            self._remember()
        except Exception as error:
            return {"raised": {"type": type(error).__name__, "text": tidy(str(error)), "where": None, "function": None}}
        return {"torch": self._torch.__version__}

    def _remember(self) -> None:
        """Keep what measures, before the submission can put its own in the place; our modules leave its sight."""
        torch = self._torch
        self._slate = Slate(torch)
        self._as_subclass, self._tensor = torch.Tensor.as_subclass, torch.Tensor
        self._given = Given(torch)
        self._undisguised = torch._C.DisableTorchFunctionSubclass
        self._seals = READY.pop() if READY else Seals(torch)
        self._scenes = Scenes(torch)
        if not self._echo:  # in a process of its own
            for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
                del sys.modules[name]
            sys.modules[PACKAGE] = None  # type: ignore[assignment]  # how Python notes that it cannot be imported
            sys.path[:] = [folder for folder in sys.path if not Path(folder, PACKAGE, "harness").is_dir()]

    def _op_load(self, request: dict[str, Any], _in: list[Any], _out: list[Any]) -> dict[str, Any]:
        path = Path(request["path"])
        self._places = Places(path.parent)
        sys.path.append(str(path.parent))  # last, so that a file named random.py cannot take a module's place
        if not self._echo:  # nobody can take these away again
            loading.only_as_written(self._places.root, self._places.not_theirs)
            self._lookout.begin(self._places)
        recorder = Recorder(sys.__stdout__ if self._echo else None)
        try:
            with contextlib.redirect_stdout(recorder), exits.Raising():
                loading.import_file(MODULE, path, self._begin)
        except BaseException as error:
            return {"raised": self._raised(error), "stdout": recorder.text()}
        patched = self._seals.broken(self._places, MODULE)
        return {"functions": self._functions(), "stdout": recorder.text(), "patched": patched}

    def _raised(self, error: BaseException) -> dict[str, Any]:
        """Describe an exception, and what stood around it."""
        return {**self._places.describe(error), "scene": self._scenes.of(error, self._places)}

    def _begin(self, module: ModuleType) -> None:
        """Keep the names of the submission's module: it may put another in its place, or be of another class."""
        self._names = vars(module)

    def _functions(self) -> dict[str, list[Any] | None]:
        """Return the callables of the submission, each with its place where that is in the submission."""
        found: dict[str, list[Any] | None] = {}
        for name, value in self._names.copy().items():  # a thread of the student's may add some meanwhile
            code = code_of(value)
            file = self._places.file_of(code) if code is not None else None
            if type(name) is str and callable(value):
                found[name] = [file, code.co_firstlineno] if code is not None and file is not None else None
        return found

    def _op_call(self, request: dict[str, Any], arrays: list[Any], out: list[Any]) -> dict[str, Any]:
        torch = self._torch
        transcript = Transcript(self._places, self._slate.grad_enabled)
        recorder = Recorder(sys.__stdout__ if self._echo else None)
        reply: dict[str, Any] = {}
        with contextlib.ExitStack() as stack:
            stack.enter_context(self._slate.clean(request["seed"], recorder))
            stack.enter_context(self._standins(request["standins"]))
            args = []
            for number, node in enumerate(request["args"]):
                self._given.begin(number)
                args.append(decode(node, self, arrays))
            self._given.begin(len(args))
            kwargs = {name: decode(node, self, arrays) for name, node in request["kwargs"].items()}
            function = (vars(self._probes) if request["probe"] else self._names)[request["function"]]
            if request["observe"]:
                stack.enter_context(transcript.observing(torch))
            try:
                value = function(*args, **kwargs)
                reply["grad_enabled"] = self._slate.grad_enabled()
                reply["value"] = self._keep(value) if request["keep"] else encode(value, self, out)
            except BaseException as error:
                out.clear()
                reply["raised"] = self._raised(error)
        bare = request["seed"] is None  # its time counts: what was patched is seen when something else is asked
        patched = [] if bare else self._seals.broken(self._places, MODULE)
        reply["changed"] = [] if bare else self._given.changed()
        self._given.forget()
        return {**reply, "stdout": recorder.text(), "transcript": transcript.lines(), "patched": patched}

    @contextlib.contextmanager
    def _standins(self, texts: dict[str, str]) -> Iterator[None]:
        """Put the lab's correct functions in the place of the student's for one call."""
        lab, missing = self._names, object()
        before = {name: lab.get(name, missing) for name in texts}
        for name, text in texts.items():
            scope: dict[str, Any] = {"__name__": "standin"}
            exec(loading.compiled("standin", text), scope)
            lab[name] = scope[name]
            self._places.trust(scope)
        try:
            yield
        finally:
            for name, function in before.items():
                if function is missing:
                    lab.pop(name, None)
                else:
                    lab[name] = function

    # ---- the codec: what only this side knows

    def dump(self, value: object, arrays: list[Any]) -> dict[str, Any]:
        """Describe a tensor or a NumPy scalar; put anything else in the table of handles."""
        if is_a(value, self._tensor):
            return self._dump_tensor(value, arrays)
        if is_a(value, np.generic) and isinstance(value, (np.floating, np.integer, np.bool_)):
            return {"$": "scalar", "dtype": value.dtype.name, "value": encode(float(value), self, arrays)}
        if is_a(value, np.ndarray) and isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
            return encode(np.array(value, subok=False), self, arrays)  # type: ignore[no-any-return]  # an array's node is a dict
        return self._keep(value)

    def _keep(self, value: object) -> dict[str, Any]:
        number = max(self._handles, default=0) + 1
        self._handles[number] = value
        return {"$": "handle", "id": number, "kinds": kinds_of(value, self._genuine, MODULE)}

    def _dump_tensor(self, tensor: Any, arrays: list[Any]) -> dict[str, Any]:
        with self._undisguised():  # a subclass may lie about itself; its bytes do not
            tensor = self._as_subclass(tensor, self._tensor)
        dtype, device = str(tensor.dtype).removeprefix("torch."), str(tensor.device)
        flat = tensor.detach().resolve_conj().resolve_neg().to("cpu")
        if dtype.startswith(NUMPY_LACKS):
            flat = flat.float()
        return {
            "$": "tensor",
            **place(flat.numpy(), arrays),
            "dtype": dtype,
            "device": device,
            "requires_grad": bool(tensor.requires_grad),
        }

    def _lay_out(self, name: str, files: dict[str, Any]) -> str:
        """Write a folder of the judge's into a place of the worker's own, and return its path."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(dir=self._home)
        folder = Path(self._folder.name, name)
        try:
            _write(folder, files)
        except OSError:  # no room, after student code that filled the disk: that cost its own part
            self._sweep()
            _write(folder, files)
        self._places.call(str(folder), "root")
        return str(folder)

    def _sweep(self) -> None:
        """Remove what student code left in the worker's own folder; there is none in the judge's process."""
        kept = self._folder and Path(self._folder.name)
        for path in Path(self._home).iterdir() if self._home else ():
            if path != kept:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()

    def load(self, kind: str, node: dict[str, Any], arrays: list[Any]) -> object:
        """Build a tensor, or fetch what a handle stands for."""
        if kind == "tensor":
            held = pick(node, arrays)
            tensor = self._torch.from_numpy(held.copy())
            self._given.keep(tensor, held)
            return tensor.requires_grad_(node["requires_grad"])
        if kind == "handle":
            return self._handles[node["id"]]
        if kind == "folder":
            return self._lay_out(node["name"], {name: pick(content, arrays) for name, content in node["files"]})
        raise WireError(f"unknown kind {kind}")


def _write(folder: Path, files: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for inside, content in files.items():
        (folder / inside).parent.mkdir(parents=True, exist_ok=True)
        (folder / inside).write_bytes(content.data)


def _import_class(name: str) -> Any:
    module, _, own = name.rpartition(".")
    return getattr(importlib.import_module(module), own)


def _limit_memory(limit: int | None) -> None:
    """Cap this process's private memory where the system can (Linux); address space would also count torch's maps."""
    if limit is None or sys.platform != "linux":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _claim_protocol() -> tuple[BinaryIO, BinaryIO]:
    """Take stdin and stdout for frames alone, which works on any system; prints that bypass Python go to stderr."""
    frames_in, frames_out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return frames_in, frames_out


def _send(stream: BinaryIO, header: dict[str, Any], arrays: list[Any]) -> None:
    try:
        pieces = pack(header, arrays, MAX_REPLY)
    except WireError as error:
        fault = {"type": "WireError", "text": str(error), "where": None, "function": None}
        pieces = pack({"id": header["id"], "raised": fault}, [])
    for piece in pieces:
        stream.write(piece)
    stream.flush()


def main() -> None:
    """Serve requests until the judge closes the pipe."""
    frames_in, frames_out = _claim_protocol()
    worker = Worker()
    while (frame := read_frame(frames_in.read)) is not None:
        _send(frames_out, *worker.handle(*frame))
    os._exit(0)  # no atexit hook or waiting thread of the student's holds the judge up
