"""The walls around a worker: a keeper that ends all that the worker started, limits, and in a sandbox namespaces.

Child side, Linux, standard library only: it runs before the worker is imported, or in a fork of the nursery. The keeper
is the worker's parent. It never runs student code; it adopts what the worker's children leave behind, looks after their
memory, number and disk, and ends them all when the worker ends, when it is told to, or when the judge is gone.
"""

from __future__ import annotations

import os
import platform
import select
import shutil
import signal
import socket
import sys
import time
import traceback
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from . import bubblewrap, family, namespaces, restrict
from .plan import SHARED_PLACES, UNCONFINED, Plan

if TYPE_CHECKING:
    from collections.abc import Callable

assert sys.platform == "linux"

PR_SET_CHILD_SUBREAPER = 36
LOOK_SECONDS = 0.5  # between two looks at what the worker's family uses


# ---- the keeper


def keep(plan: Plan, work: Callable[[], None], lease: int, judge: int) -> int:
    """Run `work` inside the walls; returns its exit code, or minus the signal that ended it, or an Excess's code.

    Ends it as soon as the descriptor `lease` can be read: its other end, that of the process `judge`, is then closed.
    The current folder is the worker's own, and stays that wherever it is moved to.
    """
    wake, tell = socket.socketpair()
    tell.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(tell.fileno())
    restrict.prctl(PR_SET_CHILD_SUBREAPER, 1)
    # Its memory is no business of the worker's, which may run as the same user.
    restrict.prctl(restrict.PR_SET_DUMPABLE, 0)
    keeper = os.getpid()
    # Bubblewrap copies them itself.
    copies = {} if plan.bubblewrap else {name: Path(path).read_bytes() for name, path in plan.copied.items()}
    run = partial(_run, plan, copies, work, () if plan.sandbox else _untouchable(keeper, os.getppid(), judge), keeper)
    first = os.fork()
    if first == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for descriptor in (wake.fileno(), tell.fileno(), lease):
            os.close(descriptor)
        if plan.sandbox:
            _build_sandbox(plan, run, keeper)
        run()
    _let_go_of_streams()
    code = _watch(plan, first, wake.fileno(), lease)
    family.end_family()
    _clear_away(keeper)
    return code


def _untouchable(*pids: int) -> tuple[int, ...]:
    """Return processes and, as negative numbers, their groups."""
    return *pids, *(-group for pid in pids if (group := os.getpgid(pid)) > 1)


def _clear_away(keeper: int) -> None:
    """Remove the worker's folder and, where its files can be told by their group, what it left in the machine's."""
    for place, folders, _ in os.walk("."):
        for path in (Path(place, folder) for folder in folders):  # some may have been closed, which only root overlooks
            with suppress(OSError):
                if not path.is_symlink():
                    path.chmod(0o700)
    with suppress(OSError):  # it has been removed
        shutil.rmtree(Path.cwd(), ignore_errors=True)
    for place in SHARED_PLACES if os.geteuid() == 0 else ():
        with suppress(OSError):
            for entry in Path(place).iterdir():
                with suppress(OSError):
                    if entry.lstat().st_gid == restrict.USERS_FROM + keeper:
                        shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()


def _let_go_of_streams() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    os.close(nothing)


def _watch(plan: Plan, first: int, wake: int, lease: int) -> int:
    """Wait until the worker ends, uses too much, or is to be ended."""
    next_look = time.monotonic() + LOOK_SECONDS
    while True:
        ready, _, _ = select.select([wake, lease], [], [], LOOK_SECONDS)
        if wake in ready:
            os.read(wake, 64)
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                if ended[0] == first:
                    return os.waitstatus_to_exitcode(ended[1])
        if lease in ready:
            return -signal.SIGKILL
        if time.monotonic() >= next_look:  # also while children come and go without end
            next_look = time.monotonic() + LOOK_SECONDS
            if excess := family.excess_of(plan):
                return excess.code


def serve_alone() -> NoReturn:
    """Be the keeper of one worker, in a process started for that: `argv` is a folder of modules, a Plan, a lease."""
    _, _, text, lease = sys.argv
    sys.argv[1:] = []
    family.end_alike(keep(Plan.from_json(text), _serve, int(lease), os.getppid()))


