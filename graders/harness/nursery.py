"""A process that imports torch, or pytest, once and then forks workers, or judges: many gradings, one import.

It never runs student code; every worker and every judge is a fresh fork with streams, folder and process group of its
own. For systems with fork and Unix sockets (Linux); elsewhere each process is started from nothing.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from .transport import PACKAGE_ROOT, environment
from .worker import main as work

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BOOT = f"import sys; sys.path.insert(0, sys.argv[1]); from {__package__}.nursery import serve; del sys.path[0]; serve()"
MAX_REQUEST = 65_536  # bytes of a request: a folder and an environment


# ---- the nursery's own process


def serve() -> None:
    """Listen on the socket `argv[2]`, having imported the modules named after it."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(sys.argv[2])
    for module in sys.argv[3:]:
        with contextlib.suppress(ImportError):  # then the worker says so, to somebody who can read it
            importlib.import_module(module)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers need no reaping
    listener.listen(64)
    print("ready", flush=True)  # noqa: T201  # the one line that the starter waits for
    # Its stdin ends with the process that started it, and so does the nursery.
    while sys.stdin.fileno() not in select.select([listener, sys.stdin.fileno()], [], [])[0]:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            _keep(connection)
        connection.close()


def _keep(connection: socket.socket) -> None:
    """Fork one process, tell its process id, wait for it, tell how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    request, pipes, _, _ = socket.recv_fds(connection, MAX_REQUEST, 3)
    worker = os.fork()
    if worker == 0:
        connection.close()
        _become(json.loads(request), pipes)
    for pipe in pipes:
        os.close(pipe)
    connection.sendall(f"{worker}\n".encode())
    _, status = os.waitpid(worker, 0)
    with contextlib.suppress(OSError):
        connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _become(request: dict[str, Any], pipes: Sequence[int]) -> None:
    """Turn this fork into what a fresh process is: its own group, folder, environment and streams."""
    os.setsid()
    for number, pipe in enumerate(pipes):
        os.dup2(pipe, number)
        os.close(pipe)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    code = 1
    try:
        if request["pytest"] is None:
            work()
        else:
            code = _judge(request["folder"], request["pytest"])
    finally:
        os._exit(code)


def _judge(folder: str, arguments: list[str]) -> int:
    """Run pytest in a folder, as `python -m pytest` would."""
    import pytest  # the nursery of judges has imported it; that of workers has no use for it

    sys.path.insert(0, folder)
    code = int(pytest.main(arguments))
    sys.stdout.flush()
    sys.stderr.flush()
    return code


# ---- the judge's side


class Forked:
    """A process forked from a nursery, as `subprocess.Popen` would show it."""

    def __init__(self, connection: socket.socket, streams: Sequence[BinaryIO | None]) -> None:
        self._lines = connection.makefile("rb")
        self._connection = connection
        self.stdin, self.stdout, self.stderr = streams
        self.pid = int(self._lines.readline())
        self._code: int | None = None

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


def spawn_from(nursery: Path, scratch: str) -> Forked:
    """Ask the nursery at that socket for a worker. Raises OSError where none listens."""
    theirs_in, ours_in = os.pipe()
    ours_out, theirs_out = os.pipe()
    ours_err, theirs_err = os.pipe()
    connection = _ask(nursery, scratch, environment(scratch), (theirs_in, theirs_out, theirs_err), None)
    for descriptor in (theirs_in, theirs_out, theirs_err):
        os.close(descriptor)
    return Forked(connection, (os.fdopen(ours_in, "wb"), os.fdopen(ours_out, "rb"), os.fdopen(ours_err, "rb")))


def run_pytest(nursery: Path, folder: Path, arguments: Sequence[str]) -> tuple[int, str]:
    """Run pytest in a fork from the nursery at that socket; returns exit code and output. Raises OSError."""
    with tempfile.TemporaryFile() as output, Path(os.devnull).open("rb") as nothing:
        streams = (nothing.fileno(), output.fileno(), output.fileno())
        connection = _ask(nursery, str(folder), dict(os.environ), streams, list(arguments))
        code = Forked(connection, (None, None, None)).wait()
        output.seek(0)
        return code, output.read().decode("utf-8", "replace")


def _ask(
    nursery: Path, folder: str, variables: dict[str, str], streams: Sequence[int], pytest: list[str] | None
) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(str(nursery))
    request = {"folder": folder, "environment": variables, "pytest": pytest}
    socket.send_fds(connection, [json.dumps(request).encode()], streams)
    return connection


@contextlib.contextmanager
def nursery(modules: Sequence[str]) -> Iterator[Path]:
    """Run a nursery that has imported `modules`; yields its socket. Raises OSError or TimeoutError where it cannot."""
    with tempfile.TemporaryDirectory(prefix="nursery-") as folder:
        path = Path(folder) / "socket"
        command = [sys.executable, "-I", "-X", "utf8", "-c", BOOT, str(PACKAGE_ROOT), str(path), *modules]
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
