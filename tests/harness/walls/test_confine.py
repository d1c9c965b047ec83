"""The walls around a worker: what it can see, reach and use, and what becomes of all that it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

if sys.platform != "linux":
    pytest.skip("needs keepers, which only Linux has", allow_module_level=True)

from graders.harness.base.errors import CheckFailed, ConfigurationError
from graders.harness.base.model import Folder
from graders.harness.walls import bubblewrap, landlock, levels, seccomp
from graders.harness.walls.plan import Maker, Plan

if TYPE_CHECKING:
    from collections.abc import Callable

PROBLEMS = {maker: levels.problem_of(maker) for maker in Maker}
sandboxed, bubblewrapped = (pytest.mark.skipif(bool(why), reason=f"by {by}: {why}") for by, why in PROBLEMS.items())
# Each worker of bubblewrap's, and each that is started and not forked, imports torch anew.
BUBBLEWRAP = pytest.param("bubblewrap", marks=[bubblewrapped, pytest.mark.sample])
SANDBOXES = [pytest.param("sandbox", marks=sandboxed), BUBBLEWRAP]
LEVELS = ["process", *SANDBOXES]
each_sandbox = pytest.mark.parametrize("level", SANDBOXES)
each_level = pytest.mark.parametrize("level", LEVELS)
STARTS = [pytest.param(False, id="forked"), pytest.param(True, id="started", marks=pytest.mark.sample)]
each_start = pytest.mark.parametrize("fresh", STARTS)
ROOT = Path(__file__).parents[3]

NO_NETWORK = ("ENETUNREACH", "ECONNREFUSED")

LAB = """
import errno, os, socket, subprocess, sys, time

def listed(path): return sorted(os.listdir(path)) if os.path.isdir(path) else None
def exists(*paths): return [path for path in paths if os.path.exists(path)]
def processes(): return [int(name) for name in os.listdir("/proc") if name.isdecimal()]
def environment(): return dict(os.environ)
def own(): return [os.getcwd(), os.path.expanduser("~"), listed("."), os.getpid()]
def names(): return sorted(sys.modules)
def outcome(action):
    try:
        action()
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
    return "done"
def connects(host, port): return outcome(lambda: socket.create_connection((host, port), 1).close())
def writes(path): return outcome(lambda: open(path, "w").close())
def removes(path): return outcome(lambda: os.remove(path))
def kills(pid): return outcome(lambda: os.kill(pid, 0))
def user(): return os.getuid()
def moves(path): return outcome(lambda: os.rename(os.getcwd(), path))
def locks_up():
    os.makedirs("closed/inner")
    open("closed/inner/file", "w").close()
    os.chmod("closed", 0)
def peeks(pid):
    found = []
    for name in ("mem", "environ", "cwd/x"):
        try:
            open(f"/proc/{pid}/{name}", "rb").close()
        except FileNotFoundError:
            found.append(name)  # the folder could be looked into
        except OSError:
            continue
        else:
            found.append(name)
    return found
def asks(path, folder):
    import json
    request = {"folder": folder, "environment": {}, "plan": None, "pytest": ["--collect-only", folder]}
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    try:
        socket.send_fds(connection, [json.dumps(request).encode()], [0, 1, 2])
        connection.recv(100)
    except OSError:
        return
    time.sleep(3)
def groups(): return os.getgroups()
def ends(number): os.kill(os.getpid(), number)
def becomes_root(): return outcome(lambda: os.setresuid(0, 0, 0))
def leaves():
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    return [libc.unshare(0x10000000), libc.ptrace(0, 0, 0, 0), libc.mount(b"none", b"/tmp", b"tmpfs", 0, None)]
def daemon():
    nothing = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    return subprocess.Popen(["setsid", "--fork", "sleep", "4242"], **nothing).wait()
def hog(step=2**26):
    kept = []
    while True: kept.append(bytearray(os.urandom(1) * step))
