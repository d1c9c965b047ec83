"""The launcher: a worker that hangs, dies or lies is replaced, and nothing of it stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from graders.harness.base.errors import CheckFailed, HarnessFault, Unloadable
from graders.harness.base.limits import Limits
from graders.harness.base.model import Where, Word
from graders.harness.link.launcher import Launcher, Target, transport_for
from graders.harness.link.transport import InProcess, WorkerGone

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

LAB = """
import ctypes, os, signal, subprocess, sys, threading, time
import torch


def ok():
    return "fine"


def number():
    return os.getpid()


def hang():
    time.sleep(10_000)


def stubborn():
    while True:
        try:
            time.sleep(10_000)
        except BaseException:
            pass


def leaves():
    os._exit(7)


def faults():
    ctypes.string_at(0)


def other_id():
    return speak(b'{"id":99999,"value":1,"stdout":"","transcript":[],"grad_enabled":true,"arrays":[]}')


def garbage():
    for number in pipes():
        try:
            os.write(number, b"garbage" * 10)
        except OSError:
            pass


def pipes():
    return [n for n in range(3, 64) if is_pipe(n)]


def is_pipe(number):
    try:
        return os.readlink(f"/proc/self/fd/{number}").startswith("pipe")
    except OSError:
        return False


def speak(header):
    import struct
    frame = struct.pack(">4sIQ", b"EVD1", len(header), 0) + header
    for number in pipes():
        try:
            os.write(number, frame)
        except OSError:
            pass


def closes():
    for number in pipes():
        os.close(number)
    time.sleep(10_000)


def freezes_later():
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGSTOP)).start()
    return os.getpid()


def echo(value):
    return value


def family(new_session=False, stderr=None):
    nap = "import time; time.sleep(10_000)"
    parent = f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', {nap!r}]).pid, flush=True); {nap}"
    child = subprocess.Popen(
        [sys.executable, "-c", parent],
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        start_new_session=new_session,
    )
    return [child.pid, int(child.stdout.readline())]
