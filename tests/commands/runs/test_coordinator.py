"""What is to be done for each hand-in is done, once, and recorded as it lands."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from graders.commands.teacher.grades.keys import ALL_PARTS, Key
from graders.commands.teacher.grades.results import Outcome, Result, Word, WordKind
from graders.commands.teacher.grades.store import Gradebook
from graders.commands.teacher.handed_in.hand_in import ClassFolder, Entry, HandIn, Kind
from graders.commands.teacher.runs.coordinator import Coordinator
from graders.commands.teacher.runs.reports import Reports
from graders.commands.teacher.runs.tasks import WAIT, Done, Task
from graders.commands.teacher.runs.work import Landed, Now

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

PARTS = ("loss", "model", "speed")
POINTS = {"loss": 5.0, "model": 3.0, "speed": 2.0}


def report(student: str, parts: Sequence[str], points: dict[str, float] = POINTS) -> dict[str, Any]:
    """Return a made-up report of some parts, whose points are all earned."""
    whole = set(parts) == set(PARTS)
    made = [
        {"name": p, "title": p, "status": "passed", "points": points[p], "max_points": points[p], "checks": []}
        for p in PARTS
        if p in parts
    ]
    most = sum(points[p] for p in parts)
    return {
        "student": student, "status": "graded" if whole else "partial", "score": most if whole else None,
        "max_score": most, "parts": made,
    }  # fmt: skip


@dataclass
class Rubric:
    """Rules by which a key is the file's text, and reports are as above."""

    points: dict[str, float] = field(default_factory=lambda: dict(POINTS))
    parts: dict[str, str] = field(default_factory=lambda: dict.fromkeys(PARTS, "1"))

    def key(self, hand_in: HandIn) -> Key:
        """Return a key."""
        return Key(hand_in.path.read_text(encoding="utf-8"), "rubric", json.dumps(self.points), "grader", self.parts)

    def merged(self, whole: str, partial: str) -> str:
        """Put the parts together."""
        names = {part["name"] for text in (whole, partial) for part in json.loads(text)["parts"]}
        return json.dumps(report(json.loads(partial)["student"], sorted(names), self.points))

    def standing(self, text: str, result: Result | None) -> str:
        """Add what a teacher has set."""
        return f"{text} {result.points:g} by a teacher" if result and result.words else text

    def rescored(self, text: str) -> str:
        """Give the points of now."""
        plain = json.loads(text)
        return json.dumps(report(plain["student"], [part["name"] for part in plain["parts"]], self.points))


def right(task: Task) -> Done:
    """Judge what is asked for as right."""
    text = json.dumps(report(task.student, task.parts or PARTS))
    return Done(task, 0, "fine", text, f"page of {task.student}".encode(), 1.0)


class Scripted:
    """A scheduler whose judges are functions, two at a time; it may be stopped after some have landed."""

    def __init__(self, judge: Any = right, stop_after: int | None = None) -> None:
        self.tasks, self.judge, self.left = list[Task](), judge, stop_after
        self.coordinator: Coordinator | None = None
        self.stopped = False

    def run(self, tasks: Iterable[Task]) -> Iterator[Done]:
        """Carry out two tasks at a time, the later one first."""
        beside: list[Task] = []
        for task in tasks:
            if task.alone:
                yield from self._all(beside)
            if task is WAIT:
                continue
            beside.append(task)
            if len(beside) == 2 or task.alone:
                yield from self._all(beside)
        yield from self._all(beside)

    def _all(self, beside: list[Task]) -> Iterator[Done]:
        while beside:
            task = beside.pop()
            if self.left == 0 and self.coordinator:
                self.coordinator.stop()
            if self.stopped:
                return
            self.left = None if self.left is None else self.left - 1
            self.tasks.append(task)
            yield self.judge(task)

    def in_flight(self) -> Sequence[tuple[Task, float]]:
        """Nobody asks."""
        return []

    def stop(self) -> None:
        """Note it."""
        self.stopped = True


