"""A process that imports torch, or pytest, once and then forks workers, or judges: many gradings, one import.

It never runs student code; every worker and every judge is a fresh fork with streams, folder and process group of its
own. For systems with fork and Unix sockets (Linux); elsewhere each process is started from nothing.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import secrets
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

from graders.harness.walls import confine, family, restrict
from graders.harness.walls.levels import confined_folder
from graders.harness.walls.plan import BOOT, Plan
from graders.harness.worker.worker import main as work

from . import cores, forked
from .pages import gather
from .readiness import get_ready
from .transport import PACKAGE_ROOT, environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

assert sys.platform == "linux"

OFTEN = 8  # forks; a single grading has one or two, and whoever has had so many is grading a class
# Folders that a nursery is to be started in, from before they are made until there is one, which removes its own.
# Whoever ends this process without another step removes these.
UNOWNED: set[Path] = set()
MAX_REQUEST = 65_536  # bytes of a request: a folder and an environment


# ---- the nursery's own process


class Kind(StrEnum):
    """What a nursery forks."""

    WORKERS = "workers"
    JUDGES = "judges"


def serve() -> None:
    """Answer requests of the Kind `argv[3]` at the socket `argv[2]` in the folder `argv[4]`, once `get_ready`.

    For what, the first line of stdin says: anybody here may read a command line, and a class's seed is a secret.
    """
    owner, kind, folder = os.getppid(), Kind(sys.argv[3]), sys.argv[4]
    # Workers run as the same user, and all that come after are copies of this process.
    restrict.prctl(restrict.PR_SET_DUMPABLE, 0)
    listener = socket.socket(fileno=int(sys.argv[2]))
    get_ready(json.loads(sys.stdin.readline() or "[]"))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers need no reaping
    # Its stdin ends with the process that started it, and so does the nursery.
    forks = 0
    while sys.stdin.fileno() not in select.select([listener, sys.stdin.fileno()], [], [])[0]:
        forks += 1
        if forks == OFTEN:
            gather()
        connection, _ = listener.accept()
        peer, _, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        if _may_ask(peer, kind, owner) and os.fork() == 0:
            listener.close()
            _keep(connection, kind, peer)
        connection.close()
    with contextlib.suppress(ChildProcessError):  # keepers, whose leases have ended with the owner
        os.wait()
    shutil.rmtree(folder, ignore_errors=True)  # its owner's, who may have been killed


def _may_ask(peer: int, kind: Kind, owner: int) -> bool:
    """Tell whether a process may have forks: the owner, and for workers all below it that no worker has started."""
    below = peer in family.descendants(owner) and peer not in family.descendants(os.getpid())
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
            with cores.own() if request["own_core"] else contextlib.nullcontext():
                code = _judge(request["pytest"], connection)
        else:
            cores.share(judge)
            code = confine.keep(Plan(**request["plan"]), work, connection.fileno(), judge)
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
    tempfile.tempdir = None  # what the nursery found out for itself is not where a judge's own shall be


def _judge(arguments: list[str], connection: socket.socket) -> int:
    """Run pytest in the current folder, as `python -m pytest` would, in a process that ends with its lease."""
    wake, tell = socket.socketpair()
    tell.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(tell.fileno())
    judge = os.fork()
    if judge:
        if connection in select.select([wake, connection], [], [])[0]:  # given up, or who asked is gone
            os.kill(judge, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(judge, 0)[1])
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for ours in (wake, tell, connection):
        ours.close()
    code = 1
    try:
        import pytest  # the nursery of judges has imported it; that of workers has no use for it

        gc.set_threshold(50_000, 20, 20)  # a judge lives for seconds: there is little to collect
        sys.path.insert(0, os.getcwd())  # noqa: PTH109  # a text, as Python's own entries are
        code = int(pytest.main(arguments))
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


# ---- the judge's side


def spawn_from(nursery: Path, plan: Plan) -> forked.Forked:
    """Ask the nursery at that socket for a worker. Raises OSError where none listens."""
    connection = _connect(nursery)
    theirs_in, ours_in = os.pipe()
    ours_out, theirs_out = os.pipe()
    ours_err, theirs_err = os.pipe()
    streams = theirs_in, theirs_out, theirs_err
    _ask(connection, plan.folder, environment(confined_folder(plan)), streams, plan=asdict(plan))
    for descriptor in streams:
        os.close(descriptor)
    return forked.Forked(connection, (os.fdopen(ours_in, "wb"), os.fdopen(ours_out, "rb"), os.fdopen(ours_err, "rb")))


def run_pytest(
    nursery: Path, folder: Path, variables: dict[str, str], arguments: Sequence[str], own_core: bool = False
) -> tuple[int, str]:
    """Run pytest in a fork from the nursery at that socket; returns exit code and output. Raises OSError.

    With `own_core` it and its workers stay on one core, as far as there is one for it.
    """
    with tempfile.TemporaryFile() as output:
        code = _start_pytest(nursery, folder, variables, arguments, output.fileno(), own_core=own_core).wait()
        output.seek(0)
        return code, output.read().decode("utf-8", "replace")


def start_pytest(
    nursery: Path, folder: Path, variables: dict[str, str], arguments: Sequence[str], own_core: bool = False
) -> forked.Forked:
    """Have pytest run in a fork from the nursery at that socket, its output in a pipe. Raises as `run_pytest` does."""
    reading, writing = os.pipe()
    ours = os.fdopen(reading, "rb")
    with os.fdopen(writing, "wb") as theirs:
        return _start_pytest(nursery, folder, variables, arguments, theirs.fileno(), own_core=own_core, reading=ours)


def _start_pytest(
    nursery: Path,
    folder: Path,
    variables: dict[str, str],
    arguments: Sequence[str],
    output: int,
    *,
    own_core: bool,
    reading: BinaryIO | None = None,
) -> forked.Forked:
    connection = _connect(nursery)
    with Path(os.devnull).open("rb") as nothing:
        streams = nothing.fileno(), output, output
        _ask(connection, str(folder), variables, streams, pytest=list(arguments), own_core=own_core)
    return forked.Forked(connection, (None, reading, None))


def _connect(nursery: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    try:
        with _address(nursery) as address:
            connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection


@contextlib.contextmanager
def _address(path: Path) -> Iterator[str]:
    """Yield an address for a socket's path. The system has 107 bytes for one, and a folder for tests can lie deeper."""
    folder = os.open(path.parent, os.O_PATH)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def _ask(
    connection: socket.socket,
    folder: str,
    variables: dict[str, str],
    streams: Sequence[int],
    **wanted: Any,
) -> None:
    request = {"folder": folder, "environment": variables, **wanted}
    socket.send_fds(connection, [json.dumps(request).encode()], streams)


