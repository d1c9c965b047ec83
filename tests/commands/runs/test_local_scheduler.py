"""Tasks on this machine: what comes of them, what is stopped, and that nothing stays."""

from __future__ import annotations

import io
import json
import tempfile
import threading
import time
from typing import TYPE_CHECKING

import psutil
import pytest
from doubling_lab import CLASS, RIGHT

from graders.commands import judging
from graders.commands.teacher.runs import judged
from graders.commands.teacher.runs.judged import Orders
from graders.commands.teacher.runs.local import Local
from graders.commands.teacher.runs.tasks import Done, Task
from graders.harness.base.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from graders.harness.judge.spec import LabSpec

pytest_plugins = ["doubling_lab"]

PATIENCE = 60  # seconds for what takes one where nothing else runs
SLEEPS = "import time\ntime.sleep(1000)\n"
UNTIMED = ("-p", "no:benchmark", "--no-page")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder for temporary files, which is this test's own."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


@pytest.fixture
def nothing_left(temporary: Path) -> Iterator[None]:
    """Fail where processes or files are left after the test."""
    before = {process.pid for process in psutil.process_iter()}
    yield
    until = time.monotonic() + PATIENCE
    while left := [p for p in psutil.process_iter() if p.pid not in before and _is_ours(p, temporary)]:
        assert time.monotonic() < until, left
        time.sleep(0.05)
    assert list(temporary.iterdir()) == []


def _is_ours(process: psutil.Process, temporary: Path) -> bool:
    try:
        return str(temporary) in " ".join([*process.cmdline(), process.cwd(), *process.environ().values()])
    except psutil.Error:
        return False


def written(folder: Path, **texts: str) -> list[Task]:
    """Write submissions, and return a task for each."""
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return [Task(name, folder / f"{name}.py") for name in texts]


def score(done: Done) -> object:
    """Return the score of a report."""
    return json.loads(done.report)["score"] if done.report else done.output


@pytest.mark.usefixtures("nothing_left")
def test_a_class_is_graded_side_by_side_and_then_alone(doubling: LabSpec, tmp_path: Path) -> None:
    """Reports have the student's name and the parts that were asked for; who is alone comes last, and nothing stays."""
    local = Local(Orders(UNTIMED), 2, doubling)
    beside: list[int] = []
    tasks = written(tmp_path, **CLASS)
    alone = Task("right", tmp_path / "right.py", ("total",), alone=True)
    done = []
    for one in local.run([*tasks, alone]):
        beside.append(len(local.in_flight()))
        done.append(one)
    assert {one.task.student: score(one) for one in done[:-1]} == {
        "right": 10, "tripled": 4, "off": 4, "unwritten": 4, "wrong-total": 6,
    }  # fmt: skip
    report = json.loads(done[-1].report or "")
    assert (done[-1].task, beside[-1]) == (alone, 0)
    assert (report["status"], report["student"]) == ("partial", "right")
    assert [part["name"] for part in report["parts"]] == ["total"]


@pytest.mark.usefixtures("nothing_left")
def test_next_one_is_begun_while_the_last_is_recorded(doubling: LabSpec, tmp_path: Path) -> None:
    """Whoever records what has landed takes as long as they like: no judge waits for it."""
    local = Local(Orders(UNTIMED), 1, doubling)
    run = local.run(written(tmp_path, one=RIGHT, two=RIGHT + SLEEPS, three=RIGHT))
    assert next(run).task.student == "one"
    until = time.monotonic() + PATIENCE
    while [task.student for task, _ in local.in_flight()] != ["two"]:
        assert time.monotonic() < until
        time.sleep(0.05)
    local.stop()
    assert list(run) == []


def test_nothing_to_do_starts_nothing(monkeypatch: pytest.MonkeyPatch, doubling: LabSpec) -> None:
    """No nursery, no judge."""
    monkeypatch.setattr(judging, "nurseries", lambda _: pytest.fail("started"))
    assert list(Local(Orders(), 2, doubling).run([])) == []


@pytest.mark.usefixtures("nothing_left")
def test_who_takes_too_long_is_ended(doubling: LabSpec, tmp_path: Path) -> None:
    """No file or process of it stays."""
    (done,) = Local(Orders(UNTIMED, 3.0), 2, doubling).run(written(tmp_path, slow=RIGHT + SLEEPS))
    assert (done.timed_out, done.report) == (True, None)


@pytest.mark.usefixtures("nothing_left")
def test_stop_ends_what_runs(doubling: LabSpec, tmp_path: Path) -> None:
    """Within seconds, and nothing is told of what was ended."""
    local = Local(Orders(UNTIMED), 2, doubling)
    told: list[Done] = []
    tasks = written(tmp_path, one=RIGHT + SLEEPS, two=RIGHT + SLEEPS, three=RIGHT)
    running = threading.Thread(target=lambda: told.extend(local.run(tasks)))
    running.start()
    until = time.monotonic() + PATIENCE
    while [task.student for task, seconds in local.in_flight() if seconds > 1] != ["one", "two"]:
        assert time.monotonic() < until
        time.sleep(0.05)
    local.stop()
    running.join(PATIENCE)
    assert not running.is_alive()
    assert told == []
    assert local.in_flight() == []


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--bogus"], "unrecognized arguments: --bogus"),
        (["--without", "triple"], "--without triple: there is no such part; there are: double, total"),
        (["--parts", "triple"], "--parts triple: there is no such part; there are: double, total"),
    ],
)
def test_option_that_is_refused_is_told_before_anything(
    doubling: LabSpec, tmp_path: Path, options: list[str], said: str
) -> None:
    """No judge of a submission's is started."""
    with pytest.raises(ConfigurationError) as caught:
        list(Local(Orders((*UNTIMED, *options)), 2, doubling).run(written(tmp_path, right=RIGHT)))
    assert str(caught.value) == said


def test_part_that_the_class_does_without_is_not_in_the_maximum(doubling: LabSpec, tmp_path: Path) -> None:
    """Nor does anybody lose or win by it."""
    tasks = written(tmp_path, right=RIGHT, wrong=RIGHT.replace("sum(", "max("))
    done = list(Local(Orders((*UNTIMED, "--without", "total")), 2, doubling).run(tasks))
    reports = {one.task.student: json.loads(one.report or "") for one in done}
    assert {name: (one["score"], one["max_score"]) for name, one in reports.items()} == {
        "right": (6, 6), "wrong": (6, 6),
    }  # fmt: skip


class Dying:
    """A judge that somebody kills at once."""

    def __init__(self) -> None:
        self.stdout = io.BytesIO()

    def end(self) -> None:
        """Nothing is left to end."""

    def wait(self, timeout: float | None = None) -> int:
        """Return the signal."""
        return -9


@pytest.mark.parametrize(("begins", "tries"), [(True, 2), (False, 1)])
def test_judge_that_is_killed_is_tried_once_more(
    monkeypatch: pytest.MonkeyPatch, doubling: LabSpec, tmp_path: Path, begins: bool, tries: int
) -> None:
    """Memory may have been short for a moment; where the run is stopped, nothing is tried again."""
    started: list[Dying] = []

    def start(*_: object) -> Dying:
        started.append(Dying())
        return started[-1]

    monkeypatch.setattr(judging, "start", start)

    def goes_on(judge: judging.Judge | None) -> bool:
        return judge is None or begins  # None is asked about before there is a judge

    done = judged.carry_out(Task("kim", tmp_path), Orders(), judging.COLD, tmp_path, goes_on, doubling)
    assert (done.code, done.report, len(started)) == (-9, None, tries)
    assert list(tmp_path.iterdir()) == []
