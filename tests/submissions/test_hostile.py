"""Hostile submissions: an attack gets what the same work gets without it, and costs nobody else anything.

Each is graded at both levels of isolation, some also in a sandbox of bubblewrap's. The sample has some of each, of
those that wait for no time limit.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import single

if sys.platform != "linux":
    pytest.skip("needs keepers, which only Linux has", allow_module_level=True)

from grading import QUICKLY, expect_no_naming_fault, seeded
from hostile import source_of
from hostile.attacks import ATTACKS, PARTS
from hostile.chameleons import CHAMELEONS
from layers import layered
from readers import expect_every_format_to_be_read

from graders.commands import judging, report
from graders.harness.render import telling
from graders.harness.walls import levels
from graders.harness.walls.family import descendants
from graders.harness.walls.plan import SHARED_PLACES, Maker
from graders.harness.walls.restrict import USERS_FROM, prctl
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hostile import Attack
    from lxml import etree

pytest_plugins = ["grading"]

RUBRIC = Path(__file__).parents[2] / "graders" / "rubric.toml"
LIMITS = {"call_seconds": 6, "import_seconds": 12, "memory_megabytes": 3000, "disk_megabytes": 200, "processes": 60}
SANDBOXES = {"sandbox": Maker.NAMESPACES, "bubblewrap": Maker.BUBBLEWRAP}
BUBBLEWRAPPED = 5  # every so manieth attack, of those that wait for no limit: each of its workers imports torch anew
PLACES = [path for place in (*SHARED_PLACES, Path.home()) if (path := Path(place)).is_dir()]
TABLES = [path for name in ("shm", "sem", "msg") if (path := Path("/proc/sysvipc", name)).exists()]
PR_SET_CHILD_SUBREAPER = 36
PATIENCE = 20  # seconds


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the cases: every attack at every level that there is here."""
    if "case" not in metafunc.fixturenames:
        return
    able = ["process", *(level for level in SANDBOXES if not levels.problem_of(SANDBOXES[level]))]
    quick = [attack for attack in ATTACKS if not attack.slow]
    cases = []
    for level, (few, some) in {"process": (3, 7), "sandbox": (3, 7), "bubblewrap": (1, 3)}.items():
        if level not in able:
            continue
        chosen = quick[::BUBBLEWRAPPED] if level == "bubblewrap" else quick
        cases += layered({f"{attack.name}-{level}": (attack, level) for attack in chosen}, few, some)
        if level != "bubblewrap":
            cases += layered({f"{one.name}-{level}": (one, level) for one in CHAMELEONS}, few=0, some=2)
        if level != "bubblewrap":
            slow = [attack for attack in ATTACKS if attack.slow]
            cases += layered({f"{attack.name}-{level}": (attack, level) for attack in slow}, few=0, some=0)
    metafunc.parametrize("case", cases)


@pytest.fixture(scope="session")
def warm(judges: Path | None) -> Iterator[judging.Nurseries]:
    """Run a nursery of workers below this process, which looks for what attacks leave running below it."""
    from graders.harness.link.nursery import Kind, nursery

    with nursery(Kind.WORKERS, SPEC.workers_ready) as workers:
        yield judging.Nurseries(workers, judges, levels.find_maker()[0])