@contextlib.contextmanager
def nursery(kind: Kind, modules: Sequence[str]) -> Iterator[Path]:
    """Run a nursery that imports `modules` (or more: `get_ready`); yields its socket, to be asked at once.

    Raises OSError.
    """
    folder = Path(tempfile.gettempdir(), f"nursery-{secrets.token_hex(8)}")
    UNOWNED.add(folder)
    try:
        folder.mkdir(mode=0o700)
        process = _start(folder / "socket", kind, modules)
        UNOWNED.discard(folder)
        try:
            yield folder / "socket"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        UNOWNED.discard(folder)


def _start(path: Path, kind: Kind, modules: Sequence[str]) -> subprocess.Popen[bytes]:
    with socket.socket(socket.AF_UNIX) as listener:  # made here, so that nobody need wait until it can be asked
        with _address(path) as address:
            listener.bind(address)
        listener.listen(64)
        boot = BOOT.format(f"{__package__}.nursery", "serve")
        known = [str(PACKAGE_ROOT), str(listener.fileno()), kind, str(path.parent)]
        process = subprocess.Popen(
            [sys.executable, "-I", "-X", "utf8", "-c", boot, *known],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env=environment(str(path.parent)),
            pass_fds=[listener.fileno()],
            start_new_session=True,
        )
    assert process.stdin is not None  # it was started with a pipe
    with contextlib.suppress(BrokenPipeError):  # it has ended, and whoever asks it finds that out
        process.stdin.write(f"{json.dumps(modules)}\n".encode())
        process.stdin.flush()
    return process
