"""Tasks on a cluster: workers die, the scheduler comes back, a poison ends nobody else, and nothing stays."""

from __future__ import annotations

import os
import re
import threading
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from dask_machines import PATIENCE, SEAL, Machines, other_grader, pretended, wait_for

from graders.commands.teacher.runs import dask_link, workplace
from graders.commands.teacher.runs.cluster import Cluster
from graders.commands.teacher.runs.judged import Orders
from graders.commands.teacher.runs.tasks import Done, Task
from graders.harness.base.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="what is pretended ends processes by signals")


@pytest.fixture(scope="module")
def temporary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the workers' folder for temporary files."""
    return tmp_path_factory.mktemp("cluster") / "temporary"


@pytest.fixture(scope="module")
def machines(temporary: Path) -> Iterator[Machines]:
    """Run a scheduler and two workers, of which one may take times."""
    temporary.mkdir()
    running = Machines(temporary, [["--resources", "TIMING=1"], []])
    yield running
    running.close()


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what the coordinator says, whose grader is the workers'."""
    monkeypatch.setattr(workplace, "seal", lambda: SEAL)
    return []


class Class:
    """A class's run on a cluster, in a thread of its own; what comes of it is in `done`."""

    def __init__(self, machines: Machines, said: list[str], tasks: list[Task]) -> None:
        self.cluster = Cluster(machines.address, Orders(("-q",)), "", lambda key, **_: said.append(key), pretended)
        self.done: list[Done] = []
        self._thread = threading.Thread(target=lambda: self.done.extend(self.cluster.run(tasks)), daemon=True)
        self._thread.start()

    @property
    def at_work(self) -> set[str]:
        """Who is at work now."""
        return {task.student for task, _ in self.cluster.in_flight()}

    def join(self) -> dict[str, Done]:
        """Return what came of each, once all has; nobody's twice."""
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        assert set(Counter(done.task.student for done in self.done).values()) <= {1}
        return {done.task.student: done for done in self.done}


def written(folder: Path, **texts: str) -> list[Task]:
    """Write hand-ins, and return a task for each."""
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return [Task(name, folder / f"{name}.py") for name in texts]


def places(temporary: Path) -> set[str]:
    """Return what lies in the workers' temporary folder, but for what is Dask's; who was killed has left a folder."""
    return {path.name for path in temporary.iterdir()} - {"dask-scratch-space"}


def test_what_comes_of_tasks(machines: Machines, said: list[str], tmp_path: Path, temporary: Path) -> None:
    """Both workers have some; times are taken by the one that was started for it, after the rest."""
    both = tmp_path / "both"
    names = {f"s{number}": f"score {number}" for number in range(10)} | {f"w{n}": f"until {both}" for n in range(2)}
    tasks = written(tmp_path, **names)
    timed = [Task(task.student + "-timed", task.path, ("speed",), alone=True) for task in tasks[:3]]
    run = Class(machines, said, tasks + timed)
    wait_for(lambda: run.at_work == {"w0", "w1"})  # each is at work, so whoever takes times is there
    both.touch()
    done = run.join()
    assert {name: one.report for name, one in done.items() if not one.task.alone} == names
    assert len({one.output for one in done.values()}) == 2
    assert len({one.output for one in done.values() if one.task.alone}) == 1
    assert [one.task.alone for one in run.done] == [False] * 12 + [True] * 3
    assert {(one.code, one.page, one.lost_workers) for one in done.values()} == {(0, b"page", 0)}
    assert set(said) <= {"cluster_waiting"}
    wait_for(lambda: not places(temporary))


def test_next_task_is_on_its_way_while_all_are_at_work(machines: Machines, said: list[str], tmp_path: Path) -> None:
    """Or each worker would wait for the coordinator; two are few, and still one more is sent."""
    go = tmp_path / "go"
    run = Class(machines, said, written(tmp_path, w0=f"until {go}", w1=f"until {go}", s2="score 2", s3="score 3"))
    wait_for(lambda: run.at_work == {"w0", "w1"})
    wait_for(lambda: {flight.task.student for flight in run.cluster._flights} == {"w0", "w1", "s2"})
    go.touch()
    assert run.join().keys() == {"w0", "w1", "s2", "s3"}


