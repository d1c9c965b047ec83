"""Coordinators that are killed at any moment, and two at once: nothing is lost, nothing is graded twice."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from graders.commands.teacher.grades import store
from graders.commands.teacher.grades.store import Gradebook

PROGRAM = Path(__file__).with_name("coordinator_at_work.py")
ROOT = Path(__file__).parents[3]
NAP = 0.02  # seconds of a grading, at most
LONG = 120  # seconds that nobody waits


def start(out: Path, students: int) -> subprocess.Popen[bytes]:
    """Have a coordinator begin."""
    command = [sys.executable, str(PROGRAM), str(out), str(students), str(NAP)]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE)


def logged(out: Path) -> list[tuple[str, ...]]:
    """Return what coordinators have told of their steps; the last line may be half a one."""
    path = out / "log"
    return [tuple(line.split()) for line in path.read_text().splitlines()] if path.exists() else []


def wait_for(out: Path, opened: int) -> None:
    """Wait until so many coordinators have begun in all: a kill before that would hit nothing but imports."""
    until = time.monotonic() + LONG
    while Counter(line[0] for line in logged(out))["opened"] < opened and time.monotonic() < until:
        time.sleep(0.005)


@pytest.mark.parametrize(
    "kills", [3, pytest.param(30, marks=pytest.mark.whole), pytest.param(60, marks=pytest.mark.whole)]
)
def test_killed_at_any_moment_nothing_is_lost_or_graded_twice(tmp_path: Path, kills: int) -> None:
    """Two at a time, one of them killed each time, then resumed; what was in flight alone is graded again."""
    dice, students = random.Random(kills), 12 * kills
    running: list[subprocess.Popen[bytes]] = []
    opened = 0
    for _ in range(kills):
        while len(running) < 2:
            running.append(start(tmp_path, students))
            opened += 1
        wait_for(tmp_path, opened)
        time.sleep(dice.uniform(0, 6 * NAP))
        victim = running.pop(dice.randrange(2))
        victim.kill()
        victim.communicate()
    running += [start(tmp_path, students) for _ in range(2 - len(running))]
    for process in running:
        _, said = process.communicate(timeout=LONG)
        assert process.returncode == 0, said.decode()
    steps = Counter(logged(tmp_path))
    names = {f"s{number:03}" for number in range(students)}
    with Gradebook.open(tmp_path) as book:
        assert {result.student for result in book.results()} == names
        assert all(len(book.history(name)) == 1 for name in names)  # nobody has two results
        assert all(book.current(name).points == 1 for name in names)  # type: ignore[union-attr]  # all are there, as was just asked
    begun = sum(count for step, count in steps.items() if step[0] == "begun")
    assert students <= begun <= students + kills  # one in flight a kill, at most
    assert max(count for step, count in steps.items() if step[0] == "recorded") == 1
    with closing(sqlite3.connect(tmp_path / store.FILE)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert raw.execute("SELECT count(*) FROM claims").fetchone() == (0,)
    assert {path.name for path in tmp_path.iterdir()} == {store.FILE, "log"}


def test_two_at_once_share_the_class(tmp_path: Path) -> None:
    """Begun at the same moment, in a folder without a gradebook: each student is one's."""
    both = [start(tmp_path, 40) for _ in range(2)]
    for process in both:
        _, said = process.communicate(timeout=LONG)
        assert process.returncode == 0, said.decode()
    steps = Counter(logged(tmp_path))
    assert sum(count for step, count in steps.items() if step[0] == "begun") == 40
    assert sum(count for step, count in steps.items() if step[0] == "recorded") == 40