def shares(how, megabytes):
    import mmap
    size, block = megabytes * 2**20, b"x" * 2**20
    if how == "written":
        file = os.memfd_create("hog")
        for _ in range(megabytes): os.write(file, block)
    else:
        if how == "removed":
            file = os.open("/dev/shm/hog", os.O_RDWR | os.O_CREAT)
            os.unlink("/dev/shm/hog")
            os.ftruncate(file, size)
            piece = mmap.mmap(file, size)
            os.close(file)
        else:
            piece = mmap.mmap(-1, size)
        for at in range(0, size, 2**20): piece[at : at + 2**20] = block
        if how == "out of sight": piece.madvise(mmap.MADV_DONTNEED)
        if how == "locked":
            import ctypes
            ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
        if how == "in a family":
            for _ in range(3):
                if os.fork() == 0: sum(piece[::4096]); time.sleep(20); os._exit(0)
    time.sleep(4)
    return "alive"
def family_of_hogs():
    for _ in range(4):
        if os.fork() == 0:
            kept = b"x" * (500 * 2**20); time.sleep(20)
    time.sleep(20)
def bomb():
    started = 0
    try:
        while True:
            if os.fork() == 0: time.sleep(60); os._exit(0)
            started += 1
    except OSError as error:
        time.sleep(1.5)  # the keeper looks meanwhile
        return [started, errno.errorcode[error.errno]]
def fills(folder, megabytes):
    with open(os.path.join(folder, "big"), "wb") as file:
        for _ in range(megabytes): file.write(b"x" * 2**20)
def fills_many(files):
    for number in range(files): fills_one(str(number))
    time.sleep(30)
def fills_up():
    for number in range(100):
        with open(str(number), "wb") as file: file.write(bytes(2**20))
def sizes(root):
    raw = os.path.join(root, "raw")
    return [[name, os.path.getsize(os.path.join(raw, name))] for name in os.listdir(raw)]
def parent(root): return os.path.dirname(root)
def fills_one(name):
    with open(name, "wb") as file: file.write(b"x" * (8 * 2**20))
"""


def running(*words: str) -> list[int]:
    """Return the processes whose command line has all these words."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdecimal() else []
        except OSError:
            continue
        if all(word.encode() in line for word in words):
            found.append(int(entry.name))
    return found


def eventually(claim: Callable[[], bool]) -> bool:
    """Tell whether a claim comes true within ten seconds, which a busy machine may need."""
    end = time.monotonic() + 10
    while not (true := claim()) and time.monotonic() < end:
        time.sleep(0.02)
    return true


def vanish(*words: str) -> bool:
    """Tell whether no such process runs any more, within ten seconds."""
    gone = eventually(lambda: not running(*words))
    for pid in running(*words):
        os.kill(pid, signal.SIGKILL)
    return gone


def key(lab, function, *args):
    """Return the key of the failure of a call."""
    with pytest.raises(CheckFailed) as caught:
        lab.call(function, *args)
    return caught.value.failure.key


@each_sandbox
@each_start
def test_sandbox_shows_only_what_the_worker_needs(open_lab, level, fresh):
    """No tests, reference, oracle or home: the submission, the worker's modules, the probes, system and Python."""
    lab = open_lab(LAB, isolation=level, fresh=fresh)
    hidden = [ROOT / name for name in ("tests", "reference", "student_template", "graders/measuring", "README.md")]
    hidden += [
        ROOT / "graders" / "harness" / "judge" / "grading.py",
        Path("/root/.bashrc"),
        Path("/home"),
        Path("/etc/shadow"),
    ]
    assert lab.call("exists", *map(str, hidden)).value == []
    shown = [lab.submission.source.path, ROOT / "graders" / "harness" / "worker" / "worker.py", Path(sys.prefix)]
    assert lab.call("exists", *map(str, shown)).value == [str(path) for path in shown]


@each_sandbox
@each_start
def test_sandbox_has_processes_of_its_own_only(open_lab, level, fresh):
    """The judge cannot be found in /proc, by which a thief once came to the solution."""
    lab = open_lab(LAB, isolation=level, fresh=fresh)
    assert len(lab.call("processes").value) == 2  # the first and the worker
    assert lab.call("exists", f"/proc/{os.getpid()}/cwd").value == []


