"""What a grading's verdicts hang on: each change shows where it should, and nowhere else."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from graders.digits import find
from graders.harness.judge import fingerprints
from graders.harness.judge.rubric import load_rubric
from graders.spec import SPEC

if TYPE_CHECKING:
    from pathlib import Path

    from graders.harness.base.fingerprints import Fingerprints
    from graders.harness.judge.spec import LabSpec

RUBRIC = (SPEC.folder / "rubric.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the lab's folder and the engine's in it."""
    folder = tmp_path_factory.mktemp("lab") / "graders"
    return shutil.copytree(SPEC.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))


@pytest.fixture
def spec(copied: Path, monkeypatch: pytest.MonkeyPatch) -> LabSpec:
    """Return the lab, in a copy that may be changed for a while."""
    monkeypatch.setattr(fingerprints, "ENGINE", copied / "harness")
    return replace(SPEC, folder=copied)


def of(spec: LabSpec) -> Fingerprints:
    return fingerprints.of_lab(spec, load_rubric(spec.folder / "rubric.toml", spec.thresholds, spec.tiers))


def changed(spec: LabSpec, file: str, old: str = "", new: str = "# changed\n") -> set[str]:
    """Return what of the fingerprints a change in a file changes."""
    before, path = of(spec), spec.folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new) if old else text + new, encoding="utf-8")
    after = of(spec)
    path.write_text(text, encoding="utf-8")
    shared = {name for name in ("rubric", "points", "grader") if getattr(before, name) != getattr(after, name)}
    assert before.parts.keys() == after.parts.keys()
    return shared | {name for name, value in before.parts.items() if after.parts[name] != value}


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("test_4_loss.py", "", "# changed\n", {"loss"}),
        ("measuring/measure.py", "", "# changed\n", {"grader"}),
        ("child/probes.py", "", "# changed\n", {"grader"}),
        ("harness/worker/worker.py", "", "# changed\n", {"grader"}),
        ("harness/judge/scoring.py", "", "# changed\n", {"grader"}),
        ("harness/render/html.py", "", "# changed\n", set()),
        ("commands/teacher/batch.py", "", "# changed\n", set()),
        ("pictures/figures.py", "", "# changed\n", set()),
        ("rubric.toml", "", "# changed\n", set()),
        ("rubric.toml", "points = 12\n", "points = 13\n", {"points"}),
        ("rubric.toml", "points = 12\n", "points = 12.0\n", set()),
        ("rubric.toml", "test_cost_is_a_scalar = 1", "test_cost_is_a_scalar = 3", {"points"}),
        ("rubric.toml", "points = 12\n", 'points = 12\nvisibility = "hidden"\n', {"points"}),
        ("rubric.toml", 'functions = ["build_criterion"]', "functions = []", {"loss"}),
        ("rubric.toml", "test_cost_is_a_scalar = 1\n", "", {"loss", "points"}),
        ("rubric.toml", "call_seconds = 20", "call_seconds = 21", {"rubric"}),
        ("rubric.toml", "accuracy_minimum = 0.80", "accuracy_minimum = 0.84", {"rubric"}),
        ("rubric.toml", "[0.25, 0.6]", "[0.25, 0.7]", {"rubric"}),
        ("rubric.toml", '    "test_accuracy_is_a_fraction",\n', "", {"evaluation"}),
    ],
)  # fmt: skip
def test_a_change_shows_where_it_moves_verdicts(
    spec: LabSpec, file: str, old: str, new: str, expected: set[str]
) -> None:
    assert changed(spec, file, old, new) == expected


def test_every_part_has_checks_of_its_own() -> None:
    """No part's file is taken for the grader's: then a change in it would have everything judged anew."""
    parts = of(SPEC).parts
    assert len(set(parts.values())) == len(parts) == 10
    files = [file for file in SPEC.folder.glob("test_*.py") if fingerprints._part_of(file)]
    assert len(files) == len(parts)


def test_the_grader_is_the_same_wherever_it_lies(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = of(SPEC)
    (copied / "__pycache__").mkdir()
    (copied / "__pycache__" / "spec.py").touch()
    monkeypatch.setattr(fingerprints, "ENGINE", copied / "harness")
    assert of(replace(SPEC, folder=copied)) == here


def test_an_engine_beside_the_lab_counts_as_well(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where both are installed as packages."""
    lab = replace(SPEC, folder=copied / "digits")
    rubric = load_rubric(SPEC.folder / "rubric.toml", SPEC.thresholds, SPEC.tiers)
    found = set()
    for text in ("# one", "# two"):
        (copied / "harness" / "more.py").write_text(text, encoding="utf-8")
        monkeypatch.setattr(fingerprints, "ENGINE", copied / "harness")
        found.add(fingerprints.of_lab(lab, rubric).grader)
    (copied / "harness" / "more.py").unlink()
    assert len(found) == 2


def test_digits_are_told_apart() -> None:
    assert find.fingerprint("mnist") != find.fingerprint("synthetic")
