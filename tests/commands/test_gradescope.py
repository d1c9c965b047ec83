"""Gradescope's archive, run in its folders: whatever happens there, results.json is what Gradescope takes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from grading import hurried
from readers import RESULTS_SCHEMA

from graders.commands.teacher import gradescope, on_gradescope
from graders.harness.base.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
posix = pytest.mark.skipif(os.name != "posix", reason="Gradescope runs Linux")
ON_GRADESCOPE = "graders/commands/teacher/on_gradescope.py"
SEED = 31_415_926_535
RUBRIC = (ROOT / "graders" / "rubric.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the archive, in which one part is shown after the due date."""
    folder = tmp_path_factory.mktemp("archive")
    later = '[parts.prediction]\nvisibility = "after_due_date"\n'
    (folder / "rubric.toml").write_text(hurried(RUBRIC.replace("[parts.prediction]\n", later)), encoding="utf-8")
    gradescope.build(folder / "autograder.zip", "en", folder / "rubric.toml", seed=SEED)
    return folder / "autograder.zip"


@pytest.fixture
def autograder(archive: Path, tmp_path: Path) -> Path:
    """Make Gradescope's folders and unpack the archive; this Python stands for what setup.sh installs."""
    base = tmp_path / "autograder"
    for name in ("source", "submission", "results"):
        (base / name).mkdir(parents=True)
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(base / "source")
    python = base / "source" / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    shutil.copy(base / "source" / "run_autograder", base)
    metadata = {"id": 1, "users": [{"email": "anna@example.org", "id": 1, "name": "Anna"}], "previous_submissions": []}
    (base / "submission_metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    return base


@pytest.fixture
def run(autograder: Path) -> Callable[[], dict[str, Any]]:
    """Return a function that runs the autograder as Gradescope does, and returns the results."""

    def call() -> dict[str, Any]:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        command = ["bash", str(autograder / "run_autograder")]
        subprocess.run(
            command, cwd=autograder, env={**environment, "AUTOGRADER_ROOT": str(autograder)}, check=False, timeout=300
        )
        result: dict[str, Any] = json.loads((autograder / "results" / "results.json").read_text(encoding="utf-8"))
        jsonschema.validate(result, RESULTS_SCHEMA)
        return result

    return call


def test_archive_has_scripts_that_run_and_no_solution(archive: Path) -> None:
    """setup.sh and run_autograder lie at its root and may be run; neither reference nor tests are in it."""
    with zipfile.ZipFile(archive) as packed:
        names = packed.namelist()
        rights = {name: packed.getinfo(name).external_attr >> 16 for name in ("setup.sh", "run_autograder")}
    assert rights == {"setup.sh": 0o755, "run_autograder": 0o755}
    assert {ON_GRADESCOPE, "graders/rubric.toml", "conftest.py", "pyproject.toml"} <= set(names)
    assert not [name for name in names if name.startswith(("reference", "tests", "benchmarks", ".git/"))]
    assert "graders/commands/teacher/release.py" not in names
    assert "graders/manifest.json" not in names  # a teacher's rubric is no student's change


def test_same_grader_gives_the_same_archive(archive: Path, tmp_path: Path) -> None:
    """Who builds it again, with the same seed, uploads the same bytes."""
    gradescope.build(tmp_path / "again.zip", "en", archive.with_name("rubric.toml"), seed=SEED)
    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()


@posix
def test_scripts_are_valid_shell(archive: Path, tmp_path: Path) -> None:
    """Bash reads both without a complaint."""
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(tmp_path)
    for name in ("setup.sh", "run_autograder"):
        assert subprocess.run(["bash", "-n", str(tmp_path / name)], check=False).returncode == 0


def test_unknown_language_is_told_before_anything_is_built(tmp_path: Path) -> None:
    """A language without messages is a wrong option, and no archive is left."""
    with pytest.raises(ConfigurationError, match="--language xx"):
        gradescope.build(tmp_path / "a.zip", "xx")
    assert list(tmp_path.iterdir()) == []


@posix
def test_submission_gets_partial_scores(run: Callable[[], dict[str, Any]], autograder: Path) -> None:
    """A bug costs its check; the lab may lie in a folder; parts have their visibility; accuracy is compared."""
    text = (ROOT / "reference" / "lab.py").read_text(encoding="utf-8")
    (autograder / "submission" / "lab72").mkdir()
    (autograder / "submission" / "notes.txt").write_text("see lab72", encoding="utf-8")
    bug = text.replace("nn.CrossEntropyLoss()", 'nn.CrossEntropyLoss(reduction="sum")')
    (autograder / "submission" / "lab72" / "lab.py").write_text(bug, encoding="utf-8")
    result = run()
    tests = {test["name"]: test for test in result["tests"]}
    assert 0 < tests["loss"]["score"] < tests["loss"]["max_score"]
    assert "summed, not averaged" in tests["loss"]["output"]
    assert tests["reshape"]["score"] == tests["reshape"]["max_score"]
    assert "score" not in result  # a part is not shown yet, and Gradescope adds up the rest by itself
    assert str(SEED) not in json.dumps(result)
    assert (tests["loss"]["visibility"], tests["prediction"]["visibility"]) == ("visible", "after_due_date")
    assert "accuracy" in {entry["name"] for entry in result["leaderboard"]}


@posix
def test_nothing_uploaded_is_the_students_zero(run: Callable[[], dict[str, Any]]) -> None:
    """A missing file is graded, and said."""
    result = run()
    assert {test["score"] for test in result["tests"]} == {0}
    assert "lab.py" in result["tests"][0]["output"]


@posix
@pytest.mark.parametrize(
    "broken",
    [
        "graders/rubric.toml",
        pytest.param(ON_GRADESCOPE, marks=pytest.mark.sample),
        pytest.param("graders/test_4_loss.py", marks=pytest.mark.sample),
    ],
)
def test_broken_grader_gives_no_score(run: Callable[[], dict[str, Any]], autograder: Path, broken: str) -> None:
    """Whatever of ours breaks, Gradescope gets a text that it can read, and no zero."""
    (autograder / "source" / broken).write_text("raise SystemExit(9)", encoding="utf-8")
    (autograder / "results" / "results.json").write_text('{"score": 100}', encoding="utf-8")
    result = run()
    assert "score" not in result
    assert all("score" not in test for test in result["tests"])
    assert "the grader failed, not you" in result["output"]


@pytest.mark.parametrize("text", ["", "[]", '{"users": []}', '{"users": [3]}'])
def test_metadata_that_tells_nobody_is_no_fault(tmp_path: Path, text: str) -> None:
    """Who submitted is only for the gradebook."""
    (tmp_path / "m.json").write_text(text, encoding="utf-8")
    assert on_gradescope.student_in(tmp_path / "m.json") is None
    assert on_gradescope.student_in(tmp_path / "none.json") is None