class Class:
    """A class of students in a folder, its folder of reports, and runs of it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.out, self.rubric = folder / "class", folder / "out", Rubric()
        self.folder.mkdir()
        self.out.mkdir()
        self.drawn: list[str] = []
        for name in ("anna", "ben", "cho"):
            (self.folder / f"{name}.py").write_text(name, encoding="utf-8")

    @property
    def found(self) -> ClassFolder:
        """What lies there."""
        paths = sorted(self.folder.iterdir())
        entries = tuple(Entry(path.name, Kind.HAND_IN, path.stem) for path in paths)
        return ClassFolder(entries, tuple(HandIn(path.stem, path) for path in paths))

    def run(self, scheduler: Scripted | None = None, timed: Sequence[str] = ()) -> tuple[list[Task], dict[str, Now]]:
        """Run once; returns the tasks and the last thing that became of each student."""
        scheduler, landed = scheduler or Scripted(), list[Landed]()
        found = self.found
        with Gradebook.open(self.out) as book:
            names = {one.student: one.student for one in found.hand_ins}
            book.enter(found, self.folder, names)
            reports = Reports(self.out, names, self._draw)
            scheduler.coordinator = Coordinator(found, book, scheduler, self.rubric, reports, timed, landed.append)
            scheduler.coordinator.run()
        return scheduler.tasks, {one.student: one.now for one in landed}

    def _draw(self, text: str, earlier: str) -> str:
        self.drawn.append(json.loads(text.partition("}]} ")[0] + "}]}" if "by a teacher" in text else text)["student"])
        return f"drawn of {text} {earlier[:20]}"

    def outcomes(self) -> dict[str, tuple[Outcome, float | None]]:
        """Return what the gradebook has."""
        with Gradebook.open(self.out) as book:
            return {one.student: (one.outcome, one.points) for one in book.results()}


@pytest.fixture
def three(tmp_path: Path) -> Class:
    """Return a class of three."""
    return Class(tmp_path)


def test_everybody_is_graded_once(three):
    """Reports and pages lie in OUT; a second run judges nobody."""
    tasks, now = three.run()
    assert sorted(task.student for task in tasks) == ["anna", "ben", "cho"]
    assert {task.parts for task in tasks} == {()}
    assert set(now.values()) == {Now.JUDGED}
    assert json.loads((three.out / "ben" / "report.json").read_text())["score"] == 10
    assert (three.out / "ben" / "report.html").read_text() == "page of ben"
    written = {path: path.stat().st_mtime_ns for path in three.out.rglob("report.*")}
    assert three.run() == ([], dict.fromkeys(("anna", "ben", "cho"), Now.UNCHANGED))
    assert written == {path: path.stat().st_mtime_ns for path in three.out.rglob("report.*")}


def test_only_what_changed_is_judged(three):
    """One student's new text; one part's check; the points alone."""
    three.run()
    (three.folder / "ben.py").write_text("better", encoding="utf-8")
    assert [task.student for task in three.run()[0]] == ["ben"]
    three.rubric.parts = {**three.rubric.parts, "model": "2"}
    tasks, _ = three.run()
    assert [(task.student, task.parts) for task in sorted(tasks, key=lambda t: t.student)] == [
        ("anna", ("model",)), ("ben", ("model",)), ("cho", ("model",)),
    ]  # fmt: skip
    assert three.outcomes()["anna"] == (Outcome.GRADED, 10)
    three.rubric.points = {**POINTS, "loss": 7.0}
    tasks, now = three.run()
    assert (tasks, set(now.values())) == ([], {Now.RESCORED})
    assert three.outcomes()["cho"] == (Outcome.GRADED, 12)
    assert json.loads((three.out / "cho" / "report.json").read_text())["score"] == 12
    assert (three.out / "cho" / "report.html").read_text().endswith('} drawn of {"student":')


def test_a_page_that_was_lost_is_written_again(three):
    """And nobody is judged for it."""
    three.run()
    (three.out / "cho" / "report.html").unlink()
    (three.out / "ben" / "report.json").unlink()
    assert three.run()[0] == []
    assert sorted(three.drawn) == ["ben", "cho"]
    assert json.loads((three.out / "ben" / "report.json").read_text())["score"] == 10


def test_report_of_a_run_that_was_killed_is_written_again(three):
    """The gradebook had it already: what lies in OUT is older."""
    three.run()
    old = time.time() - 3600
    for name in ("report.json", "report.html"):
        (three.out / "ben" / name).write_text("old", encoding="utf-8")
        os.utime(three.out / "ben" / name, (old, old))
    assert three.run()[0] == []
    assert json.loads((three.out / "ben" / "report.json").read_text())["score"] == 10
    assert three.drawn == ["ben"]
    three.run()
    assert three.drawn == ["ben"]


def test_a_teachers_word_stays_in_reports(three):
    """Whatever is judged anew."""
    three.run()
    with Gradebook.open(three.out) as book:
        book.say("ben", Word(WordKind.OVERRIDE, "she showed me", "2026-01-01T00:00:00Z", "loss", 1.0))
    (three.folder / "ben.py").write_text("better", encoding="utf-8")
    three.run()
    assert (three.out / "ben" / "report.json").read_text().endswith(" 6 by a teacher")
    assert (three.out / "ben" / "report.html").read_text().endswith("6 by a teacher page of ben")
    assert (three.out / "anna" / "report.html").read_text() == "page of anna"


def test_timing_comes_last_one_at_a_time(three):
    """All other parts of everybody come before; the report is whole after it."""
    tasks, now = three.run(timed=["speed"])
    assert [task.alone for task in tasks] == [False] * 3 + [True] * 3
    assert {task.parts for task in tasks[:3]} == {("loss", "model")}
    assert {task.parts for task in tasks[3:]} == {("speed",)}
    assert set(now.values()) == {Now.JUDGED}
    assert set(three.outcomes().values()) == {(Outcome.GRADED, 10)}
    assert sorted(three.drawn) == ["anna", "ben", "cho"]


def test_a_class_of_one_is_timed_when_the_rest_has_landed(three):
    """Its only student is still at work when the scheduler asks for the next task."""
    for name in ("ben", "cho"):
        (three.folder / f"{name}.py").unlink()
    tasks, _ = three.run(timed=["speed"])
    assert [(task.student, task.parts, task.alone) for task in tasks] == [
        ("anna", ("loss", "model"), False),
        ("anna", ("speed",), True),
    ]
    assert three.outcomes()["anna"] == (Outcome.GRADED, 10)


def test_a_run_that_is_stopped_goes_on(three):
    """What has landed stays; whoever is not timed has no points, and is timed next time and nothing else."""
    tasks, _ = three.run(Scripted(stop_after=4), timed=["speed"])
    timed = tasks[3].student
    assert sorted(outcome for outcome, _ in three.outcomes().values()) == ["graded", "partial", "partial"]
    assert three.outcomes()[timed] == (Outcome.GRADED, 10)
    tasks, _ = three.run(timed=["speed"])
    assert all(task.parts == ("speed",) and task.alone for task in tasks)
    assert sorted([timed, *(task.student for task in tasks)]) == ["anna", "ben", "cho"]
    assert set(three.outcomes().values()) == {(Outcome.GRADED, 10)}


def test_changed_part_and_changed_text_are_not_mixed(three):
    """The parts of an old text never complete those of a new one."""
    three.run(timed=["speed"])
    (three.folder / "ben.py").write_text("better", encoding="utf-8")
    three.run(Scripted(stop_after=1), timed=["speed"])
    assert three.outcomes()["ben"] == (Outcome.PARTIAL, None)


def test_old_time_does_not_stand_beside_a_part_that_is_judged_anew(three):
    """Where both have changed and the run is stopped before the timing."""
    three.run(timed=["speed"])
    three.rubric.parts = {**three.rubric.parts, "model": "2", "speed": "2"}
    tasks, _ = three.run(Scripted(stop_after=3), timed=["speed"])
    assert {task.parts for task in tasks} == {("model",)}
    assert set(three.outcomes().values()) == {(Outcome.PARTIAL, None)}
    tasks, _ = three.run(timed=["speed"])
    assert {task.parts for task in tasks} == {("speed",)}
    assert set(three.outcomes().values()) == {(Outcome.GRADED, 10)}


def missed(task: Task, **what: Any) -> Done:
    """Return a task that left no report."""
    return replace(Done(task, 3, "one\nInternal error", None, None, 2.0), **what)


@pytest.mark.parametrize(
    ("what", "outcome", "why", "params"),
    [
        ({"timed_out": True, "seconds": 600.2}, "timed_out", "timed_out", {"seconds": "600"}),
        ({"code": -9}, "failed", "killed", {"signal": "SIGKILL", "times": "2"}),
        ({}, "failed", "no_report", {"text": "Internal error"}),
    ],
)
def test_no_report_is_told_and_costs_nobody_else(three, what, outcome, why, params):
    """No grade, no timing, no old report; what the judge said is kept until there is a report."""
    three.run()
    for path in three.folder.iterdir():
        path.write_text("anew", encoding="utf-8")

    def judge(task: Task) -> Done:
        return missed(task, **what) if task.student == "ben" else right(task)

    tasks, _ = three.run(Scripted(judge), timed=["speed"])
    assert [task.student for task in tasks if task.alone] != []
    assert "ben" not in [task.student for task in tasks if task.alone]
    with Gradebook.open(three.out) as book:
        ben = book.current("ben")
        assert ben is not None
        assert (ben.outcome, ben.why, ben.params, ben.points) == (outcome, why, params, None)
    assert sorted(path.name for path in (three.out / "ben").iterdir()) == ["judge.txt"]
    assert three.outcomes()["anna"] == (Outcome.GRADED, 10)


def test_what_no_judge_finished_is_tried_by_the_next_run(three):
    """What timed out is not, unless a teacher wants it."""
    three.run(Scripted(lambda task: missed(task, timed_out=task.student == "ben")))
    assert [task.student for task in three.run()[0]].count("ben") == 0
    assert (three.out / "anna" / "report.json").is_file()
    assert not (three.out / "anna" / "judge.txt").exists()
    with Gradebook.open(three.out) as book:
        book.again("ben", [ALL_PARTS])
    assert [task.student for task in three.run()[0]] == ["ben"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"key": None, "text": "line 3: invalid syntax\nmore"}], "line 3: invalid syntax"),
        (
            [{"key": "expected", "text": "the lab's functions"}, {"key": "got", "text": "lab.py is empty"}],
            "lab.py is empty",
        ),
    ],
)
def test_what_cannot_be_loaded_says_why(three, rows, said):
    """In a word, beside its points: what was found, not what was looked for."""

    def judge(task: Task) -> Done:
        plain = report(task.student, PARTS)
        plain["parts"][0]["checks"] = [{"name": "x", "unloadable": True, "rows": rows, "message": ""}]
        return replace(right(task), report=json.dumps(plain))

    three.run(Scripted(judge))
    with Gradebook.open(three.out) as book:
        ben = book.current("ben")
        assert ben is not None
        assert (ben.outcome, ben.why, ben.params) == ("graded", "unloadable", {"text": said})


def test_two_runs_grade_nobody_twice(three):
    """Whoever another one has claimed is left to it."""
    with Gradebook.open(three.out) as other:
        found = three.found
        other.enter(found, three.folder)
        assert other.claim("ben", three.rubric.key(found.hand_ins[1]))
        tasks, now = three.run()
        assert now["ben"] is Now.ELSEWHERE
        assert sorted(task.student for task in tasks) == ["anna", "cho"]
    assert [task.student for task in three.run()[0]] == ["ben"]
