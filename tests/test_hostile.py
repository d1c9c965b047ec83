"""Hostile submissions: an attack gets what the same work gets without it, and costs nobody else anything.

Each is graded at both levels of isolation; with `--sample` at one of them, and those that wait for a time limit not.
"""

from __future__ import annotations

import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))  # so that `hostile` is found however pytest was started

from grading import QUICKLY
from hostile import source_of
from hostile.attacks import ATTACKS, PARTS
from readers import expect_every_format_to_be_read

from graders import batch, report
from graders.harness import walls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hostile import Attack
    from lxml import etree

pytest_plugins = ["grading"]
pytestmark = pytest.mark.skipif(not walls.KEEPERS, reason="needs keepers, which only Linux has")

RUBRIC = Path(__file__).parents[1] / "graders" / "rubric.toml"
LIMITS = {"call_seconds": 6, "import_seconds": 12, "memory_megabytes": 3000, "disk_megabytes": 200, "processes": 60}
LEVELS = ("process", "sandbox")
PLACES = [Path("/dev/shm"), Path("/var/tmp"), Path.home()]
OURS = ("given-", "submission-")  # folders of ours in the machine's temporary one; they go with their worker


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the cases: every attack at every level, or a sample."""
    if "attack" not in metafunc.fixturenames:
        return
    levels = LEVELS if not walls.sandbox_problem() else LEVELS[:1]
    cases = [(attack, level) for attack in ATTACKS for level in levels]
    if metafunc.config.getoption("sample"):
        cases = [case for number, case in enumerate(cases) if number % 3 == 0 and not case[0].slow]
    metafunc.parametrize(("attack", "level"), cases, ids=[f"{attack.name}-{level}" for attack, level in cases])


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
    warm: batch.Nurseries, tmp_path: Path, rubric: Path, junit_schema: etree.XMLSchema | None
) -> Callable[[Attack, str], Outcome]:
    """Return a function that grades an attack. Every format of the report is rendered and read, too."""

    def run(attack: Attack, level: str) -> Outcome:
        folder = tmp_path / "submission"
        for name, text in {"lab.py": source_of(attack), **attack.files}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        options = ["--isolation", level, "--rubric", str(rubric), *QUICKLY]
        graded = batch.grade(attack.name, folder, tmp_path / "out", options, warm)
        assert graded.report is not None, graded.output
        expect_every_format_to_be_read(report.read(tmp_path / "out" / attack.name / "report.json"), junit_schema)
        points = {part["name"]: part["points"] for part in graded.report.get("parts", [])}
        return Outcome(points, graded.report, graded.output)

    return run


def processes() -> set[str]:
    """Return the command lines of `sleep` that run."""
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes() if entry.name.isdecimal() else b""
        except OSError:
            continue
        if line.startswith((b"sleep\0004243", b"setsid")):
            found.add(f"{entry.name} {line!r}")
    return found


def ours() -> set[Path]:
    """Return the folders of ours in the machine's temporary one."""
    return {path for path in Path(tempfile.gettempdir()).iterdir() if path.name.startswith(OURS)}


@pytest.fixture(scope="session", autouse=True)
def nothing_left() -> Iterator[None]:
    """Expect the whole corpus to leave no process, file or shared memory behind."""
    before, ours_before = {place: set(place.iterdir()) for place in PLACES}, ours()
    yield
    left = {path for place in PLACES for path in set(place.iterdir()) - before[place] if path.name[0] != "."}
    assert left == set()
    assert processes() == set()
    assert not Path("/tmp/pickle-ran").exists()
    assert ours() - ours_before == set()


def test_attack_gets_what_the_work_alone_gets(
    attack: Attack, level: str, attempt: Callable[[Attack, str], Outcome]
) -> None:
    """No point for work not done; every other part is graded in full; a person is told where to look."""
    outcome = attempt(attack, level)
    assert (outcome.report["status"], outcome.report["isolation"]) == ("graded", level)
    gained = {part: outcome.points[part] for part, most in attack.most.items() if outcome.points[part] > most}
    assert bool(gained) == (attack.gains == level), gained
    others = {part: most for part, most in PARTS.items() if part not in attack.most and part not in attack.also}
    assert {part: outcome.points[part] for part in others} == others, outcome.output
    assert bool(outcome.report["suspicions"]) >= attack.looked_at
    assert not re.search(r"(?m)^\s*(::|##\[)|[\x07\x1b]", outcome.output)


def test_attack_that_gains_is_owned_up_to() -> None:
    """SECURITY.md names every attack that gains, and no attack gains in a sandbox."""
    text = (RUBRIC.parents[1] / "SECURITY.md").read_text(encoding="utf-8")
    assert [a.name for a in ATTACKS if a.gains and (a.gains == "sandbox" or f"`{a.name}`" not in text)] == []


def test_corpus_is_large_and_has_every_class() -> None:
    """Each attack has a name of its own; every class of attacks has some."""
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 60
    assert {attack.kind for attack in ATTACKS} == {"exit", "channel", "framework", "values", "leaks", "resources"}
