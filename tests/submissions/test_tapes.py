"""Whoever knows all of the checks but the seed passes none: answers to another seed's questions are wrong ones."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import pytest
from corpus.stubs import CHECKS
from corpus.tapes import FUNCTIONS, player_source, recorder_source
from grading import QUICKLY
from layers import layered

from graders.commands.teacher import batch

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ["grading"]

HOME = 7  # the seed that answers are known for


def _graded(
    name: str,
    source: str,
    seed: int,
    warm: batch.Nurseries,
    folder: Path,
    isolation: str = "process",
    tape: bytes = b"",
) -> dict[str, Any]:
    (folder / name).mkdir()
    (folder / name / "lab.py").write_text(source, encoding="utf-8")
    (folder / name / "tape").write_bytes(tape)
    options = ["--isolation", isolation, "--grading-seed", str(seed), *QUICKLY]
    graded = batch.grade(name, folder / name, folder / "out", options, warm)
    assert graded.report is not None, graded.output
    return graded.report


def _passed(report: dict[str, Any]) -> set[str]:
    return {check["name"] for part in report["parts"] for check in part["checks"] if check["status"] == "passed"}


@pytest.fixture(scope="module")
def tapes(warm: batch.Nurseries, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return by function what the reference answered, in the order in which it was asked."""
    folder = tmp_path_factory.mktemp("home")
    path = folder / "tape"
    report = _graded("recorder", recorder_source(str(path)), HOME, warm, folder, "none")
    assert report["score"] == report["max_score"]
    found: dict[str, list[Any]] = {name: [] for name in FUNCTIONS}
    with path.open("rb") as file:
        while file.peek(1):
            name, values = pickle.load(file)
            found[name].append(values)
    return {name: pickle.dumps(values) for name, values in found.items()}


@pytest.mark.parametrize("function", layered({name: name for name in FUNCTIONS}, few=2, some=len(FUNCTIONS)))
@pytest.mark.parametrize("seed", layered({"8": 8, "9": 9, "10": 10}, few=1, some=1))
def test_answers_to_another_seed_pass_no_check(
    function: str, seed: int, tapes: dict[str, bytes], warm: batch.Nurseries, tmp_path: Path
) -> None:
    """With the seed that they are for, they pass."""
    report = _graded("player", player_source(function), seed, warm, tmp_path, tape=tapes[function])
    assert _passed(report) - set(CHECKS[function]), "the rest of it is the reference"
    assert _passed(report) & set(CHECKS[function]) == set()
