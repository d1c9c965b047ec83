"""Judges that time nothing stay on cores of their own, their workers beside them."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys

import pytest

from graders.commands import judging
from graders.spec import SPEC

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="cores are claimed on Linux"),
    pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="there is but one core"),
]

CLAIMS = """
import os, sys
from graders.harness.link import cores

cores.NAME = sys.argv[1]
os.sched_setaffinity(0, map(int, sys.argv[2:]))
with cores.own():
    print(*os.sched_getaffinity(0), flush=True)
    sys.stdin.readline()
print(*os.sched_getaffinity(0), flush=True)
sys.stdin.readline()
"""
TELLS = """
import os
raise RuntimeError(f"it may use {len(os.sched_getaffinity(0))} cores")
"""


class Claiming:
    """A process that claims one of some cores."""

    def __init__(self, name: str, cores: list[int]) -> None:
        command = [sys.executable, "-c", CLAIMS, name, *map(str, cores)]
        self._process = subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def cores(self) -> list[int]:
        """Return the cores that it may use now."""
        assert self._process.stdout is not None
        return sorted(map(int, self._process.stdout.readline().split()))

    def go_on(self) -> list[int]:
        """Have it give its core back; returns those that it may use then."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self.cores()

    def kill(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def claim():
    """Return a function that has a process claim one of two cores, or of as many."""
    name, all_cores, made = f"test-{secrets.token_hex(8)}-", sorted(os.sched_getaffinity(0)), []

    def make(count: int = 2) -> Claiming:
        made.append(Claiming(name, all_cores[:count]))
        return made[-1]

    yield make
    for claiming in made:
        claiming.kill()


def test_two_have_one_core_each_and_a_third_has_both(claim):
    """Nobody waits for a core, nor shares one that another has for its own."""
    first, second = claim(), claim()
    both = sorted(first.cores() + second.cores())
    assert len(set(both)) == 2
    assert claim().cores() == both


def test_core_is_given_back_before_its_keeper_ends(claim):
    """Whoever hears that a judge has ended starts the next one."""
    first, second = claim(), claim()
    before, other = first.cores(), second.cores()
    assert first.go_on() == sorted(before + other)
    assert claim().cores() == before


def test_core_of_a_process_that_was_killed_is_free(claim):
    """What the system has closed nobody has to."""
    first, second = claim(), claim()
    (core,), (_,) = first.cores(), second.cores()
    first.kill()
    assert claim().cores() == [core]


def test_only_core_is_left_to_all(claim):
    """There is nothing to choose."""
    alone = claim(1)
    assert alone.cores() == alone.go_on()
    assert claim(1).cores() == claim(1).cores()


@pytest.mark.parametrize("own_core", [True, False])
def test_worker_stays_where_its_judge_is(own_core, judges, nursery_socket, tmp_path):
    """A judge that times nothing has one core for both; another one has all, as a single run."""
    (tmp_path / "lab.py").write_text(TELLS, encoding="utf-8")
    warm = judging.Nurseries(nursery_socket, judges)
    given = judging.arguments(tmp_path / "lab.py", warm, SPEC, "--report-dir", str(tmp_path / "out"))
    judge = judging.start(given, warm, SPEC, own_core=own_core)
    assert judge.stdout is not None
    assert f"it may use {1 if own_core else len(os.sched_getaffinity(0))} cores" in judge.stdout.read().decode()
    judge.wait()
