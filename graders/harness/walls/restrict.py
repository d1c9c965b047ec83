"""What a worker gives up before it runs student code: privileges, system calls, and more than its share.

Child side, Linux, standard library only.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from . import landlock, seccomp
from .layout import DEVICES, GPU_DEVICES, python_folders
from .plan import SHARED_PLACES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .plan import Plan

assert sys.platform == "linux"

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP = 1, 4, 24
CAPABILITY_VERSION_3, LAST_CAPABILITY, CAP_DAC_OVERRIDE = 0x20080522, 40, 1
OURS = Path(__file__).parents[3]  # the checkout, or the folder of packages that has ours
USERS_FROM = 2_000_000_000  # user and group ids that nobody has; one for each worker of root's, to know what is its own


def prctl(option: int, value: int) -> None:
    """Set one attribute of this process, by the number that the kernel gives it."""
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def restrict(plan: Plan, untouchable: tuple[int, ...], keeper: int) -> None:
    """Give up, in this process and for good, what a worker has no use for. Raises OSError.

    `untouchable` are processes, and as negative numbers groups of processes, that it may not signal.
    """
    _give_up_privileges(plan.sandbox, USERS_FROM + keeper)
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    limits = [(resource.RLIMIT_CORE, 0), (resource.RLIMIT_NPROC, _most_processes(plan)), (resource.RLIMIT_MSGQUEUE, 0)]
    limits.append((resource.RLIMIT_FSIZE, plan.disk * 2**20))
    for kind, most in limits:
        hard = resource.getrlimit(kind)[1]
        if most or kind in (resource.RLIMIT_CORE, resource.RLIMIT_MSGQUEUE):
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (most, most))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file too large is then an OSError, which says so
    landlock.install(None if plan.sandbox else _writable(plan))
    if seccomp.available():
        everybody = -1
        seccomp.install((everybody, *untouchable))


def _writable(plan: Plan) -> Iterator[str]:
    """Yield where a worker may write that no sandbox keeps to its own folder; terminals are none of it.

    Nothing of the grader's, of Python's or of its packages lies there: the judge would run it, if not now, next time.
    """
    kept = [Path(path).resolve() for path in (str(OURS), *python_folders())]
    yield plan.folder
    for place in SHARED_PLACES:
        yield from landlock.parts_without(Path(place), kept)
    for pattern in (*DEVICES, *GPU_DEVICES):
        yield from (str(device) for device in Path("/dev").glob(pattern))


def _most_processes(plan: Plan) -> int:
    """Return the limit on processes; outside a sandbox the kernel counts all that the user has, threads too."""
    if not plan.processes or plan.sandbox or os.geteuid() == 0:
        return plan.processes
    return plan.processes + sum(_threads(entry) for entry in Path("/proc").iterdir() if entry.name.isdecimal())


def _threads(entry: Path) -> int:
    try:
        return len(os.listdir(entry / "task")) if entry.stat().st_uid == os.getuid() else 0  # noqa: PTH208  # a count
    except OSError:
        return 0


def _give_up_privileges(sandbox: bool, own: int) -> None:
    """Drop capabilities; root also gets the real user `own`, by which the kernel counts its processes."""
    libc = ctypes.CDLL(None, use_errno=True)
    if os.geteuid() == 0:
        with suppress(OSError):
            os.setgroups([])
        with suppress(OSError):  # where a container knows few users
            os.setresgid(own, own, own)  # marks the files that it makes, wherever it makes them
            os.setresuid(own, 0, 0)
    kept = 0 if sandbox else 1 << CAP_DAC_OVERRIDE  # outside a sandbox files of other users' still have to be read
    for capability in range(LAST_CAPABILITY + 1):
        if not kept >> capability & 1:
            libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    held = _capabilities(libc) & kept
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    low, high = held & 0xFFFFFFFF, held >> 32
    if libc.capset(header, (ctypes.c_uint32 * 6)(low, low, 0, high, high, 0)):
        raise OSError(ctypes.get_errno(), "capset")


def _capabilities(libc: ctypes.CDLL) -> int:
    """Return the permitted capabilities as bits."""
    header, data = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()
    libc.capget(header, data)
    return data[1] | data[4] << 32