@each_sandbox
def test_sandbox_has_no_network(open_lab, level):
    """Not even this machine's own address answers."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert open_lab(LAB).call("connects", "127.0.0.1", port).value == "done"
        # Bubblewrap gives a sandbox a loopback of its own.
        assert open_lab(LAB, isolation=level).call("connects", "127.0.0.1", port).value in NO_NETWORK


@each_sandbox
def test_sandbox_is_read_only(open_lab, level):
    """Neither the system nor Python nor the submission itself can be written to."""
    lab = open_lab(LAB, isolation=level)
    places = ["/x", "/usr/x", f"{sys.prefix}/x", f"{lab.submission.source.path.parent}/x", "/proc/self/oom_score_adj"]
    assert [lab.call("writes", place).value for place in places] == ["EROFS"] * len(places)
    assert lab.call("writes", "/tmp/x").value == lab.call("writes", "/dev/shm/x").value == "done"


@each_level
def test_worker_has_an_empty_folder_and_a_bare_environment(open_lab, level, monkeypatch):
    """Scratch folder as current folder and home; no token, no PYTHON*, no sign of CI."""
    for name in ("GITHUB_TOKEN", "CI", "PYTHONPATH", "PYTEST_CURRENT_TEST", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "secret")
    lab = open_lab(LAB, isolation=level)
    here, home, inside, _ = lab.call("own").value
    assert here == home
    assert inside == ["matplotlib"]
    assert not {name for name, value in lab.call("environment").value.items() if value == "secret"}


@each_level
@each_start
def test_planted_modules_take_no_place(open_lab, level, fresh):
    """Files named as modules of Python's and its packages' are never imported instead of these."""
    planted = ("sitecustomize", "usercustomize", "torch", "random", "json", "numpy", "conftest")
    text = f"import random, json, torch, numpy\n{LAB}"
    text += "def files(): return [m.__file__ for m in (random, json, torch, numpy)]\n"
    lab = open_lab(text, isolation=level, fresh=fresh, **dict.fromkeys(planted, "raise SystemExit('planted')"))
    folder = str(lab.submission.source.path.parent)
    assert not [file for file in lab.call("files").value if file.startswith(folder)]
    assert not {"sitecustomize", "usercustomize", "conftest"} & set(lab.call("names").value)


@each_level
def test_system_calls_of_an_attack_are_refused(open_lab, level):
    """No new namespace, no look into other processes, no mount, no way back to a user given up."""
    if not seccomp.available():
        pytest.skip("no filter for this machine")
    lab = open_lab(LAB, isolation=level)
    assert lab.call("leaves").value == [-1, -1, -1]
    if os.geteuid() == 0:
        assert lab.call("becomes_root").value == "EPERM"


@each_start
def test_worker_cannot_signal_judge_keeper_or_everybody(open_lab, fresh):
    """kill(-1) as root would end the machine."""
    lab = open_lab(LAB, fresh=fresh)
    assert lab.call("kills", os.getppid()).value == "EPERM" or not landlock.available()
    for pid in (-1, os.getpid(), -os.getpgid(0), lab.launcher.pid):
        assert lab.call("kills", pid).value == "EPERM"


@each_level
@each_start
def test_daemon_ends_with_its_worker(open_lab, level, fresh):
    """What left group and session, and was orphaned, is ended all the same."""
    lab = open_lab(LAB, isolation=level, fresh=fresh)
    assert lab.call("daemon").value == 0
    assert eventually(lambda: bool(running("sleep", "4242")))
    lab.submission.close()
    assert vanish("sleep", "4242")


JUDGE = """
import os, sys
from functools import partial
from pathlib import Path
from graders.harness.link.launcher import Launcher, Target, transport_for
from graders.harness.walls.plan import Maker
from graders.harness.base.limits import Limits
from graders.harness.source.source import Source
from graders.harness.judge.submission import Submission
source, limits = Source.find(Path(sys.argv[1]), "lab.py"), Limits()
by = "bubblewrap" if sys.argv[3] == "bubblewrap" else "namespaces"
nursery = Path(sys.argv[4]) if sys.argv[4:] else None
way = partial(transport_for, "process" if sys.argv[3] == "process" else "sandbox", nursery=nursery, maker=Maker(by))
launcher = Launcher(Target(source.path, Path(sys.argv[2]), source.visible), limits, way)
submission = Submission(source, launcher, limits)
"""
KILLED = f"{JUDGE}submission.call('daemon')\nos.kill(os.getpid(), 9)\n"


def judging(code: str, path: Path, level: str) -> list[str]:
    """Return a command that runs `code` as a judge of that file."""
    return [sys.executable, "-c", code, str(path), str(path.parent / "probes" / "probes.py"), level]


@each_level
@each_start
def test_everything_ends_with_the_judge(open_lab, level, fresh, nursery_socket, tmp_path):
    """A judge that is killed leaves neither worker nor daemon behind, nor their folder, which it removes else."""
    command = judging(KILLED, open_lab(LAB, isolation=level).submission.source.path, level)
    command += [] if fresh else [str(nursery_socket)]
    variables = {**os.environ, "TMPDIR": str(tmp_path)}
    assert subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode == -signal.SIGKILL
    assert vanish("sleep", "4242")
    assert eventually(lambda: not list(tmp_path.iterdir()))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has groups to give up")
@pytest.mark.sample
@each_level
def test_worker_of_roots_is_in_no_group_of_roots(open_lab, level):
    """What it makes cannot be given to another group, by which the keeper would not know it again."""
    before = os.getgroups()
    os.setgroups([0])
    try:
        assert open_lab(LAB, isolation=level, fresh=True).call("groups").value == []
    finally:
        os.setgroups(before)


AS_A_USER = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
PEEKED = f"""{JUDGE}
print(submission.call("peeks", os.getpid()).value, submission.call("peeks", launcher.pid).value)
"""
LOCKED = f"""{JUDGE}
submission.call("locks_up")
place = submission.call("own").value[0]
submission.close()
print(os.path.exists(place))
"""
as_a_user = pytest.mark.skipif(
    subprocess.run([*AS_A_USER, "true"], check=False, capture_output=True).returncode != 0,
    reason="needs a user namespace to be somebody else than root",
)


def as_user(code: str, path: Path) -> str:
    """Return what a judge that is not root prints, whose worker is the same user as it is."""
    command = [*AS_A_USER, *judging(code, path, "process")]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


@as_a_user
def test_worker_of_the_same_user_sees_into_neither_judge_nor_keeper(open_lab):
    """Not into their memory, where the answers are and results could be written, nor their folders."""
    assert as_user(PEEKED, open_lab(LAB).submission.source.path) == "[] []"


@as_a_user
def test_folder_that_was_closed_goes_too(open_lab):
    """A user may take away its own right to look into a folder; the keeper gives it back to remove it."""
    assert as_user(LOCKED, open_lab(LAB).submission.source.path) == "False"


NURSE = """
import os
from graders.harness.link.nursery import Kind, nursery
with nursery(Kind.WORKERS, []) as path:
    print(path.parent, flush=True)
    os.kill(os.getpid(), 9)
