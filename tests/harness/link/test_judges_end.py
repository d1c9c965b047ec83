"""Judges that are forked from a nursery: what they write is read meanwhile, and they end with their lease."""

from __future__ import annotations

import os
import signal
import sys
import time

import psutil
import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs a nursery")
PATIENCE = 60  # seconds for what takes a tenth of one
WAITS = """
import os, sys, time

def test_that_waits(capfd):
    with capfd.disabled():
        print(f"\\npid {os.getpid()}", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def waiting(judges, tmp_path):
    """Start a judge whose check waits; returns it and its process."""
    from graders.harness.link.nursery import start_pytest

    (tmp_path / "test_waits.py").write_text(WAITS, encoding="utf-8")
    judge = start_pytest(judges, tmp_path, dict(os.environ), ["-q", "-p", "no:cacheprovider", "test_waits.py"])
    assert judge.stdout is not None
    lines = (line.split() for line in judge.stdout)
    pid = next(int(words[1]) for words in lines if words[:1] == [b"pid"])
    yield judge, psutil.Process(pid)
    judge.end()


def test_judge_is_read_while_it_works_and_ends_with_its_lease(waiting):
    """Its keeper kills it, and says so."""
    judge, process = waiting
    assert process.is_running()
    judge.end()
    assert judge.wait(PATIENCE) == -signal.SIGKILL
    assert not process.is_running()
    assert judge.stdout.read() == b""


def test_judge_without_an_owner_ends(waiting):
    """As where whoever asked for it was killed: the system closes the lease."""
    judge, process = waiting
    judge._lines.close()
    judge._connection.close()
    until = time.monotonic() + PATIENCE
    while process.is_running() and time.monotonic() < until:
        time.sleep(0.01)
    assert not process.is_running()


def test_exit_code_is_pytests(judges, tmp_path):
    """Where nobody ends it."""
    from graders.harness.link.nursery import start_pytest

    judge = start_pytest(judges, tmp_path, dict(os.environ), ["-q", "-p", "no:cacheprovider", "--no-such-option"])
    assert judge.stdout is not None
    assert b"--no-such-option" in judge.stdout.read()
    assert judge.wait(PATIENCE) == pytest.ExitCode.USAGE_ERROR
