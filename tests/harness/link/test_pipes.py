"""A worker's pipes, polled, and with threads as on Windows: whatever a worker does with them, no judge is held up."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from graders.harness.base.model import Word
from graders.harness.link.pipes import STDERR_KEPT, Late
from graders.harness.link.polled import Polled
from graders.harness.link.threaded import Threaded
from graders.harness.link.transport import CLOSED, GRACE_SECONDS, Process, WorkerGone
from graders.harness.worker.wire import WireError

if TYPE_CHECKING:
    from graders.harness.worker.wire import Frame

WAYS = [pytest.param(Polled, marks=pytest.mark.skipif(sys.platform == "win32", reason="no pipe is polled")), Threaded]
SOON, LONG = 0.3, 30.0  # seconds
NOTHING: Frame = ({}, [])
BEGIN = """
import json, os, struct, sys, threading, time
def frame(**header):
    head = json.dumps({**header, "arrays": []}).encode()
    return struct.pack(">4sIQ", b"EVD1", len(head), 0) + head
def say(data):
    sys.stdout.buffer.write(data)
    sys.stdout.flush()
def heard():
    magic, head, size = struct.unpack(">4sIQ", sys.stdin.buffer.read(16))
    return json.loads(sys.stdin.buffer.read(head)), sys.stdin.buffer.read(size)
"""


def piped(process: Any) -> list[Any]:
    """Return the pipes of a process that has all three."""
    return [process.stdin, process.stdout, process.stderr]


@pytest.fixture(params=WAYS)
def started(request):
    """Return a function that runs a program and returns its pipes and its process."""
    running = []

    @contextmanager
    def start(program):
        streams: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        process = subprocess.Popen([sys.executable, "-c", BEGIN + program], **streams)
        running.append(process)
        pipes = request.param(*piped(process))
        try:
            yield pipes, process
        finally:
            process.kill()
            process.wait()
            pipes.close()

    return start


def test_frames_go_in_and_out_in_their_order(started):
    """Also where the next request is sent before a reply is read, and where what is sent is larger than the pipe."""
    with started("while True:\n  header, data = heard()\n  say(frame(id=header['id'], size=len(data)))") as (pipes, _):
        pipes.send({"id": 1}, [np.zeros(3_000_000, np.uint8)])
        pipes.send({"id": 2}, [])
        pipes.send({"id": 3}, [np.zeros((2, 3), np.float32), np.zeros((), np.int64)])
        found = [pipes.receive(LONG)[0] for _ in range(3)]
    assert [(header["id"], header["size"]) for header in found] == [(1, 3_000_000), (2, 0), (3, 32)]


def test_nothing_in_time_is_late(started):
    """A worker that is silent."""
    with started("time.sleep(600)") as (pipes, _), pytest.raises(Late):
        pipes.receive(SOON)


def test_worker_that_reads_nothing_is_late(started):
    """A request larger than its pipe is no reason to wait for longer, nor is sending another one."""
    with started("time.sleep(600)") as (pipes, _):
        for _ in range(2):
            pipes.send({}, [np.zeros(1_000_000, np.uint8)])
        with pytest.raises(Late):
            pipes.receive(SOON)


@pytest.mark.parametrize(
    "begun", ["frame(id=1)[:9]", "frame(id=1)[:-1]", "b'EVD1' + struct.pack('>IQ', 4, 2**20) + b'{'"]
)
def test_frame_that_is_never_finished_is_late(started, begun):
    """Whichever piece of it is missing."""
    with started(f"say({begun}); time.sleep(600)") as (pipes, _), pytest.raises(Late):
        pipes.receive(SOON)


def test_frame_that_drips_has_one_time_limit(started):
    """Each byte comes soon, the last one too late."""
    with started("say(b'EVD1' + struct.pack('>IQ', 2**20, 0))\nwhile True: say(b' '); time.sleep(0.01)") as (pipes, _):
        began = time.monotonic()
        with pytest.raises(Late):
            pipes.receive(SOON)
        assert time.monotonic() - began < LONG


def test_flood_of_frames_is_read_one_by_one(started):
    """They are there when they are asked for, and nothing waits for their end."""
    with started("n = 0\nwhile True:\n  n += 1\n  say(frame(id=n) * 50)") as (pipes, _):
        assert {pipes.receive(LONG)[0]["id"] for _ in range(100)} == {1, 2}


@pytest.mark.parametrize(
    "garbage", ["b'garbage' * 10", "b'EVD1' + struct.pack('>IQ', 2**30, 0)", "b'EVD1' + struct.pack('>IQ', 2, 2**40)"]
)
def test_no_frame_is_an_error_at_once(started, garbage):
    """What is no frame, or promises to be too large for one."""
    with started(f"say({garbage}); time.sleep(600)") as (pipes, _), pytest.raises(WireError):
        pipes.receive(LONG)


def test_end_inside_a_frame_is_an_error(started):
    """Not an end between frames, which is none."""
    with started("say(frame(id=1)[:-1])") as (pipes, _), pytest.raises(WireError):
        pipes.receive(LONG)


def test_end_between_frames_is_none(started):
    """After what was said before it."""
    with started("say(frame(id=1))") as (pipes, process):
        header, _ = pipes.receive(LONG) or NOTHING
        assert header["id"] == 1
        assert pipes.receive(LONG) is None
        process.wait(LONG)
        pipes.send({}, [np.zeros(1_000_000, np.uint8)])  # which nobody reads: it raises nothing


def test_stderr_is_taken_while_a_reply_is_waited_for(started):
    """A worker that writes more than a pipe holds goes on, and the end of it is kept."""
    said = "sys.stderr.write('x' * 10**6 + 'the end'); sys.stderr.flush(); say(frame(id=1))"
    with started(f"heard()\n{said}") as (pipes, process):
        pipes.send({}, [])
        header, _ = pipes.receive(LONG) or NOTHING
        assert header["id"] == 1
        process.wait(LONG)
        assert pipes.receive(LONG) is None
        pipes.listen()
        kept = pipes.last_words.text(LONG)
    assert kept.endswith("xthe end")
    assert len(kept) == STDERR_KEPT


def test_stderr_between_requests_holds_nobody_up_for_good(started):
    """A thread of the worker's writes on while nobody waits for a reply: it waits, or not, and the next reply comes."""
    flood = "threading.Thread(target=lambda: [os.write(2, b'x' * 65536) for _ in iter(int, 1)], daemon=True).start()"
    with started(f"{flood}\nwhile True:\n  heard()\n  say(frame(id=1))") as (pipes, _):
        for _ in range(3):
            time.sleep(0.05)
            pipes.send({}, [])
            header, _ = pipes.receive(LONG) or NOTHING
        assert header["id"] == 1


