"""A process and its descendants, seen from outside."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import psutil
import pytest

from graders.harness.timing.process_tree import ProcessTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BUSY = "while True: pass"
PARENT = f"""
import subprocess, sys
subprocess.Popen([sys.executable, "-c", {BUSY!r}])
print("started", flush=True)
{BUSY}
"""
WAITED_FOR = """
import subprocess, sys
child = "import time; t = time.process_time()\\nwhile time.process_time() - t < 0.3: pass"
subprocess.run([sys.executable, "-c", child]); print("started", flush=True); input()
"""
MOMENT = 0.3  # seconds in which a busy process takes some processor time, however busy the machine is


@pytest.fixture
def tree() -> Iterator[Callable[[str], ProcessTree]]:
    """Return a function that runs Python code in a process of its own and returns its tree; all ends with the test."""
    with ExitStack() as stack:

        def run(code: str) -> ProcessTree:
            process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            stack.callback(end, process)
            assert process.stdout is not None
            process.stdout.readline()
            return ProcessTree(process.pid)

        yield run


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and its descendants."""
    ProcessTree(process.pid).kill()
    process.communicate()


def took(tree: ProcessTree, seconds: float = MOMENT) -> float:
    """Return the processor time that a tree takes in some seconds."""
    before = tree.cpu_seconds()
    time.sleep(seconds)
    return tree.cpu_seconds() - before


def test_paused_tree_takes_no_time(tree):
    """A parent and its child stand still while paused, and go on afterwards."""
    family = tree(PARENT)
    assert took(family) > 0
    family.pause()
    time.sleep(0.05)  # for the signals to arrive
    assert took(family) == 0
    family.resume()
    assert took(family) > 0


def test_time_of_a_child_counts(tree):
    """Of two busy processes, more time is seen than one alone has taken."""
    family = tree(PARENT)
    alone = sum(next(iter(family._all())).cpu_times()[:2])
    assert took(family) > 0
    assert family.cpu_seconds() > alone


def test_time_of_a_child_that_ended_counts(tree):
    """What a child took whose parent waited for it belongs to the parent."""
    assert tree(WAITED_FOR).cpu_seconds() >= 0.3


@pytest.mark.parametrize("pid", [None, 2**22 + 1], ids=["none", "ended"])
def test_nothing_can_be_asked_all_the_same(pid):
    """A process that is not there takes no time and is held up by nobody."""
    nothing = ProcessTree(pid)
    nothing.pause()
    nothing.resume()
    assert nothing.cpu_seconds() == 0


def test_killed_tree_is_gone(tree):
    """The process and what it has started."""
    killed = tree(PARENT)
    processes = list(killed._all())
    assert len(processes) == 2
    killed.kill()
    assert psutil.wait_procs(processes, timeout=60)[1] == []
