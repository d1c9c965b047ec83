"""A process that imports torch, or pytest, once and then forks workers, or judges: many gradings, one import.

It never runs student code; every worker and every judge is a fresh fork with streams, folder and process group of its
own. For systems with fork and Unix sockets (Linux); elsewhere each process is started from nothing.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from .confine import keep
from .family import descendants
from .plan import BOOT, Plan
from .restrict import PR_SET_DUMPABLE, prctl
from .transport import PACKAGE_ROOT, environment
from .walls import confined_folder
from .worker import main as work

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_REQUEST = 65_536  # bytes of a request: a folder and an environment


# ---- the nursery's own process


class Kind(StrEnum):
    """What a nursery forks."""

    WORKERS = "workers"
    JUDGES = "judges"


def serve() -> None:
    """Listen on the socket `argv[2]` for requests of the Kind `argv[3]`, having imported the modules named after it."""
    owner, kind = os.getppid(), Kind(sys.argv[3])
    prctl(PR_SET_DUMPABLE, 0)  # workers run as the same user, and all that come after are copies of this process
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(sys.argv[2])
    for module in sys.argv[4:]:
        with contextlib.suppress(ImportError):  # then the worker says so, to somebody who can read it
            importlib.import_module(module)
    gc.freeze()  # what was imported stays, so no fork's collector need look at it (nor have its pages copied)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers need no reaping
    listener.listen(64)
    print("ready", flush=True)  # noqa: T201  # the one line that the starter waits for
    # Its stdin ends with the process that started it, and so does the nursery.
    while sys.stdin.fileno() not in select.select([listener, sys.stdin.fileno()], [], [])[0]:
        connection, _ = listener.accept()
        peer, _, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        if _may_ask(peer, kind, owner) and os.fork() == 0:
            listener.close()
            _keep(connection, kind, peer)
        connection.close()
    shutil.rmtree(Path(sys.argv[2]).parent, ignore_errors=True)  # its owner's, who may have been killed


def _may_ask(peer: int, kind: Kind, owner: int) -> bool:
    """Tell whether a process may have forks: the owner, and for workers all below it that no worker has started."""
    below = peer in descendants(owner) and peer not in descendants(os.getpid())
    return peer == owner or (kind is Kind.WORKERS and below)


def _keep(connection: socket.socket, kind: Kind, judge: int) -> NoReturn:
    """Tell this fork's process id, have one process below it, wait for that, tell how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    code = 1
    try:
        text, pipes, _, _ = socket.recv_fds(connection, MAX_REQUEST, 3)
        request = json.loads(text)
        os.setsid()
        connection.sendall(f"{os.getpid()}\n".encode())
        _become(request, pipes)
        if kind is Kind.JUDGES:
            code = _judge(request["pytest"], connection)
        else:
            code = keep(Plan(**request["plan"]), work, connection.fileno(), judge)
        with contextlib.suppress(OSError):
            connection.sendall(f"{code}\n".encode())
    finally:
        os._exit(0)


def _become(request: dict[str, Any], pipes: Sequence[int]) -> None:
    """Turn this fork into what a fresh process is: its own folder, environment and streams."""
    for number, pipe in enumerate(pipes):
        os.dup2(pipe, number)
        os.close(pipe)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])


def _judge(arguments: list[str], connection: socket.socket) -> int:
    """Run pytest in the current folder, as `python -m pytest` would, in a process of its own."""
    judge = os.fork()
    if judge:
        return os.waitstatus_to_exitcode(os.waitpid(judge, 0)[1])
    connection.close()
    code = 1
    try:
        import pytest  # the nursery of judges has imported it; that of workers has no use for it

        sys.path.insert(0, os.getcwd())  # noqa: PTH109  # a text, as Python's own entries are
        code = int(pytest.main(arguments))
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


# ---- the judge's side


class Forked:
    """A process below a keeper forked from a nursery, as `subprocess.Popen` would show it."""

    def __init__(self, connection: socket.socket, streams: Sequence[BinaryIO | None]) -> None:
        self._lines = connection.makefile("rb")
        self._connection = connection
        self.stdin, self.stdout, self.stderr = streams
        self.pid = int(self._lines.readline())
        self._code: int | None = None

    def end(self) -> None:
        """Give up the lease, which is this side's end of the connection."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)

    def kill(self) -> None:
        """Kill the keeper."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code, or minus the signal. Raises subprocess.TimeoutExpired."""
        if self._code is None:
            self._connection.settimeout(timeout)
            try:
                self._code = int(self._lines.readline() or -signal.SIGKILL)
            except (TimeoutError, OSError):
                raise subprocess.TimeoutExpired("forked", timeout or 0) from None
            self._connection.close()
        return self._code


def spawn_from(nursery: Path, plan: Plan) -> Forked:
    """Ask the nursery at that socket for a worker. Raises OSError where none listens."""
    theirs_in, ours_in = os.pipe()
    ours_out, theirs_out = os.pipe()
    ours_err, theirs_err = os.pipe()
    streams = theirs_in, theirs_out, theirs_err
    connection = _ask(nursery, plan.folder, environment(confined_folder(plan)), streams, plan=asdict(plan))
    for descriptor in streams:
        os.close(descriptor)
    return Forked(connection, (os.fdopen(ours_in, "wb"), os.fdopen(ours_out, "rb"), os.fdopen(ours_err, "rb")))


def run_pytest(nursery: Path, folder: Path, variables: dict[str, str], arguments: Sequence[str]) -> tuple[int, str]:
    """Run pytest in a fork from the nursery at that socket; returns exit code and output. Raises OSError."""
    with tempfile.TemporaryFile() as output, Path(os.devnull).open("rb") as nothing:
        streams = (nothing.fileno(), output.fileno(), output.fileno())
        connection = _ask(nursery, str(folder), variables, streams, pytest=list(arguments))
        code = Forked(connection, (None, None, None)).wait()
        output.seek(0)
        return code, output.read().decode("utf-8", "replace")


def _ask(
    nursery: Path,
    folder: str,
    variables: dict[str, str],
    streams: Sequence[int],
    *,
    plan: dict[str, Any] | None = None,
    pytest: list[str] | None = None,
) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(str(nursery))
    request = {"folder": folder, "environment": variables, "plan": plan, "pytest": pytest}
    socket.send_fds(connection, [json.dumps(request).encode()], streams)
    return connection


@contextlib.contextmanager
def nursery(kind: Kind, modules: Sequence[str]) -> Iterator[Path]:
    """Run a nursery that has imported `modules`; yields its socket. Raises OSError or TimeoutError where it cannot."""
    with tempfile.TemporaryDirectory(prefix="nursery-") as folder:
        path = Path(folder) / "socket"
        boot = BOOT.format(f"{__package__}.nursery", "serve")
        command = [sys.executable, "-I", "-X", "utf8", "-c", boot, str(PACKAGE_ROOT), str(path), kind, *modules]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(folder),
            start_new_session=True,
        )
        try:
            assert process.stdout is not None
            if process.stdout.readline() != b"ready\n":
                raise OSError("the nursery did not start")
            yield path
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    stream.close()
