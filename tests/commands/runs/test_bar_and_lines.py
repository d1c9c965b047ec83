"""What is seen of a run: counts, rate, time left, the slowest; on any terminal, in any encoding."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from graders.commands.teacher.grades.results import Outcome, Result, Word, WordKind
from graders.commands.teacher.handed_in.hand_in import Entry, Kind
from graders.commands.teacher.runs import lines, progress
from graders.commands.teacher.runs.tally import Tally
from graders.commands.teacher.runs.tasks import Task
from graders.commands.teacher.runs.work import Landed, Now
from graders.harness.judge.messages import Messages
from graders.spec import SPEC

EN = Messages.of_lab(SPEC.folder, "en")
ROOT = Path(__file__).parents[3]


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        """Return what it shows."""
        return self.now


def shown(tally: Tally, *at_work: tuple[str, float]) -> progress.Lines:
    """Return plain lines of a run."""
    flying = [(Task(name, Path(name)), seconds) for name, seconds in at_work]
    return progress.Lines(tally, lambda: flying, EN, lambda: None)


def test_summary_of_a_run():
    """Counts by what became of students, the rate of what was judged, and the time that this leaves."""
    clock = Clock()
    tally = Tally(100, clock)
    for n in range(20):
        tally.count(Landed(f"old {n}", Now.UNCHANGED), "graded")
    for n in range(40):
        tally.count(Landed(f"new {n}", Now.JUDGED, 2.0), "void" if n == 7 else "graded")
    clock.now = 60.0
    void = "void: the grader failed, not the student 1"
    assert shown(tally).summary() == f"60 of 100, unchanged 20, graded 39, {void}, 40 a minute, 1:00 left"
    assert shown(tally, ("kim", 31.2), ("lee", 2.0)).slowest() == "at work: kim 31 s, lee 2 s"
    assert shown(tally).slowest() == ""


def test_summary_of_the_timing():
    """Whoever waits for it is counted once, and the time left is that of the timing."""
    clock = Clock()
    tally = Tally(3, clock)
    for name in ("a", "b", "c"):
        tally.count(Landed(name, Now.TO_TIME, 2.0), "partial")
    clock.now = 10.0
    tally.count(Landed("a", Now.JUDGED, 7.0, alone=True), "graded")
    clock.now = 17.0
    assert shown(tally).summary() == "3 of 3, not timed yet 2, graded 1, 18 a minute, 0:14 left"


@pytest.mark.parametrize("encoding", ["cp949", "ascii", "utf-8"])
def test_any_name_is_printed_in_any_encoding(encoding, monkeypatch, capsysbinary):
    """What the encoding lacks is escaped."""
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding)
    progress.any_name(stream, None)
    monkeypatch.setattr(sys, "stderr", stream)
    shown(Tally(1)).landed("김민수 é ∑ \udcff  95 / 100")
    assert b"95 / 100" in written.getvalue()


def drawn(encoding: str, **variables: str) -> bytes:
    """Return what a bar draws on a terminal of that encoding."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    program = Path(__file__).with_name("bar_program.py")
    environment = {**os.environ, "TERM": "xterm", "PYTHONIOENCODING": encoding, "PYTHONPATH": str(ROOT), **variables}
    with subprocess.Popen([sys.executable, str(program)], stderr=theirs, env=environment) as process:
        os.close(theirs)
        said = b""
        while chunk := _read(ours):
            said += chunk
        os.close(ours)
    assert process.returncode == 0
    return said


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65_536)
    except OSError:  # Linux's end of a terminal
        return b""


@pytest.mark.parametrize(("encoding", "variables"), [("utf-8", {}), ("ascii", {"NO_COLOR": "1"}), ("cp949", {})])
def test_bar_on_a_terminal(encoding: str, variables: dict[str, str]) -> None:
    """It shows counts and the slowest, and any name; without colours where somebody wants none."""
    said = drawn(encoding, **variables)
    for text in (b"1 of 2", b"at work: slow", b"95 / 100"):
        assert text in said
    assert bool(re.search(rb"\x1b\[\d+m", said)) != bool(variables)


@pytest.mark.parametrize(
    ("terminal", "variables", "expected"),
    [(True, {}, True), (True, {"TERM": "dumb"}, False), (False, {"FORCE_COLOR": "1"}, False)],
)
def test_bar_is_for_terminals_alone(monkeypatch, terminal, variables, expected):
    """Not for a service that wants colours, nor for an editor's window."""

    class Stream(io.StringIO):
        def isatty(self) -> bool:
            return bool(terminal)

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", Stream())
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert progress.on_terminal() is expected


# ---- the list at the end


def result(outcome: str = "graded", points: float | None = 95.0, **more: Any) -> Result:
    """Return a row."""
    return Result("kim", Outcome(outcome), points=points, judged=points, max_points=100.0, **more)


@pytest.mark.parametrize(
    ("row", "line"),
    [
        (result(), "kim  95 / 100"),
        (result(name="Kim Minsu"), "kim Kim Minsu  95 / 100"),
        (result(name="kim"), "kim  95 / 100"),
        (result(late=True, attempts=3), "kim  95 / 100  late  the last of 3 attempts"),
        (result(points=0.0, why="unloadable", params={"text": "no lab.py"}), "kim  0 / 100  not loadable: no lab.py"),
        (
            Result("kim", Outcome.GRADED, points=80, judged=95, max_points=100, words=(Word(WordKind.NOTE, "x", ""),)),
            "kim  80 / 100  by a teacher's word",
        ),
        (result("partial", None, why="not_timed"), "kim  not timed yet"),
        (result("partial", None), "kim  judged in part"),
        (
            result("timed_out", None, why="timed_out", params={"seconds": "600"}),
            "kim  timed out: ended after 600 s, which is longer than a submission may take",
        ),
        (
            result("failed", None, why="killed", params={"signal": "SIGKILL", "times": "2"}),
            "kim  killed: ended by SIGKILL, 2 times: memory may be short; see judge.txt",
        ),
        (result("void", None), "kim  void: the grader failed, not the student"),
        (result("missing", None), "kim  nothing handed in"),
        (result("waiting", None), "kim  not graded yet"),
        (result("not_loadable", None, why="of_a_later_grader"), "kim  not loadable: of_a_later_grader"),
    ],
)
def test_line_of_a_student(row, line):
    """The points, or what became of the hand-in."""
    assert lines.of_result(row, EN) == line
    assert lines.is_ungraded(row) == (row.points is None and row.outcome != "missing")


def test_line_of_what_is_no_hand_in_that_counts():
    """It is said what it is."""
    assert lines.of_entry(Entry("a.py", Kind.EARLIER, "kim"), EN) == "a.py  an earlier attempt of kim"
    assert lines.of_entry(Entry("marks.csv", Kind.NO_SUBMISSION, why="new"), EN) == "marks.csv  no submission: new"