"""
LONG = 60.0  # seconds that nothing here takes
HANGS_AFTER = 1.0  # seconds; honest calls of this lab take a millisecond


@pytest.fixture(scope="module")
def lab(open_lab):
    """Return the lab above with a short limit for a call."""
    return open_lab(LAB, call_seconds=HANGS_AFTER)


def failure_of(lab, function, *args):
    """Return the failure of a call that must fail."""
    with pytest.raises(CheckFailed) as caught:
        lab.call(function, *args)
    return caught.value.failure


def alive(pid: int) -> bool:
    """Tell whether a process runs; a dead one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def gone(*pids: int) -> bool:
    """Wait until none of these processes runs, for some seconds at most."""
    for _ in range(40):
        if not any(alive(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


def end(pids: list[int]) -> None:
    """End processes that a test has found alive."""
    for pid in filter(alive, pids):
        os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("function", ["hang", "stubborn"])
def test_hang_is_ended_at_the_limit(lab, function):
    """A call that does not return is a timeout, whatever exceptions it swallows."""
    failure = failure_of(lab, function)
    assert (failure.key, failure.params) == ("timeout", {"text": f"{HANGS_AFTER:g}"})


def test_next_call_after_a_hang_works_in_a_fresh_worker(open_lab):
    """A worker that hung is replaced by a fresh one."""
    lab = open_lab(LAB, call_seconds=HANGS_AFTER)
    first = lab.call("number").value
    failure_of(lab, "hang")
    assert lab.call("number").value != first
    assert lab.launcher.generation == 2


def test_exit_from_python_is_a_crash(lab):
    """os._exit in a function is told with its exit code, and the next call works."""
    failure = failure_of(lab, "leaves")
    assert (failure.key, failure.params) == ("crashed", {"text": Word("exit_code", {"code": 7})})
    assert lab.call("ok").value == "fine"


@linux
def test_fault_in_native_code_is_a_crash(lab):
    """A segmentation fault is told by its signal, and the next call works."""
    failure = failure_of(lab, "faults")
    assert (failure.key, failure.params) == ("crashed", {"text": "SIGSEGV"})
    assert lab.call("ok").value == "fine"


def test_fresh_process_tells_its_exit_code_too(open_lab):
    """A worker that was not forked from a nursery is watched in the same way."""
    lab = open_lab(LAB, fresh=True)
    assert failure_of(lab, "leaves").params == {"text": Word("exit_code", {"code": 7})}


@linux
def test_answer_with_another_id_is_unreadable(lab):
    """A frame that student code writes in the worker's name is no answer."""
    assert failure_of(lab, "other_id").key == "unreadable"
    assert lab.call("ok").value == "fine"


@linux
def test_garbage_on_the_protocol_pipe_is_unreadable(lab):
    """Bytes that are no frame count against the function that ran, and the next call works."""
    assert failure_of(lab, "garbage").key == "unreadable"
    assert lab.call("ok").value == "fine"


@linux
def test_closed_protocol_pipe_ends_the_call(lab):
    """A function that closes the worker's pipe fails, and the next call works."""
    assert failure_of(lab, "closes").key in ("crashed", "timeout")
    assert lab.call("ok").value == "fine"


def test_failure_points_to_the_function_that_died(lab):
    """The place of a death is the function that was called."""
    assert failure_of(lab, "leaves").where == Where("lab.py", 26)


def test_function_that_hung_is_not_waited_for_again(open_lab):
    """One timeout is enough: the next call of the same function fails at once, without a worker."""
    lab = open_lab(LAB, call_seconds=HANGS_AFTER)
    first = failure_of(lab, "hang")
    generation = lab.launcher.generation
    assert failure_of(lab, "hang") is first
    assert lab.launcher.generation == generation


@linux
def test_no_process_is_left_behind(open_lab):
    """After close, neither the worker nor its children nor theirs run."""
    lab = open_lab(LAB)
    pids = [lab.call("number").value, *lab.call("family").value]
    assert all(alive(pid) for pid in pids)
    lab.submission.close()
    assert gone(*pids)


@linux
def test_no_process_in_a_session_of_its_own_is_left_behind(open_lab):
    """After close, children that left the worker's process group do not run either."""
    lab = open_lab(LAB)
    pids = lab.call("family", True, subprocess.DEVNULL).value
    lab.submission.close()
    try:
        assert gone(*pids)
    finally:
        end(pids)


@linux
def test_child_that_holds_the_pipes_does_not_hold_up_the_judge(open_lab):
    """Close returns though a child in a session of its own keeps the worker's stderr open."""
    lab = open_lab(LAB)
    pids = lab.call("family", True).value
    closing = threading.Thread(target=lab.submission.close, daemon=True)
    closing.start()
    closing.join(8)
    returned = not closing.is_alive()
    end(pids)
    closing.join(LONG)
    assert returned


@linux
def test_children_of_a_worker_that_left_are_ended_too(open_lab):
    """A worker that exits by itself does not save its children."""
    lab = open_lab(LAB)
    pids = lab.call("family").value
    failure_of(lab, "leaves")
    try:
        assert gone(*pids)
    finally:
        end(pids)


@linux
def test_worker_that_stops_reading_is_ended_at_the_limit(open_lab):
    """A request that the worker never takes out of the pipe is a timeout like any other."""
    lab = open_lab(LAB, call_seconds=HANGS_AFTER)
    pid = lab.call("freezes_later").value
    time.sleep(1)
    asking = threading.Thread(target=failure_of, args=(lab, "echo", "x" * 2**20), daemon=True)
    asking.start()
    asking.join(HANGS_AFTER + 4)
    returned = not asking.is_alive()
    end([pid])
    asking.join(LONG)
    assert returned


def test_close_can_be_said_twice(open_lab):
    """Closing what is closed, or was never started, does nothing."""
    lab = open_lab(LAB)
    lab.submission.close()
    lab.call("ok")
    lab.submission.close()
    lab.submission.close()
    assert not lab.launcher.running


def test_worker_can_be_started_ahead(open_lab):
    """A worker started ahead is the one that answers the first call."""
    lab = open_lab(LAB)
    lab.submission.start(["ok"])
    assert lab.submission.started
    lab.call("ok")
    assert lab.launcher.generation == 1


def test_probes_that_cannot_be_imported_are_our_fault(open_lab):
    """Probes that raise on import are a HarnessFault that says why, not a failure of the student's."""
    lab = open_lab(LAB)
    probes = lab.submission.source.path.parent / "probes" / "probes.py"
    probes.write_text("raise RuntimeError('no probes today')\n", encoding="utf-8")
    with pytest.raises(HarnessFault, match="RuntimeError: no probes today"):
        lab.call("ok")


def test_worker_that_does_not_start_is_our_fault(tmp_path):
    """A process that dies before it has read anything of the student's is a HarnessFault."""

    class Dead:
        pid = None

        def send(self, header, arrays):
            pass

        def receive(self, seconds):
            raise WorkerGone("crashed", "exit code 1")

        def close(self):
            pass

    (tmp_path / "probes.py").touch()
    target = Target(tmp_path / "lab.py", tmp_path / "probes.py", tmp_path)
    launcher = Launcher(target, Limits(), lambda *_: Dead())
    with pytest.raises(HarnessFault, match="did not start"):
        launcher.load()


def test_requests_are_numbered(open_script, script, good_reply):
    """No two requests of a grading have the same id, over deaths too."""
    seen = script(call=good_reply)
    lab = open_script(seen)
    lab.call("f")
    lab.launcher.close()
    lab.call("f")
    ids = [header["id"] for header in seen.asked]
    assert len(ids) == len(set(ids)) == 6


def test_limits_of_start_and_call_are_kept_apart(open_script, script, good_reply):
    """Starting, importing and a call each have a limit of their own."""
    seen = script(call=good_reply)
    lab = open_script(seen)
    lab.call("f")
    assert seen.limits == [Limits().start_seconds, Limits().import_seconds, Limits().call_seconds]


def test_isolation_none_has_no_process(tmp_path):
    """Isolation "none" is the judge's own process."""
    target = Target(tmp_path / "lab.py", tmp_path / "probes.py", tmp_path)
    assert type(transport_for("none", target, Limits())) is InProcess


@pytest.mark.parametrize(("end", "key"), [("timeout", "timeout_at_import"), ("crashed", "crashed")])
def test_death_at_import_is_unloadable(open_script, script, end, key):
    """A file that hangs or dies on import fails the submission as a whole."""
    lab = open_script(script(load=WorkerGone(end, "3")))
    with pytest.raises(Unloadable) as caught:
        lab.call("f")
    assert caught.value.failure.key == key


def test_import_that_hangs_is_waited_for_once(open_script, script):
    """A file that hung on import is not imported again for every check."""
    seen = script(load=WorkerGone("timeout", "120"))
    lab = open_script(seen)
    for function in ("f", "g", "f"):
        with pytest.raises(Unloadable):
            lab.call(function)
    assert seen.started == 1


def test_judge_without_worker_never_imports_torch(tmp_path):
    """Launching and closing a worker leaves torch out of the judge's process."""
    text = (
        "import sys, pathlib\n"
        "from functools import partial\n"
        "from graders.harness.link.launcher import Launcher, Target, transport_for\n"
        "from graders.harness.base.limits import Limits\n"
        "lab = pathlib.Path('reference', 'lab.py').absolute()\n"
        "launcher = Launcher(Target(lab, lab, lab), Limits(), partial(transport_for, 'process'))\n"
        "launcher.start(); launcher.close()\n"
        "assert 'torch' not in sys.modules\n"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", text], cwd=root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
