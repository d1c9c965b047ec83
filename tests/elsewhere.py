"""Has the grader's own modules see another system than the one they run on.

What `pretend` changes is what they see, and nothing else: Python, its standard library and other packages stay those of
this system, since half of one system's and half of another's would fail in ways that neither knows. To a module of
`graders`, judge's or worker's,

- `sys.platform` names the other system;
- modules that the other system lacks cannot be imported;
- functions and constants that it lacks are in none of `os`, `signal`, `socket`, `time` and `resource`.

To the whole process, but for psutil, which has ways of its own on each system, there is no /proc: what opens or lists
something in it is told that it is not there. Workers, which are started without our environment, are made to pretend as
well, by the text that starts them.
"""

from __future__ import annotations

import builtins
import errno
import os
import signal
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from traceback import walk_stack
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

PACKAGE = "graders"
LINUX_ONLY = {
    "os": "eventfd memfd_create pidfd_open pipe2 posix_fadvise sched_getaffinity sched_setaffinity setns unshare "
    "getresuid getresgid setresuid setresgid",
    "resource": "prlimit RLIMIT_MSGQUEUE RLIMIT_NICE RLIMIT_OFILE RLIMIT_RTPRIO RLIMIT_SIGPENDING",
    "signal": "SIGCLD SIGPOLL SIGPWR SIGRTMAX SIGRTMIN SIGSTKFLT pidfd_send_signal sigtimedwait sigwaitinfo",
    "socket": "AF_NETLINK AF_PACKET AF_VSOCK SO_PASSCRED SO_PEERCRED SCM_CREDENTIALS",
    "time": "pthread_getcpuclockid",
}
POSIX_ONLY = {
    "os": "WNOHANG WUNTRACED chown chroot fchown fork forkpty getegid geteuid getgid getgroups getloadavg getpgid "
    "getpgrp getpriority getsid getuid killpg lchown mkfifo mknod nice openpty posix_spawn posix_spawnp setegid "
    "seteuid setgid setgroups setpgid setpriority setregid setreuid setsid setuid sysconf uname wait wait3 wait4 "
    "waitid O_CLOEXEC O_DIRECTORY O_NOFOLLOW O_NONBLOCK",
    "signal": "ITIMER_REAL SIGALRM SIGBUS SIGCHLD SIGCONT SIGHUP SIGKILL SIGPIPE SIGPROF SIGQUIT SIGSTOP SIGTSTP "
    "SIGUSR1 SIGUSR2 SIGXCPU SIGXFSZ alarm pause pthread_kill pthread_sigmask setitimer siginterrupt sigpending "
    "sigwait",
    "socket": "AF_UNIX CMSG_LEN CMSG_SPACE SCM_RIGHTS recv_fds send_fds sethostname",
    "time": "clock_getres clock_gettime clock_gettime_ns clock_settime tzset",
}
NAMES_LACKING = {
    "darwin": [LINUX_ONLY],
    "win32": [LINUX_ONLY, POSIX_ONLY],
}
OF_ITS_OWN: dict[str, dict[str, dict[str, object]]] = {
    "darwin": {},
    "win32": {"signal": {"SIGBREAK": getattr(signal, "SIGUSR1", None)}},  # of Ctrl-Break, which nobody here sends
}
MODULES_LACKING = {
    "darwin": {"ossaudiodev", "spwd"},
    "win32": {"crypt", "curses", "fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "spwd", "termios"},
}


class There(ModuleType):
    """A module of the standard library as it is there; what is set in it is set in the real one."""

    def __init__(self, real: ModuleType, lacking: set[str], different: dict[str, object]) -> None:
        super().__init__(real.__name__, real.__doc__)
        vars(self).update(_real=real, _lacking=lacking, **different)

    def __getattr__(self, name: str) -> Any:
        """Return what the real module has, unless that would not be there."""
        if name in self._lacking:
            raise AttributeError(f"module {self.__name__} has no attribute {name} there")
        return getattr(self._real, name)

    def __setattr__(self, name: str, value: object) -> None:
        """Set it where all others look."""
        setattr(self._real, name, value)

    def __delattr__(self, name: str) -> None:
        """Remove it there, too."""
        delattr(self._real, name)


class Builtins:
    """The built-in names of a module that is there, which imports what it would import there."""

    def __init__(self, system: str) -> None:
        self._without = MODULES_LACKING[system]
        names = NAMES_LACKING[system]
        self._there = {
            name: There(
                __import__(name),
                {lacking for each in names for lacking in each.get(name, "").split()},
                OF_ITS_OWN[system].get(name, {}),
            )
            for name in sorted(set().union(*names) - self._without)
        }
        self._there["sys"] = There(sys, set(), {"platform": system})
        self.names = {**vars(builtins), "__import__": self._import}

    def _import(self, name: str, *scopes_and_names: Any) -> ModuleType:
        relative = len(scopes_and_names) == 4 and scopes_and_names[3] > 0
        top = name.partition(".")[0]
        if not relative and top in self._without:
            raise ModuleNotFoundError(f"No module named {name!r} there", name=name)
        found = builtins.__import__(name, *scopes_and_names)
        return self._there.get(found.__name__, found)


class Loader(SourceFileLoader):
    """Runs a module of ours with the built-in names from there, and notes it."""

    builtins: Builtins
    log: Path
    prefix: str

    def exec_module(self, module: ModuleType) -> None:
        """Run it; a text that starts workers has them pretend first."""
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"{module.__name__.rpartition('.')[2]}\n")
        vars(module)["__builtins__"] = self.builtins.names
        super().exec_module(module)
        if "BOOT" in vars(module) and not vars(module)["BOOT"].startswith(self.prefix):
            vars(module)["BOOT"] = self.prefix + vars(module)["BOOT"]


class Finder(MetaPathFinder):
    """Finds the modules of ours where they are, and has them run there."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how to import a module of ours; nothing for others."""
        if fullname.partition(".")[0] != PACKAGE:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = Loader(spec.loader.name, spec.loader.path)
        return spec


def _no_proc(event: str, arguments: tuple[Any, ...]) -> None:
    path = arguments[0] if event in ("open", "os.listdir", "os.scandir") else None
    if isinstance(path, (str, bytes, os.PathLike)) and f"{os.fsdecode(path)}/".startswith("/proc/"):
        callers = {frame.f_globals.get("__name__", "").partition(".")[0] for frame, _ in walk_stack(sys._getframe(1))}
        if "psutil" not in callers:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory there", path)


def pretend(system: str, log: str) -> None:
    """Have modules of ours that are imported from now on see "darwin" or "win32"; their names are written to `log`."""
    Loader.builtins, Loader.log = Builtins(system), Path(log)
    here = str(Path(__file__).parent)
    enter, leave = f"sys.path.insert(0, {here!r})", "del sys.path[0]"
    Loader.prefix = f"import sys; {enter}; import elsewhere; {leave}; elsewhere.pretend({system!r}, {log!r}); "
    sys.meta_path.insert(0, Finder())
    sys.addaudithook(_no_proc)
