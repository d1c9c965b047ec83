"""Ways to a worker: a process of its own, one forked from a nursery, or none but the judge's own process.

Parent side. A transport carries frames to and fro, keeps the clock, and ends the worker with all that it started.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, cast

from graders.harness.base.model import Word
from graders.harness.walls.levels import EXCESS, FONTS, confined_folder
from graders.harness.walls.plan import BOOT, ENGINE, UNCONFINED
from graders.harness.worker.wire import WireError

from .pipes import Late
from .polled import Polled
from .threaded import Threaded

if TYPE_CHECKING:
    from collections.abc import Callable

    from graders.harness.walls.levels import Walls
    from graders.harness.walls.plan import Plan
    from graders.harness.worker.wire import Frame

    from .pipes import Pipes

PACKAGE_ROOT = Path(__file__).parents[3]
# What Python, torch and CUDA need to start; no tokens, no PYTHON*, no CI variables.
KEPT_VARIABLES = {"PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "CUDA_HOME"}
WINDOWS_VARIABLES = {"SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "TEMP", "TMP", "USERPROFILE", "APPDATA"}
GRACE_SECONDS = 5  # for a killed process to be reaped
PIPES: Callable[[BinaryIO, BinaryIO, BinaryIO], Pipes] = Threaded if sys.platform == "win32" else Polled


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

    def __init__(
        self,
        spawn: Callable[[Plan], Spawned],
        walls: Walls,
        pipes: Callable[[BinaryIO, BinaryIO, BinaryIO], Pipes] = PIPES,
    ) -> None:
        if sys.platform == "linux":  # or a worker, run as the same user, might look into the judge's memory
            from graders.harness.walls.restrict import PR_SET_DUMPABLE, prctl

            prctl(PR_SET_DUMPABLE, 0)
        self._scratch = tempfile.mkdtemp(prefix="grading-")
        self._process = spawn(walls.plan(self._scratch))
        stdin, stdout, stderr = (
            cast("BinaryIO", getattr(self._process, name)) for name in ("stdin", "stdout", "stderr")
        )
        self._pipes = pipes(stdin, stdout, stderr)

    @property
    def pid(self) -> int:
        """The process of the worker, or of its keeper."""
        return self._process.pid

    def send(self, header: dict[str, Any], arrays: list[Any]) -> None:
        """Have one frame written; a worker that is dead, or does not read, shows when its reply is wanted."""
        self._pipes.send(header, arrays)

    def receive(self, seconds: float) -> Frame:
        """Return the next frame, or raise WorkerGone once `seconds` are over or the worker is."""
        try:
            frame = self._pipes.receive(seconds)
        except Late:
            raise WorkerGone("timeout", f"{seconds:g}") from None
        except WireError as error:
            raise WorkerGone("unreadable", str(error), Word("no_answer")) from None
        except (OSError, ValueError):  # closed under our hands
            raise CLOSED from None
        if frame is None:
            raise self._how_it_ended()
        return frame

    def close(self) -> None:
        """Kill the worker's whole process group and remove its folder."""
        self._process.end()
        try:
            self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(OSError):
                self._process.kill()  # a keeper that was stopped, say; its worker dies with it
        self._pipes.close()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _how_it_ended(self) -> WorkerGone:
        self._pipes.listen()  # it may have much to say yet
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._process.wait(GRACE_SECONDS)
            if code in EXCESS:
                return WorkerGone(EXCESS[code], "")
            if code == UNCONFINED:
                return WorkerGone("crashed", f"no sandbox: {self._pipes.last_words.text(GRACE_SECONDS)}")
            if code >= 0:
                return WorkerGone("crashed", f"exit code {code}", Word("exit_code", {"code": code}))
            with contextlib.suppress(ValueError):
                return WorkerGone("crashed", signal.Signals(-code).name)
        return CLOSED


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
