"""Grade submissions' texts as users' folders are graded, importing torch and pytest once: a pytest plugin."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import single
from readers import expect_every_format_to_be_read

from graders.commands import judging, report
from graders.harness.walls import levels
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable

    from lxml import etree

RUBRIC = SPEC.folder / "rubric.toml"
SECONDS = 1.0  # for timing one submission
# Training has to be right, not fast, and nobody looks at pages: seconds for each of hundreds of submissions.
QUICKLY = ("-p", "no:benchmark", "--no-page")


def seeded(config: pytest.Config) -> list[str]:
    """Return the options of gradings with the seed that the tests were given: no verdict hangs on it."""
    return ["--grading-seed", str(config.getoption("grading_seed"))]


def expect_no_naming_fault(output: str) -> None:
    """Fail where a judge warned that the catalogue of mistakes has a fault of its own; it costs no points."""
    assert "NamingFault" not in output, output


def hurried(rubric: str, seconds: float = 0.3) -> str:
    """Return a rubric by which training is timed that long only, for tests to which no sure ratio matters."""
    changed, count = re.subn(r"(?m)^throughput_seconds = [\d.]+", f"throughput_seconds = {seconds}", rubric)
    assert count == 1
    return changed


@pytest.fixture(scope="session")
def warm(nursery_socket: Path | None, judges: Path | None) -> judging.Nurseries:
    """Return nurseries for all cases; every submission still has a fresh judge and a fresh worker of its own."""
    if judges is None:
        return judging.Nurseries()
    return judging.Nurseries(nursery_socket, judges, levels.find_maker()[0])


@pytest.fixture
def grade(
    warm: judging.Nurseries, tmp_path: Path, junit_schema: etree.XMLSchema | None, pytestconfig: pytest.Config
) -> Callable[[str, str | Path], dict[str, Any]]:
    """Return a function that grades a submission's text, or a copy of its file, by a name, and returns its report.

    Every format of the report is rendered and read, too.
    """

    def run(name: str, source: str | Path, file: str = "lab.py") -> dict[str, Any]:
        folder = tmp_path / file / "submission"
        folder.mkdir(parents=True)
        if isinstance(source, Path):
            shutil.copyfile(source, folder / file)
        else:
            (folder / file).write_text(source, encoding="utf-8")
        graded = single.grade(name, folder, tmp_path / "out", [*QUICKLY, *seeded(pytestconfig)], warm)
        assert graded.report is not None, graded.output
        expect_no_naming_fault(graded.output)
        expect_every_format_to_be_read(report.read(tmp_path / "out" / name / "report.json"), junit_schema)
        return graded.report

    return run


@pytest.fixture(scope="session")
def timed(warm: judging.Nurseries, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, Any]]:
    """Return a function that grades the speed of a submission's text, in so many seconds, and returns the report."""
    folder = tmp_path_factory.mktemp("timed")
    text = RUBRIC.read_text(encoding="utf-8")

    def grade(name: str, source: str, *options: str, seconds: float = SECONDS) -> dict[str, Any]:
        (folder / "rubric.toml").write_text(hurried(text, seconds), encoding="utf-8")
        (folder / f"{name}.py").write_text(source, encoding="utf-8")
        given = ["--rubric", str(folder / "rubric.toml"), "-k", "test_training_keeps_up_with_the_lesson", "--no-page"]
        graded = single.grade(name, folder / f"{name}.py", folder / "out", [*given, *options], warm)
        assert graded.report is not None, graded.output
        expect_no_naming_fault(graded.output)
        return graded.report

    return grade