"""


def test_a_nursery_takes_its_folder_along():
    """Whoever had it started may have been killed, and can remove nothing."""
    done = subprocess.run([sys.executable, "-c", NURSE], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == -signal.SIGKILL
    assert eventually(lambda: not Path(done.stdout.strip()).exists())


def test_nursery_answers_no_worker(open_lab, nursery_socket, tmp_path):
    """It forks processes without walls for whoever may ask: the judges, and nobody that runs student code."""
    (tmp_path / "conftest.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()")
    open_lab(LAB).call("asks", str(nursery_socket), str(tmp_path))
    assert not (tmp_path / "ran").exists()


def test_worker_cannot_move_its_folder_away(open_lab, tmp_path):
    """Its disk is watched, and it is removed, wherever it is moved to."""
    lab, place = open_lab(LAB, disk=20), tmp_path / "elsewhere"
    assert lab.call("moves", str(place)).value == "done"
    assert key(lab, "fills_many", 6) == "too_much_disk"
    lab.submission.close()
    assert not place.exists()


@each_level
def test_fork_bomb_goes_off_in_a_small_room(open_lab, level):
    """The kernel refuses one process more than the limit, before the machine feels it."""
    lab = open_lab(LAB, isolation=level, processes=40)
    started, why = lab.call("bomb").value
    assert (why, started) == ("EAGAIN", 39)
    assert lab.call("exists", "/").value == ["/"]  # what the kernel lets it have is not too much


COUNTS = """
import subprocess, sys
from graders.harness.walls import family
from graders.harness.walls.plan import Plan