@pytest.fixture(scope="session")
def rubric(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the rubric with limits that a test can wait for."""
    text = RUBRIC.read_text(encoding="utf-8")
    for name, value in LIMITS.items():
        text, count = re.subn(rf"(?m)^{name} = \d+", f"{name} = {value}", text)
        assert count == 1, name
    path = tmp_path_factory.mktemp("rubric") / "rubric.toml"
    path.write_text(text, encoding="utf-8")
    return path


@dataclass
class Outcome:
    """What an attack got."""

    points: dict[str, float]
    report: dict[str, Any]
    output: str


@pytest.fixture
def attempt(
    warm: judging.Nurseries,
    tmp_path: Path,
    rubric: Path,
    junit_schema: etree.XMLSchema | None,
    pytestconfig: pytest.Config,
) -> Callable[[Attack, str], Outcome]:
    """Return a function that grades an attack. Every format of the report is rendered and read, too."""

    def run(attack: Attack, level: str) -> Outcome:
        folder = tmp_path / "submission"
        for name, text in {"lab.py": source_of(attack), **attack.files}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        by = (
            ["--isolation", "sandbox", "--sandbox-by", SANDBOXES[level]]
            if level in SANDBOXES
            else ["--isolation", level]
        )
        seed = seeded(pytestconfig) if attack.seed is None else ["--grading-seed", str(attack.seed)]
        options = [*by, "--rubric", str(rubric), *QUICKLY, *seed]
        graded = single.grade(attack.name, folder, tmp_path / "out", options, warm)
        assert graded.report is not None, graded.output
        expect_no_naming_fault(graded.output)
        expect_every_format_to_be_read(report.read(tmp_path / "out" / attack.name / "report.json"), junit_schema)
        points = {part["name"]: part["points"] for part in graded.report.get("parts", [])}
        return Outcome(points, graded.report, graded.output)

    return run


class Traces:
    """What was there before the corpus ran. Its judges have a temporary folder of their own; its orphans come to us."""

    def __init__(self) -> None:
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        self.folder = Path(tempfile.mkdtemp(prefix="hostile-"))
        self._before = self._all()

    def left(self) -> list[str]:
        """Return what is there now and was not before."""
        return sorted(self._all() - self._before)

    def _all(self) -> set[str]:
        # torch's own folder is made by the tests that run in this process, not by a worker.
        found = {str(path) for path in self.folder.iterdir() if not path.name.startswith("torchinductor_")}
        found |= {str(path) for place in PLACES for path in place.iterdir() if _is_left_by_a_worker(path)}
        found |= {f"process {pid}: {line}" for pid, line in _running_below(os.getpid())}
        found |= {f"{table.name}: {line}" for table in TABLES for line in table.read_text().splitlines()[1:]}
        return found | {f"mount: {line}" for line in Path("/proc/self/mounts").read_text().splitlines()}


def _is_left_by_a_worker(path: Path) -> bool:
    """Tell whether a file is a worker's, which only root can: its workers have groups of their own."""
    try:
        return path.lstat().st_gid >= USERS_FROM or path.name == "left-behind"
    except OSError:
        return False


def _running_below(pid: int) -> Iterator[tuple[int, str]]:
    for below in descendants(pid):
        with contextlib.suppress(OSError):
            if line := Path(f"/proc/{below}/cmdline").read_bytes():  # what has ended, and waits to be buried, has none
                yield below, line.decode(errors="replace")


@pytest.fixture(scope="session", autouse=True)
def nothing_left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Expect the whole corpus to leave no process, file, shared memory or mount behind."""
    tmp_path_factory.getbasetemp()  # made now, it is no trace
    traces = Traces()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(traces.folder))
        patch.setattr(tempfile, "tempdir", str(traces.folder))
        yield
    end = time.monotonic() + PATIENCE
    while traces.left() and time.monotonic() < end:  # another process of pytest-xdist's may still be at it
        time.sleep(0.1)
    assert traces.left() == []
    shutil.rmtree(traces.folder)


def test_attack_gets_what_the_work_alone_gets(
    case: tuple[Attack, str], attempt: Callable[[Attack, str], Outcome]
) -> None:
    """No point for work not done; every other part is graded in full; a person is told where to look."""
    attack, level = case
    outcome = attempt(attack, level)
    isolation = "sandbox" if level in SANDBOXES else level
    assert (outcome.report["status"], outcome.report["isolation"]) == ("graded", isolation)
    gained = {part: outcome.points[part] for part, most in attack.most.items() if outcome.points[part] > most}
    assert bool(gained) == (attack.gains == level), gained
    others = {part: most for part, most in PARTS.items() if part not in attack.most and part not in attack.also}
    assert {part: outcome.points[part] for part in others} == others, outcome.output
    assert bool(outcome.report["suspicions"]) >= attack.looked_at
    assert attack.told in {"", *(one["kind"] for one in outcome.report["suspicions"][: telling.MAX_SUSPICIONS])}
    assert not re.search(r"(?m)^\s*(::|##\[)|[\x07\x1b]", outcome.output)


def test_attack_that_gains_is_owned_up_to() -> None:
    """SECURITY.md names every attack that gains, and no attack gains in a sandbox; no chameleon gains anywhere."""
    text = (RUBRIC.parents[1] / "SECURITY.md").read_text(encoding="utf-8")
    assert [a.name for a in ATTACKS if a.gains and (a.gains == "sandbox" or f"`{a.name}`" not in text)] == []


def test_corpus_is_large_and_has_every_class() -> None:
    """Each attack has a name of its own; every class of attacks has some."""
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 60
    kinds = {"exit", "channel", "framework", "values", "leaks", "resources"}
    assert ({attack.kind for attack in ATTACKS}, {one.kind for one in CHAMELEONS}) == (kinds, {"chameleon"})
    names = {attack.name for attack in (*ATTACKS, *CHAMELEONS)}
    assert len(CHAMELEONS) >= 12
    assert len(names) == len(ATTACKS) + len(CHAMELEONS)
    assert not [one.name for one in CHAMELEONS if one.gains]
