"""Whoever knows all of the checks but the seed passes none: answers to another seed's questions are wrong ones."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import pytest
import single
from corpus.stubs import CHECKS
from corpus.tapes import FUNCTIONS, player_source, recorder_source
from grading import QUICKLY
from layers import layered

if TYPE_CHECKING:
    from pathlib import Path

    from graders.commands import judging

pytest_plugins = ["grading"]

HOMES = range(100, 120)  # the seeds that answers are known for


def _graded(
    name: str,
    source: str,
    seed: int,
    warm: judging.Nurseries,
    folder: Path,
    isolation: str = "process",
    tape: bytes = b"",
) -> dict[str, Any]:
    (folder / name).mkdir()
    (folder / name / "lab.py").write_text(source, encoding="utf-8")
    (folder / name / "tape").write_bytes(tape)
    options = ["--isolation", isolation, "--grading-seed", str(seed), *QUICKLY]
    graded = single.grade(name, folder / name, folder / "out", options, warm)
    assert graded.report is not None, graded.output
    return graded.report


def _passed(report: dict[str, Any]) -> set[str]:
    return {check["name"] for part in report["parts"] for check in part["checks"] if check["status"] == "passed"}


@pytest.fixture(scope="module", params=[1, pytest.param(len(HOMES), marks=pytest.mark.whole)])
def tapes(
    request: pytest.FixtureRequest, warm: judging.Nurseries, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """Return by function what the reference answered with one seed, or with each of many."""
    folder = tmp_path_factory.mktemp("home")
    path = folder / "tape"
    for seed in HOMES[: request.param]:
        report = _graded(f"recorder-{seed}", recorder_source(str(path)), seed, warm, folder, "none")
        assert report["score"] == report["max_score"]
    found: dict[str, list[Any]] = {name: [] for name in FUNCTIONS}
    with path.open("rb") as file:
        while file.peek(1):
            name, *kept = pickle.load(file)
            found[name].append(kept)
    return {name: pickle.dumps(kept) for name, kept in found.items()}


@pytest.mark.parametrize("function", layered({name: name for name in FUNCTIONS}, few=2, some=len(FUNCTIONS)))
@pytest.mark.parametrize("seed", layered({"8": 8, "9": 9, "10": 10}, few=1, some=1))
def test_answers_to_another_seed_pass_no_check(
    function: str, seed: int, tapes: dict[str, bytes], warm: judging.Nurseries, tmp_path: Path
) -> None:
    """With the seed that they are for, they pass."""
    report = _graded("player", player_source(function), seed, warm, tmp_path, tape=tapes[function])
    assert _passed(report) - set(CHECKS[function]), "the rest of it is the reference"
    assert _passed(report) & set(CHECKS[function]) == set()
