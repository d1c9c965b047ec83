"""A run of a class in which nothing has changed costs no more a student in a large class than in a small one."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from made_up_class import Made

from graders.commands.teacher import batch
from graders.commands.teacher.grades import tables
from graders.commands.teacher.overview import classroom
from graders.commands.teacher.runs.tasks import Done

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from graders.commands.teacher.overview.classroom import Drawn
    from graders.commands.teacher.runs.tasks import Task

UNTIMED = ("--no-throughput", "--no-page", "--isolation", "process")


class MadeUp:
    """A scheduler whose judges find everything right."""

    def __init__(self) -> None:
        self.asked = 0

    def run(self, tasks: Iterable[Task]) -> Iterator[Done]:
        """Carry tasks out one after another."""
        for task in tasks:
            self.asked += 1
            report = Made(changes={"graded_at": "2026-01-31T12:00:00Z"}).report
            yield Done(task, 0, "", json.dumps(report), None, 1.0)

    def in_flight(self) -> list[tuple[Task, float]]:
        """Nobody waits."""
        return []

    def stop(self) -> None:
        """Nothing runs."""


class Counted:
    """Runs classes, and counts what a run asks of judges, of the gradebook, and of the page."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.statements, self.pages, self.judges = folder, list[str](), 0, MadeUp()
        connect, draw = tables.connect, classroom.draw

        def connected(path: Path) -> sqlite3.Connection:
            connection = connect(path)
            connection.set_trace_callback(self.statements.append)
            return connection

        def drawn(*given: Any) -> Drawn:
            self.pages += 1
            return draw(*given)

        monkeypatch.setattr(tables, "connect", connected)
        monkeypatch.setattr(classroom, "draw", drawn)
        monkeypatch.setattr(batch._Run, "_scheduler", lambda *_: self.judges)

    def run(self, students: int) -> tuple[int, int, int]:
        """Run a class of so many; returns how many were judged, pages drawn, and statements of SQL."""
        folder, out = self.folder / str(students), self.folder / f"out{students}"
        folder.mkdir(exist_ok=True)
        for number in range(students):
            (folder / f"{number:03}.py").write_text("x = 1\n", encoding="utf-8")
        before = self.judges.asked, self.pages, len(self.statements)
        assert batch.main([str(folder), "--report-dir", str(out), *UNTIMED]) == 0
        return self.judges.asked - before[0], self.pages - before[1], len(self.statements) - before[2]


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counted:
    """Return what counts."""
    return Counted(tmp_path, monkeypatch)


def test_an_unchanged_class_draws_no_page_and_costs_as_much_a_student(counted: Counted) -> None:
    """A few statements each: its row is written where it lies, and read where it is planned and listed."""
    sizes, asked = (4, 8, 12), list[int]()
    for size in sizes:
        assert counted.run(size)[:2] == (size, 1)
        judged, pages, statements = counted.run(size)
        assert (judged, pages) == (0, 0)
        asked.append(statements)
    more = [after - before for before, after in pairwise(asked)]
    assert more[0] == more[1]  # linear
    assert more[0] <= 4 * 4, counted.statements[-40:]


def test_one_that_is_new_draws_the_page_once(counted: Counted) -> None:
    """And is judged alone."""
    counted.run(4)
    (counted.folder / "4" / "new.py").write_text("x = 2\n", encoding="utf-8")
    assert counted.run(4)[:2] == (1, 1)
    assert counted.run(4)[:2] == (0, 0)
