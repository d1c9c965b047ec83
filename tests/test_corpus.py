"""Whole submissions, graded as users grade them: bugs lose their own part, correct work loses nothing.

A sample by default; `pytest tests/test_corpus.py --whole-corpus -n auto` grades all of them.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))  # so that `corpus` is found however pytest was started

from corpus import BUGS, HALF_DONE, bug_source, correct_sources, half_done_source

from graders import batch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from corpus import Bug, HalfDone

BUGS_A_PART, CORRECT, HALF = 4, 24, 10  # of the sample
FOLLOWS = {"accuracy"}  # a part that a mistake may cost by consequence

Grade = "Callable[[str, str | Path], dict[str, Any]]"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the cases: all of them, or a sample spread over the parts and the styles."""
    whole = metafunc.config.getoption("whole_corpus")
    cases = {
        "bug": BUGS
        if whole
        else [bug for part in _parts() for bug in _spread([b for b in BUGS if b.part == part], BUGS_A_PART)],
        "half_done": HALF_DONE if whole else _spread(HALF_DONE, HALF),
        "correct": list(correct_sources()) if whole else _spread(list(correct_sources()), CORRECT),
    }
    for name, chosen in cases.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, chosen, ids=[getattr(case, "name", case) for case in chosen])


def _parts() -> list[str]:
    return list(dict.fromkeys(bug.part for bug in BUGS))


def _spread(cases: Any, count: int) -> list[Any]:
    return [cases[index * len(cases) // count] for index in range(min(count, len(cases)))]


@pytest.fixture(scope="session")
def warm() -> Iterator[list[str]]:
    """Run one nursery for all cases; every submission still has a fresh fork of its own."""
    with batch.nursery_options() as options:
        yield options


@pytest.fixture
def grade(warm: list[str], tmp_path: Path) -> Callable[[str, str | Path], dict[str, Any]]:
    """Return a function that grades a submission's text, or a copy of its file, and returns its report."""

    def run(name: str, source: str | Path) -> dict[str, Any]:
        folder = tmp_path / "submission"
        folder.mkdir()
        if isinstance(source, Path):
            shutil.copyfile(source, folder / "lab.py")
        else:
            (folder / "lab.py").write_text(source, encoding="utf-8")
        graded = batch.grade(name, folder, tmp_path / "out", warm)
        assert graded.report is not None, graded.output
        return graded.report

    return run


def shares(report: dict[str, Any]) -> dict[str, float]:
    """Return the share of its points that each part got."""
    return {part["name"]: part["points"] / part["max_points"] for part in report["parts"]}


def reasons(report: dict[str, Any]) -> str:
    """Return what the failed checks said, for the assertion's message."""
    failed = [check for part in report["parts"] for check in part["checks"] if check["status"] != "passed"]
    return "\n".join(f"{check['name']}: {check['message']}" for check in failed)


def test_one_bug_costs_its_own_part_and_no_other(bug: Bug, grade: Callable[..., dict[str, Any]]) -> None:
    """A submission with one mistake loses points in the part of that mistake, and only there."""
    report = grade(bug.name, bug_source(bug))
    lost = {name for name, share in shares(report).items() if share < 1}
    assert bug.part in lost
    assert lost - FOLLOWS == {bug.part}, reasons(report)


def test_correct_work_in_another_style_gets_full_marks(correct: str, grade: Callable[..., dict[str, Any]]) -> None:
    """A correct submission loses nothing, however it is written."""
    report = grade(correct, correct_sources()[correct])
    assert report["score"] == report["max_score"], reasons(report)


def test_a_half_done_lab_gets_the_parts_it_has(half_done: HalfDone, grade: Callable[..., dict[str, Any]]) -> None:
    """What is written counts in full, what is not counts nothing."""
    got = shares(grade(half_done.name, half_done_source(half_done)))
    full = {name for name, share in got.items() if share == 1}
    some = {name for name, share in got.items() if 0 < share < 1}
    assert full == set(half_done.full)
    assert some <= set(half_done.partial)
