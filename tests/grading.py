"""Grade submissions' texts as users' folders are graded, importing torch and pytest once: a pytest plugin."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from graders import batch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

UNTIMED = ("--benchmark-disable",)  # training has to be right, not fast: seconds for each of hundreds of submissions


@pytest.fixture(scope="session")
def warm() -> Iterator[batch.Nurseries]:
    """Run nurseries for all cases; every submission still has a fresh judge and a fresh worker of its own."""
    with batch.nurseries() as running:
        yield running


@pytest.fixture
def grade(warm: batch.Nurseries, tmp_path: Path) -> Callable[[str, str | Path], dict[str, Any]]:
    """Return a function that grades a submission's text, or a copy of its file, and returns its report."""

    def run(name: str, source: str | Path) -> dict[str, Any]:
        folder = tmp_path / "submission"
        folder.mkdir()
        if isinstance(source, Path):
            shutil.copyfile(source, folder / "lab.py")
        else:
            (folder / "lab.py").write_text(source, encoding="utf-8")
        graded = batch.grade(name, folder, tmp_path / "out", UNTIMED, warm)
        assert graded.report is not None, graded.output
        return graded.report

    return run
