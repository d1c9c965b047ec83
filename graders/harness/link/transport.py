"""Ways to a worker: a process of its own, one forked from a nursery, or none but the judge's own process.

Parent side. A transport carries frames to and fro, keeps the clock, and ends the worker with all that it started.
"""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast

from graders.harness.base.model import Word
from graders.harness.walls.levels import EXCESS, FONTS, confined_folder
from graders.harness.walls.plan import BOOT, ENGINE, UNCONFINED
from graders.harness.worker.wire import MAX_REPLY, WireError, pack, read_frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from graders.harness.walls.levels import Walls
    from graders.harness.walls.plan import Plan

Frame = tuple[dict[str, Any], list[Any]]

PACKAGE_ROOT = Path(__file__).parents[3]
# What Python, torch and CUDA need to start; no tokens, no PYTHON*, no CI variables.
KEPT_VARIABLES = {"PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "CUDA_HOME"}
WINDOWS_VARIABLES = {"SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "TEMP", "TMP", "USERPROFILE", "APPDATA"}
STDERR_KEPT = 4_000  # bytes of a worker's last words
GRACE_SECONDS = 5  # for a killed process to be reaped


class WorkerGone(Exception):
    """The worker did not answer as it should: `reason` is "timeout", "crashed", "unreadable" or an Excess.

    `detail` is for whoever looks after the grader, `word` says the same to a student where that is not a plain number.
    """

    def __init__(self, reason: str, detail: str, word: Word | None = None) -> None:
        super().__init__(detail)
        self.reason, self.detail, self.word = reason, detail, word


CLOSED = WorkerGone("crashed", "closed", Word("closed"))


class Transport(Protocol):
    """A way to a worker."""

    @property
    def pid(self) -> int | None:
        """Its process, None where it has none of its own."""

    def send(self, header: dict[str, Any], arrays: list[Any]) -> None:
        """Send one request."""

    def receive(self, seconds: float) -> Frame:
        """Return the next reply. Raises WorkerGone."""

    def close(self) -> None:
        """End the worker and all it started."""


class InProcess:
    """The worker inside the judge's own process, where a debugger can reach the student's code. Nothing is isolated."""

    pid: int | None = None

    def __init__(self) -> None:
        from graders.harness.worker.worker import Worker

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
    """A process as `subprocess.Popen` gives it: three pipes, and ways to end it and to wait for its end."""

    @property
    def pid(self) -> int:
        """Its number."""

    def end(self) -> None:
        """Have it killed with all that it started."""

    def kill(self) -> None:
        """Kill this process alone."""

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code, or minus the signal. Raises subprocess.TimeoutExpired."""


class Grouped(subprocess.Popen[bytes]):
    """A process that is ended with its group: systems other than Linux know no better way."""

    def end(self) -> None:
        """Kill the group."""
        if sys.platform == "win32":
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(self.pid)], capture_output=True, check=False)
        else:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)


class Kept(subprocess.Popen[bytes]):
    """A keeper, which ends its worker when the lease is given up, be it by the judge's own end."""

    def __init__(self, *arguments: Any, lease: socket.socket, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._lease = lease

    def end(self) -> None:
        """Give up the lease."""
        self._lease.close()


def spawn(plan: Plan) -> Spawned:
    """Start a fresh worker process, which has yet to import torch."""
    python = [sys.executable, "-I", "-X", "utf8", "-c"]
    options: dict[str, Any] = {
        **dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE),
        "cwd": plan.folder,
        "env": environment(confined_folder(plan)),
        "start_new_session": sys.platform != "win32",
    }
    if sys.platform != "linux":
        for name, path in plan.copied.items():
            Path(plan.folder, name).parent.mkdir(exist_ok=True)
            shutil.copyfile(path, Path(plan.folder, name))
        return Grouped([*python, BOOT.format(f"{ENGINE}.worker.worker", "main"), str(PACKAGE_ROOT)], **options)
    ours, theirs = socket.socketpair()
    with theirs:
        boot = BOOT.format(f"{ENGINE}.walls.confine", "serve_alone")
        command = [*python, boot, str(PACKAGE_ROOT), plan.to_json(), str(theirs.fileno())]
        return Kept(command, lease=ours, pass_fds=[theirs.fileno()], **options)


class Process:
    """The worker in a process of its own, with its own folder and environment."""

    def __init__(self, spawn: Callable[[Plan], Spawned], walls: Walls) -> None:
        if sys.platform == "linux":  # or a worker, run as the same user, might look into the judge's memory
            from graders.harness.walls.restrict import PR_SET_DUMPABLE, prctl

            prctl(PR_SET_DUMPABLE, 0)
        self._scratch = tempfile.mkdtemp(prefix="grading-")
        self._process = spawn(walls.plan(self._scratch))
        self._requests: queue.Queue[Frame | None] = queue.Queue()
        self._frames: queue.Queue[Frame | WorkerGone] = queue.Queue(maxsize=1)
        self._last_words = bytearray()
        self._listener = threading.Thread(target=self._drain_stderr, daemon=True)
        self._listener.start()
        for target in (self._write_frames, self._read_frames):
            threading.Thread(target=target, daemon=True).start()

    @property
    def pid(self) -> int:
        """The process of the worker, or of its keeper."""
        return self._process.pid

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
        self._process.end()
        try:
            self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(OSError):
                self._process.kill()  # a keeper that was stopped, say; its worker dies with it
        self._requests.put(None)
        with contextlib.suppress(queue.Empty):  # lets a reader go on that a flood of frames has stopped
            while True:
                self._frames.get_nowait()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _stream(self, name: str) -> BinaryIO:
        return cast("BinaryIO", getattr(self._process, name))

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
                while (frame := read_frame(stream.read, MAX_REPLY)) is not None:
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
            if code in EXCESS:
                return WorkerGone(EXCESS[code], "")
            if code == UNCONFINED:
                self._listener.join(GRACE_SECONDS)
                return WorkerGone("crashed", f"no sandbox: {self.last_words}")
            if code >= 0:
                return WorkerGone("crashed", f"exit code {code}", Word("exit_code", {"code": code}))
            with contextlib.suppress(ValueError):
                return WorkerGone("crashed", signal.Signals(-code).name)
        return CLOSED

    @property
    def last_words(self) -> str:
        """The end of what the worker wrote to stderr."""
        return self._last_words.decode(errors="replace").strip()


def environment(home: str) -> dict[str, str]:
    """Return the environment of a worker whose own folder is `home`."""
    kept = {name: value for name, value in os.environ.items() if name.upper() in KEPT_VARIABLES | WINDOWS_VARIABLES}
    return {
        **kept,
        "HOME": home,
        "OMP_NUM_THREADS": "1",  # one thread: the same sums in the same order on every machine
        "MKL_NUM_THREADS": "1",
        # torch.compile runs a model as it stands: what is graded is what it computes, on machines without a compiler
        # too, and under the observer, where some releases of torch cannot trace.
        "TORCH_COMPILE_DISABLE": "1",
        "TORCHDYNAMO_DISABLE": "1",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": f"{home}/{FONTS}",
    }
