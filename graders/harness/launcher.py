"""Starts the worker, carries frames to and fro, keeps the clock, and ends the worker when it hangs or misbehaves.

Parent side. The judge never imports torch; only isolation "none", which is for debugging, runs the worker in here.
"""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast

import platformdirs

from .errors import HarnessFault
from .wire import WireError, pack, read_frame

if TYPE_CHECKING:
    from .rubric import Limits

Frame = tuple[dict[str, Any], list[Any]]

PACKAGE_ROOT = Path(__file__).parents[2]
BOOT = f"import sys; sys.path.insert(0, sys.argv[1]); from {__package__}.worker import main; del sys.path[0]; main()"
# What Python, torch and CUDA need to start; no tokens, no PYTHON*, no CI variables.
KEPT_VARIABLES = {"PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "CUDA_HOME"}
WINDOWS_VARIABLES = {"SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "TEMP", "TMP", "USERPROFILE", "APPDATA"}
STDERR_KEPT = 4_000  # bytes of a worker's last words
GRACE_SECONDS = 5  # for a killed process to be reaped


class WorkerGone(Exception):
    """The worker did not answer as it should: `reason` is "timeout", "crashed" or "unreadable"."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


class Transport(Protocol):
    """A way to a worker."""

    def send(self, header: dict[str, Any], arrays: list[Any]) -> None:
        """Send one request."""

    def receive(self, seconds: float) -> Frame:
        """Return the next reply. Raises WorkerGone."""

    def close(self) -> None:
        """End the worker and all it started."""


class InProcess:
    """The worker inside the judge's own process, where a debugger can reach the student's code. Nothing is isolated."""

    def __init__(self) -> None:
        from .worker import Worker

        self._worker = Worker(echo=True)
        self._requests: list[Frame] = []

    def send(self, header: dict[str, Any], arrays: list[Any]) -> None:
        """Keep the request until its reply is wanted."""
        self._requests.append((header, arrays))

    def receive(self, seconds: float) -> Frame:
        """Carry out the oldest request; no clock runs."""
        return self._worker.handle(*self._requests.pop(0))

    def close(self) -> None:
        """Do nothing: there is no process to end."""


class Process:
    """The worker in a process of its own, with its own folder and environment."""

    def __init__(self) -> None:
        self._scratch = tempfile.mkdtemp(prefix="grading-")
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-X", "utf8", "-c", BOOT, str(PACKAGE_ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self._scratch,
            env=_environment(self._scratch),
            start_new_session=os.name == "posix",
        )
        self._frames: queue.Queue[Frame | WorkerGone] = queue.Queue(maxsize=8)
        self._last_words = bytearray()
        for target in (self._read_frames, self._drain_stderr):
            threading.Thread(target=target, daemon=True).start()

    def send(self, header: dict[str, Any], arrays: list[Any]) -> None:
        """Write one frame; a dead worker shows when its reply is wanted."""
        stream = cast("BinaryIO", self._process.stdin)
        with contextlib.suppress(OSError):
            for piece in pack(header, arrays):
                stream.write(piece)
            stream.flush()

    def receive(self, seconds: float) -> Frame:
        """Return the next frame, or raise WorkerGone once `seconds` are over or the worker is."""
        try:
            frame = self._frames.get(timeout=seconds)
        except queue.Empty:
            raise WorkerGone("timeout", f"{seconds:g}") from None
        if isinstance(frame, WorkerGone):
            raise frame
        return frame

    def close(self) -> None:
        """Kill the worker's whole process group and remove its folder."""
        self._kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE_SECONDS)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            with contextlib.suppress(OSError):
                cast("BinaryIO", stream).close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _kill(self) -> None:
        if sys.platform == "win32":
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(self._process.pid)], capture_output=True, check=False)
        else:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _read_frames(self) -> None:
        stream = cast("BinaryIO", self._process.stdout)
        try:
            while (frame := read_frame(stream.read)) is not None:
                self._frames.put(frame)
            self._frames.put(WorkerGone("crashed", self._how_it_ended()))
        except (WireError, MemoryError) as error:
            self._frames.put(WorkerGone("unreadable", str(error)))
        except (OSError, ValueError):  # closed under our hands: nobody waits any more
            self._frames.put(WorkerGone("crashed", "closed"))

    def _drain_stderr(self) -> None:
        stream = cast("BinaryIO", self._process.stderr)
        with contextlib.suppress(OSError, ValueError):
            while chunk := stream.read1(65536):  # type: ignore[attr-defined]  # a buffered pipe has read1
                self._last_words = (self._last_words + chunk)[-STDERR_KEPT:]

    def _how_it_ended(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._process.wait(GRACE_SECONDS)
            if code >= 0:
                return f"exit code {code}"
            with contextlib.suppress(ValueError):
                return signal.Signals(-code).name
        return "closed"

    @property
    def last_words(self) -> str:
        """The end of what the worker wrote to stderr."""
        return self._last_words.decode(errors="replace").strip()


def _environment(scratch: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.upper() in KEPT_VARIABLES | WINDOWS_VARIABLES}
    cache = platformdirs.user_cache_path("mnist-softmax-grader") / "matplotlib"
    return {
        **kept,
        "HOME": scratch,
        "OMP_NUM_THREADS": "1",  # one thread: the same sums in the same order on every machine
        "MKL_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(cache),  # its font list takes seconds to build: once, not once a worker
    }


@dataclass(frozen=True, slots=True)
class Target:
    """What a worker is to load: the submission's file and the lab's probes."""

    module: Path
    probes: Path


class Launcher:
    """Keeps one worker alive for a submission: starts it, restarts it after a death, numbers its requests."""

    def __init__(self, target: Target, limits: Limits, isolation: str) -> None:
        self.generation = 0
        self._target, self._limits = target, limits
        self._make: type[Process | InProcess] = InProcess if isolation == "none" else Process
        self._transport: Transport | None = None
        self._loaded: dict[str, Any] | None = None
        self._last_id = 0

    def start(self) -> None:
        """Start a worker and let it import and load while the judge does something else."""
        if self._transport is not None:
            return
        self.generation += 1
        self._transport, self._loaded = self._make(), None
        limit = self._limits.memory_megabytes * 2**20 or None
        self._send({"op": "prepare", "probes": str(self._target.probes), "threads": 1, "memory_bytes": limit}, [])
        self._send({"op": "load", "path": str(self._target.module)}, [])

    def load(self) -> dict[str, Any]:
        """Return the reply to "load". Raises HarnessFault when no worker can start here, else as `request` does."""
        self.start()
        if self._loaded is None:
            self._await_prepared()
            self._loaded, _ = self._receive(self._limits.start_seconds, self._last_id)
        return self._loaded

    def _await_prepared(self) -> None:
        try:
            prepared, _ = self._receive(self._limits.start_seconds, self._last_id - 1)
        except WorkerGone as gone:
            raise HarnessFault(f"the worker process did not start ({gone.reason}: {gone.detail})") from gone
        if "raised" in prepared:
            self.close()
            raise HarnessFault("the worker process cannot be prepared: {type}: {text}".format(**prepared["raised"]))

    def request(self, header: dict[str, Any], arrays: list[Any], seconds: float) -> Frame:
        """Send a request to a loaded worker and return its reply. Raises WorkerGone, having ended the worker."""
        self.load()
        self._send(header, arrays)
        return self._receive(seconds, self._last_id)

    def close(self) -> None:
        """End the worker, if there is one."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.close()

    def _send(self, header: dict[str, Any], arrays: list[Any]) -> None:
        self._last_id += 1
        cast("Transport", self._transport).send({"id": self._last_id, **header}, arrays)

    def _receive(self, seconds: float, number: int) -> Frame:
        try:
            reply, arrays = cast("Transport", self._transport).receive(seconds)
            if reply.get("id") != number:
                raise WorkerGone("unreadable", "an answer to another question")
        except WorkerGone:
            self.close()
            raise
        return reply, arrays