def try_sandbox(text: str) -> NoReturn:
    """Build a sandbox to that plan and leave it again; the exit code and stderr tell whether and why not."""
    plan = Plan.from_json(text)
    _build_sandbox(plan, partial(_run, plan, {}, lambda: None, (), os.getpid()), os.getpid())


# ---- the worker's side


def _serve() -> None:
    from graders.harness.worker.worker import main  # inside the walls: it imports NumPy

    main()


def _run(
    plan: Plan, copies: dict[str, bytes], work: Callable[[], None], untouchable: tuple[int, ...], keeper: int
) -> NoReturn:
    """Build the last walls and work."""
    code = 1
    try:
        os.setsid()
        os.chdir(plan.inside if plan.sandbox else plan.folder)
        for name, content in copies.items():
            Path(name).parent.mkdir(exist_ok=True)
            Path(name).write_bytes(content)
        restrict.restrict(plan, untouchable, keeper)
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        with suppress(OSError, ValueError):
            sys.stderr.flush()
        os._exit(code)


def _build_sandbox(plan: Plan, run: Callable[[], NoReturn], keeper: int) -> NoReturn:
    """Build a sandbox, have a child be its first process, and end as its worker ends."""
    restrict.prctl(restrict.PR_SET_PDEATHSIG, signal.SIGKILL)
    restrict.prctl(restrict.PR_SET_DUMPABLE, 1)  # or a user could not say who it is in the new namespaces
    try:
        told, telling = os.pipe()
        first = _start_bubblewrap(plan, keeper, telling) if plan.bubblewrap else _start_first(plan, run, telling)
        os.close(telling)
        _let_go_of_streams()
        with os.fdopen(told, "rb") as lines:
            text = lines.read()
        code = os.waitstatus_to_exitcode(os.waitpid(first, 0)[1])
        if text or code != bubblewrap.FAILED:
            family.end_alike(int(text or -signal.SIGKILL))
    except OSError as error:
        os.write(2, f"{error.strerror}\n".encode())
    finally:
        os._exit(UNCONFINED)


def _start_first(plan: Plan, run: Callable[[], NoReturn], telling: int) -> int:
    """Leave the machine's namespaces and return the first process of the new ones. Raises OSError."""
    namespaces.unshare()
    root = namespaces.Root(Path(plan.folder))
    root.lay_out(plan)
    first = os.fork()
    if first == 0:
        _be_first(partial(root.enter, platform.machine()), run, telling)
    return first


def _start_bubblewrap(plan: Plan, keeper: int, telling: int) -> int:
    """Return the process of bubblewrap, below which `serve_inside` runs."""
    first = os.fork()
    if first == 0:
        try:
            bubblewrap.start(plan, (str(keeper),), telling)
        except OSError as error:
            os.write(2, f"{plan.bubblewrap}: {error.strerror}\n".encode())
        finally:
            os._exit(bubblewrap.FAILED)
    return first


def serve_inside() -> NoReturn:
    """Be the first process of bubblewrap's: `argv` is a folder of modules, a Plan, the keeper, a descriptor to tell."""
    _, _, text, keeper, telling = sys.argv
    sys.argv[1:] = []
    _be_first(lambda: None, partial(_run, Plan.from_json(text), {}, _serve, (), int(keeper)), int(telling))


def _be_first(enter: Callable[[], None], run: Callable[[], NoReturn], telling: int) -> NoReturn:
    """Be the first process of a sandbox: start the worker, bury the dead, tell how the worker ended."""
    code = UNCONFINED
    try:
        restrict.prctl(restrict.PR_SET_PDEATHSIG, signal.SIGKILL)
        enter()
        Path(Plan.inside).mkdir(exist_ok=True)
        worker = os.fork()
        if worker == 0:
            os.close(telling)
            run()
        restrict.prctl(restrict.PR_SET_DUMPABLE, 0)
        _let_go_of_streams()
        while (ended := os.wait())[0] != worker:
            pass
        code = os.waitstatus_to_exitcode(ended[1])
    except OSError as error:
        os.write(2, f"{error.strerror}\n".encode())
    finally:
        os.write(telling, str(code).encode())
        os._exit(0)