sandbox, bubblewrap, most = sys.argv[1] == "1", sys.argv[2], int(sys.argv[3])
children = [subprocess.Popen(["sleep", "60"]) for _ in range(5)]
print(family.excess_of(Plan(sandbox, ".", [], [], 0, 0, most, {}, bubblewrap)))
for child in children:
    child.kill()
"""


@pytest.mark.parametrize(("sandbox", "bubblewrap", "walls"), [("0", "", 0), ("1", "", 2), ("1", "bwrap", 3)])
def test_one_process_more_than_the_limit_is_too_much(sandbox, bubblewrap, walls):
    """A sandbox's own processes are none of the worker's."""
    enough = 5 - walls
    found = [
        subprocess.run(
            [sys.executable, "-c", COUNTS, sandbox, bubblewrap, str(most)],
            cwd=ROOT, capture_output=True, check=True, encoding="utf-8",
        ).stdout.strip()
        for most in (enough, enough - 1)
    ]  # fmt: skip
    assert found == ["None", "too_many_processes"]


@each_level
def test_memory_of_a_whole_family_counts(open_lab, level):
    """Children that stay below the limit one by one are ended when they pass it together."""
    assert key(open_lab(LAB, isolation=level, memory=1500), "family_of_hogs") == "too_much_memory"


@each_level
@pytest.mark.parametrize("how", ["touched", "out of sight", "written", "locked"])
def test_memory_that_could_be_shared_counts(open_lab, level, how):
    """Whichever way it was asked for, and whether or not anything of it is resident: 2 GB is more than is let pass.

    A limit below 1 GB would let no worker of bubblewrap's import torch.
    """
    assert key(open_lab(LAB, isolation=level, memory=1000), "shares", how, 2000) == "too_much_memory"


def test_removed_file_in_memory_counts(open_lab):
    """A file of /dev/shm lives as long as it is mapped; a sandbox's own has a size."""
    assert key(open_lab(LAB, memory=1000), "shares", "removed", 2000) == "too_much_memory"


@each_level
def test_shared_memory_counts_once(open_lab, level):
    """Four processes that look at one piece of 1 GB have 1 GB, beside torch in each."""
    assert open_lab(LAB, isolation=level, memory=2500).call("shares", "in a family", 1000).value == "alive"


@each_level
def test_memory_hog_gets_a_memory_error(open_lab, level):
    """One process alone hits the kernel's limit and can be told of it."""
    lab = open_lab(LAB, isolation=level, memory=1500)
    assert key(lab, "hog") == "raised"
    assert lab.call("listed", "/nowhere").value is None


@each_level
def test_one_large_file_is_an_error_that_says_so(open_lab, level):
    """A file larger than the limit cannot be written."""
    lab = open_lab(LAB, isolation=level, disk=20)
    with pytest.raises(CheckFailed) as caught:
        lab.call("fills", ".", 40)
    assert caught.value.failure.params["type"] == "OSError"


def test_many_files_end_the_worker(open_lab):
    """In a process, the keeper looks at what the worker's folder holds."""
    assert key(open_lab(LAB, disk=20), "fills_many", 6) == "too_much_disk"


@each_sandbox
def test_many_files_do_not_fit_into_a_sandbox(open_lab, level):
    """In a sandbox, the folder itself has a size."""
    assert key(open_lab(LAB, isolation=level, disk=20), "fills_many", 6) == "raised"


