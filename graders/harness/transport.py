"""Ways to a worker: a process of its own, one forked from a nursery, or none but the judge's own process.

Parent side. A transport carries frames to and fro, keeps the clock, and ends the worker with all that it started.
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
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast

import platformdirs

from .model import Word
from .wire import WireError, pack, read_frame

if TYPE_CHECKING:
    from collections.abc import Callable

Frame = tuple[dict[str, Any], list[Any]]

PACKAGE_ROOT = Path(__file__).parents[2]
BOOT = f"import sys; sys.path.insert(0, sys.argv[1]); from {__package__}.worker import main; del sys.path[0]; main()"
# What Python, torch and CUDA need to start; no tokens, no PYTHON*, no CI variables.
KEPT_VARIABLES = {"PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "CUDA_HOME"}
WINDOWS_VARIABLES = {"SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "TEMP", "TMP", "USERPROFILE", "APPDATA"}
CACHE = "course-grader"  # the folder in the user's cache
STDERR_KEPT = 4_000  # bytes of a worker's last words
GRACE_SECONDS = 5  # for a killed process to be reaped


class WorkerGone(Exception):
    """The worker did not answer as it should: `reason` is "timeout", "crashed" or "unreadable".

    `detail` is for whoever looks after the grader, `word` says the same to a student where that is not a plain number.
    """

    def __init__(self, reason: str, detail: str, word: Word | None = None) -> None:
        super().__init__(detail)
        self.reason, self.detail, self.word = reason, detail, word


CLOSED = WorkerGone("crashed", "closed", Word("closed"))


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


class Spawned(Protocol):
    """A process as `subprocess.Popen` gives it: pid, three pipes, and a way to wait for its end."""

    pid: int

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code, or minus the signal. Raises subprocess.TimeoutExpired."""


def spawn(scratch: str) -> Spawned:
    """Start a fresh worker process, which has yet to import torch."""
    return subprocess.Popen(
        [sys.executable, "-I", "-X", "utf8", "-c", BOOT, str(PACKAGE_ROOT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=scratch,
        env=environment(scratch),
        start_new_session=os.name == "posix",
    )


class Process:
    """The worker in a process of its own, with its own folder and environment."""

    def __init__(self, spawn: Callable[[str], Spawned]) -> None:
        self._scratch = tempfile.mkdtemp(prefix="grading-")
        self._process = spawn(self._scratch)
        self._requests: queue.Queue[Frame | None] = queue.Queue()
        self._frames: queue.Queue[Frame | WorkerGone] = queue.Queue(maxsize=8)
        self._last_words = bytearray()
        for target in (self._write_frames, self._read_frames, self._drain_stderr):
            threading.Thread(target=target, daemon=True).start()

    def send(self, header: dict[str, Any], arrays: list[Any]) -> None:
        """Have one frame written; a worker that is dead, or does not read, shows when its reply is wanted."""
        self._requests.put((header, arrays))

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
        self._requests.put(None)
        with contextlib.suppress(queue.Empty):  # lets a reader go on that a flood of frames has stopped
            while True:
                self._frames.get_nowait()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _stream(self, name: str) -> BinaryIO:
        return cast("BinaryIO", getattr(self._process, name))

    def _kill(self) -> None:
        if sys.platform == "win32":
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(self._process.pid)], capture_output=True, check=False)
        else:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    # Each thread closes its own pipe at its end. Closed by another thread, it would wait for that end, which a process
    # that outlived the worker may put off for ever.

    def _write_frames(self) -> None:
        with contextlib.suppress(OSError, ValueError), self._stream("stdin") as stream:
            while (request := self._requests.get()) is not None:
                for piece in pack(*request):
                    stream.write(piece)
                stream.flush()

    def _read_frames(self) -> None:
        try:
            with self._stream("stdout") as stream:
                while (frame := read_frame(stream.read)) is not None:
                    self._frames.put(frame)
            self._frames.put(self._how_it_ended())
        except WireError as error:
            self._frames.put(WorkerGone("unreadable", str(error), Word("no_answer")))
        except (OSError, ValueError):  # closed under our hands: nobody waits any more
            self._frames.put(CLOSED)

    def _drain_stderr(self) -> None:
        with contextlib.suppress(OSError, ValueError), self._stream("stderr") as stream:
            while chunk := stream.read1(65536):  # type: ignore[attr-defined]  # a buffered pipe has read1
                self._last_words = (self._last_words + chunk)[-STDERR_KEPT:]

    def _how_it_ended(self) -> WorkerGone:
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._process.wait(GRACE_SECONDS)
            if code >= 0:
                return WorkerGone("crashed", f"exit code {code}", Word("exit_code", {"code": code}))
            with contextlib.suppress(ValueError):
                return WorkerGone("crashed", signal.Signals(-code).name)
        return CLOSED

    @property
    def last_words(self) -> str:
        """The end of what the worker wrote to stderr."""
        return self._last_words.decode(errors="replace").strip()


def environment(scratch: str) -> dict[str, str]:
    """Return the environment of a worker whose own folder is `scratch`."""
    kept = {name: value for name, value in os.environ.items() if name.upper() in KEPT_VARIABLES | WINDOWS_VARIABLES}
    cache = platformdirs.user_cache_path(CACHE) / "matplotlib"
    return {
        **kept,
        "HOME": scratch,
        "OMP_NUM_THREADS": "1",  # one thread: the same sums in the same order on every machine
        "MKL_NUM_THREADS": "1",
        # torch.compile runs a model as it stands: what is graded is what it computes, on machines without a compiler
        # too, and under the observer, where some releases of torch cannot trace.
        "TORCH_COMPILE_DISABLE": "1",
        "TORCHDYNAMO_DISABLE": "1",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": str(cache),  # its font list takes seconds to build: once, not once a worker
    }