def test_worker_that_dies_is_another_ones_work(machines: Machines, said: list[str], tmp_path: Path) -> None:
    """Killed in the middle of a grading, which another worker does from its beginning."""
    once = tmp_path / "once"
    run = Class(machines, said, written(tmp_path, a=f"kill once {once}", **{f"s{n}": f"score {n}" for n in range(6)}))
    done = run.join()
    assert once.exists()
    assert {name: one.report for name, one in done.items()} == {
        "a": f"kill once {once}", **{f"s{n}": f"score {n}" for n in range(6)},
    }  # fmt: skip
    assert {one.lost_workers for one in done.values()} == {0}


def test_scheduler_comes_back(machines: Machines, said: list[str], tmp_path: Path) -> None:
    """What was under way is handed out again, what had landed is not."""
    waits, texts = tmp_path / "go", {f"s{n}": f"score {n}" for n in range(4)}
    run = Class(
        machines, said, written(tmp_path, **texts, w=f"until {waits}", **{f"t{n}": "score 9" for n in range(4)})
    )
    wait_for(lambda: "w" in run.at_work)
    machines.restart_scheduler()
    wait_for(lambda: "cluster_back" in said)
    waits.touch()
    done = run.join()
    assert {name: one.report for name, one in done.items() if name.startswith("s")} == texts
    assert len(done) == 9
    assert [key for key in said if key != "cluster_waiting"] == ["cluster_gone", "cluster_back"]


@pytest.mark.sample
def test_poison_ends_its_workers_alone(machines: Machines, said: list[str], tmp_path: Path) -> None:
    """It is given up after three, whatever the scheduler would do; everybody else is graded."""
    texts = {f"s{n}": f"score {n}" for n in range(6)}
    done = Class(machines, said, written(tmp_path, poison="kill", **texts)).join()
    assert (done["poison"].lost_workers, done["poison"].report, done["poison"].code) == (3, None, -9)
    assert {name: one.report for name, one in done.items() if name != "poison"} == texts


def test_stop(machines: Machines, said: list[str], tmp_path: Path, temporary: Path) -> None:
    """Judges on workers are ended, and nothing is told of what was."""
    left = places(temporary)
    run = Class(machines, said, written(tmp_path, one="wait", two="wait", three="score 3"))
    wait_for(lambda: run.at_work == {"one", "two"})
    before = [worker.pid for worker in machines.workers]
    run.cluster.stop()
    assert run.join() == {}
    assert run.at_work == set()
    wait_for(lambda: places(temporary) == left)
    assert [worker.pid for worker in machines.workers] == before
    assert Class(machines, said, written(tmp_path, next="score 1")).join()["next"].report == "score 1"


def test_worker_with_another_grader_takes_no_part(machines: Machines, said: list[str], tmp_path: Path) -> None:
    """Where all are others the run ends at once, and says why in a line; nobody waits for a timeout."""
    del said  # whose grader would be theirs
    tasks = written(tmp_path, kim="score 1")
    with pytest.raises(ConfigurationError) as caught:
        list(Cluster(machines.address, Orders(), workplace=other_grader).run(tasks))
    assert re.fullmatch(
        rf"--scheduler {machines.address}: no worker there can grade: its grader is not the coordinator's "
        r"\(the same is not an other\): install the same version",
        str(caught.value),
    )


@pytest.mark.parametrize(("address", "why"), [("tcp://127.0.0.1:9", "Timed out"), ("bogus://here", "unknown")])
def test_address_without_a_scheduler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str, why: str) -> None:
    """It is told before anything else is done."""
    monkeypatch.setattr(dask_link, "CONNECT_SECONDS", 0.2)
    with pytest.raises(ConfigurationError, match=f"^--scheduler {address}: no Dask scheduler answers there .*{why}"):
        list(Cluster(address, Orders()).run(written(tmp_path, kim="score 1")))


def test_rubric_that_cannot_be_read(tmp_path: Path) -> None:
    """It would travel."""
    orders = Orders(("--rubric", str(tmp_path / "none.toml")))
    with pytest.raises(ConfigurationError, match=r"none\.toml: cannot be read"):
        list(Cluster("tcp://127.0.0.1:9", orders).run(written(tmp_path, kim="score 1")))