@each_level
def test_folder_of_the_judges_is_laid_out_after_a_disk_was_filled(open_lab, level):
    """Student code that filled its disk costs its own part: the next root finds room, and goes with the worker."""
    lab = open_lab(LAB, isolation=level, disk=20)
    with contextlib.suppress(CheckFailed):  # in a process its files may be few enough by the next look
        lab.call("fills_up")
    root = Folder("root1", {"raw/a": np.full(2**20, 7, np.uint8)})
    assert lab.call("sizes", root).value == [["a", 2**20]]
    place = Path(lab.call("parent", root).value)
    lab.submission.close()
    assert not place.exists()


def refused(monkeypatch, *makers):
    """Have these makers say that they make no sandbox, and the others that they do."""
    monkeypatch.setattr(levels, "problem_of", lambda maker, _: f"not permitted to {maker}" if maker in makers else "")


def test_auto_says_why_there_is_no_sandbox(monkeypatch):
    """Without a sandbox, auto is a process, and the reasons are kept for the report."""
    refused(monkeypatch, *Maker)
    chosen = levels.choose("auto", {})
    assert chosen.isolation == "process"
    assert all(f"{maker}: not permitted to {maker}" in chosen.unsandboxed for maker in Maker)
    assert levels.choose("process", {"CI": "true"}) == levels.Chosen("process")


@pytest.mark.parametrize("isolation", ["auto", "sandbox"])
def test_bubblewrap_makes_the_sandbox_where_we_may_not(monkeypatch, isolation):
    """Our own way comes first; what is known to work is not tried again."""
    refused(monkeypatch)
    assert levels.choose(isolation, {"CI": "true"}) == levels.Chosen("sandbox", Maker.NAMESPACES)
    refused(monkeypatch, Maker.NAMESPACES)
    assert levels.choose(isolation, {"CI": "true"}) == levels.Chosen("sandbox", Maker.BUBBLEWRAP)
    refused(monkeypatch, *Maker)
    assert levels.choose(isolation, {}, Maker.BUBBLEWRAP) == levels.Chosen("sandbox", Maker.BUBBLEWRAP)


# This filter refuses one system call, as some systems do; what bubblewrap uses instead is let through.
UNSHARE_REFUSED = """
import sys
from graders.harness.walls import bubblewrap, levels, seccomp
seccomp.REFUSED, seccomp.KILLS, seccomp.NEW_NAMESPACES = {"unshare": seccomp.REFUSED["unshare"]}, {}, 0
seccomp.install(())
chosen = levels.choose("auto", {"CI": "true"})
sys.exit(f"{chosen.isolation} by {chosen.maker}; {levels.problem_of(levels.Maker.NAMESPACES)}")
"""