def test_endless_stderr_does_not_stop_the_clock(started):
    """There is always something to take, and no reply."""
    with started("while True: os.write(2, b'x' * 65536)") as (pipes, _), pytest.raises(Late):
        pipes.receive(SOON)


def test_closed_stderr_keeps_nobody_busy(started):
    """A worker that closes its stderr is waited for as before, without any work."""
    with started("os.close(2); time.sleep(600)") as (pipes, _):
        began = time.process_time()
        with pytest.raises(Late):
            pipes.receive(1.0)
        assert time.process_time() - began < 0.5


@pytest.mark.skipif(sys.platform == "win32", reason="no pipe is polled")
def test_polled_pipes_need_no_thread():
    """Neither for a request nor for a reply."""
    streams: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    before = set(threading.enumerate())
    with subprocess.Popen([sys.executable, "-c", BEGIN + "heard(); say(frame(id=1))"], **streams) as process:
        pipes = Polled(*piped(process))
        pipes.send({}, [])
        header, _ = pipes.receive(LONG) or NOTHING
        assert header["id"] == 1
        assert set(threading.enumerate()) <= before  # those of other tests may end
        pipes.close()


# ---- how a worker ended


NO_WALLS: Any = SimpleNamespace(plan=lambda _folder: None)


class Ended:
    """A worker that has said all it will, and how its end is known."""

    pid = 1

    def __init__(self, code):
        self.code, self.waited = code, []
        program = "import os; os.close(1); os.write(2, b'x' * 10**6 + b'no room'); os._exit(0)"
        streams: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        self._process = subprocess.Popen([sys.executable, "-c", program], **streams)
        self.stdin, self.stdout, self.stderr = self._process.stdin, self._process.stdout, self._process.stderr

    def end(self):
        """Do nothing."""

    def kill(self):
        """Kill it."""
        self._process.kill()

    def wait(self, timeout=None):
        """Return the made-up code once the program has ended, or raise as if it went on."""
        self.waited.append(timeout)
        if self.code is None:
            raise subprocess.TimeoutExpired("worker", timeout)
        self._process.wait(LONG)
        return self.code


@pytest.mark.parametrize(
    ("code", "reason", "detail", "word"),
    [
        (7, "crashed", "exit code 7", Word("exit_code", {"code": 7})),
        (-11, "crashed", "SIGSEGV", None),
        (-99, "crashed", "closed", Word("closed")),
    ],
)
@pytest.mark.parametrize("way", WAYS)
def test_end_is_told_though_much_was_still_to_be_said(code, reason, detail, word, way):
    """A worker that closes its frames, and then fills its stderr, has its end told all the same."""
    spawned = Ended(code)
    process = Process(lambda _plan: spawned, NO_WALLS, way)
    with pytest.raises(WorkerGone) as caught:
        process.receive(LONG)
    process.close()
    assert (caught.value.reason, caught.value.detail, caught.value.word) == (reason, detail, word)


@pytest.mark.parametrize("way", WAYS)
def test_worker_that_closes_its_frames_and_goes_on_is_gone(way):
    """It is waited for no longer than a killed one."""
    spawned = Ended(None)
    process = Process(lambda _plan: spawned, NO_WALLS, way)
    with pytest.raises(WorkerGone) as caught:
        process.receive(LONG)
    process.close()
    assert caught.value is CLOSED
    assert set(spawned.waited) == {GRACE_SECONDS}