@bubblewrapped
@pytest.mark.skipif(not seccomp.available(), reason="no filter for this machine")
def test_a_kernel_that_refuses_us_namespaces_leaves_bubblewrap():
    """Where this process may not leave its namespaces, a sandbox really is made all the same."""
    done = subprocess.run(
        [sys.executable, "-c", UNSHARE_REFUSED], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stderr.strip() == "sandbox by bubblewrap; unshare: Operation not permitted"


def test_bubblewrap_that_is_not_there_is_said_to_be_missing(monkeypatch):
    """Without the program, there is nothing to try."""
    monkeypatch.setenv("PATH", "")
    assert levels.problem_of(Maker.BUBBLEWRAP) == "not installed"


@pytest.mark.parametrize(("mode", "user", "in_memory"), [(0o755, 1000, True), (0o4755, 1000, False), (0o4755, 0, True)])
def test_bubblewrap_with_a_users_own_rights_has_its_scratch_in_memory(monkeypatch, tmp_path, mode, user, in_memory):
    """A program that is root by its own right refuses to limit a tmpfs: the keeper watches a folder on disk then."""
    program = tmp_path / "bwrap"
    program.touch()
    program.chmod(mode)
    started = []
    monkeypatch.setattr(os, "execv", lambda _, words: started.append(words))
    monkeypatch.setattr(os, "geteuid", lambda: user)
    bubblewrap.start(
        Plan(True, str(tmp_path), [], [], 0, 16, 0, {}, str(program)), (), os.open(os.devnull, os.O_RDONLY)
    )
    (words,) = started
    assert ("--size" in words) == in_memory
    assert (str(tmp_path / "tmp") in words) == (not in_memory)


@each_sandbox
def test_bubblewraps_and_our_sandbox_tell_how_the_worker_ended(open_lab, level):
    """The signal or exit code that ended a worker reaches the judge through the processes between."""
    lab = open_lab(LAB, isolation=level)
    for number, told in ((signal.SIGSEGV, "SIGSEGV"), (signal.SIGKILL, "SIGKILL")):
        with pytest.raises(CheckFailed) as caught:
            lab.call("ends", int(number))
        assert told in str(caught.value.failure.params)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has users to give away")
@each_level
def test_workers_of_roots_are_counted_apart(open_lab, level):
    """A fork bomb in one worker takes no process from another that is graded at the same time."""
    users = {open_lab(LAB, isolation=level).call("user").value for _ in range(2)}
    assert len(users) == 2
    assert 0 not in users


@pytest.mark.parametrize(("isolation", "variables"), [("auto", {"CI": "true"}), ("sandbox", {})])
def test_less_than_the_sandbox_is_refused_in_ci(monkeypatch, isolation, variables):
    """In CI auto never falls back; a sandbox that is asked for is had or refused."""
    refused(monkeypatch, *Maker)
    with pytest.raises(ConfigurationError, match="not permitted"):
        levels.choose(isolation, variables)


def test_filter_fits_its_jumps():
    """A jump of classic BPF goes at most 255 instructions far; the program has whole instructions."""
    for machine in seccomp.MACHINES:
        program = seccomp.program(machine, (-1, 10, -10, 11, -11))
        assert len(program) % 8 == 0
        assert len(program) // 8 < 4096


@pytest.mark.skipif(landlock.version() < 1, reason="needs Landlock")
@pytest.mark.parametrize("fresh", [True, False])
def test_worker_writes_to_nothing_that_a_judge_runs(open_lab, fresh, tmp_path):
    """Neither the grader, nor Python, nor its packages; nor a terminal, nor what else is a user's own."""
    lab = open_lab(LAB, fresh=fresh)
    package = Path(np.__file__).parent
    for path in (ROOT / "graders", ROOT, package, Path(os.__file__).parent, Path.home()):
        assert lab.call("writes", str(path / "written")).value in ("EACCES", "EROFS"), path
    for path in (ROOT / "conftest.py", ROOT / "graders" / "rubric.toml"):
        before = path.read_bytes()
        assert lab.call("removes", str(path)).value in ("EACCES", "EROFS"), path
        assert path.read_bytes() == before
    assert lab.call("writes", "own").value == "done"
    assert lab.call("writes", "/dev/null").value == "done"
    assert lab.call("writes", str(tmp_path / "shared")).value == "done"


@pytest.mark.skipif(landlock.version() < 1, reason="needs Landlock")
def test_worker_writes_to_no_terminal(open_lab):
    """It has none, and opens none by its own name."""
    ours, theirs = os.openpty()
    try:
        lab = open_lab(LAB)
        assert lab.call("writes", "/dev/tty").value in ("ENXIO", "EACCES")
        assert lab.call("writes", os.ttyname(theirs)).value == "EACCES"
        assert lab.call("writes", f"/proc/{os.getpid()}/fd/{theirs}").value == "EACCES"
    finally:
        os.close(ours)
        os.close(theirs)


def test_parts_without_what_is_to_be_kept(tmp_path):
    """A folder that holds something to be kept is opened by its other parts."""
    for name in ("kept/inside", "other", "deep/kept", "deep/other"):
        (tmp_path / name).mkdir(parents=True)
    kept = [tmp_path / "kept", tmp_path / "deep" / "kept"]
    assert set(landlock.parts_without(tmp_path, kept)) == {f"{tmp_path}/other", f"{tmp_path}/deep/other"}
    assert list(landlock.parts_without(tmp_path / "kept" / "inside", kept)) == []
