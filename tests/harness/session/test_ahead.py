"""The judge's own code is in place before anything of a submission runs in a process beside it."""

from __future__ import annotations

import importlib
import importlib.util
import os
import py_compile
import subprocess
import sys
import time
from pathlib import Path

import pytest

from graders.harness.session.ahead import Unchanged

ROOT = Path(__file__).parents[3]
LAB = """
import os

def flatten_images(images):
    return images.flatten(1)

def build_criterion():
    return lambda logits, labels: 1 / 0

def show_prediction(image, label, prediction):
    return 3
"""
WATCH = """
import os, sys
import pytest
here = os.path.dirname(__file__)
@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session):
    session.config.before = set(sys.modules)
@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config):
    late = sorted(name for name in set(sys.modules) - config.before if name.startswith("graders"))
    with open(os.path.join(here, "late"), "w") as file:
        file.write(" ".join(late))
"""


def test_nothing_of_ours_is_imported_once_a_submission_runs(tmp_path):
    """Neither for checks that pass, nor for mistakes that are named, nor for the report in all its formats."""
    (tmp_path / "lab.py").write_text(LAB)
    (tmp_path / "watch.py").write_text(WATCH)
    options = ["--isolation", "process", "-p", "watch", "-p", "no:cacheprovider", "-p", "no:benchmark", "-q"]
    written = ["--report-dir", "out", "--csv", "table.csv", "--junitxml", "junit.xml"]
    command = [sys.executable, "-m", "pytest", str(ROOT / "graders"), "--submission", "lab.py", *options, *written]
    variables = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}", "GITHUB_STEP_SUMMARY": "summary.md"}
    done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)
    assert (tmp_path / "out" / "report.html").is_file(), done.stdout
    assert (tmp_path / "late").read_text() == ""


@pytest.fixture
def late(tmp_path, monkeypatch):
    """Return the folder of a module that is not imported yet, and have it taken away afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "come_late.py").write_text("text = 'written'\n")
    yield tmp_path
    sys.modules.pop("come_late", None)


def test_module_as_old_as_the_run_is_imported(late, monkeypatch):
    """What lay there before is what is asked for."""
    monkeypatch.setattr(sys, "meta_path", [Unchanged(time.time() + 60), *sys.meta_path])
    assert importlib.import_module("come_late").text == "written"


def test_module_that_was_changed_is_not_imported(late, monkeypatch):
    """Not even where its file says to be old."""
    os.utime(late / "come_late.py", (0, 0))
    monkeypatch.setattr(sys, "meta_path", [Unchanged(time.time() - 60), *sys.meta_path])
    with pytest.raises(ImportError, match="was changed while a submission was graded"):
        importlib.import_module("come_late")


def test_what_was_compiled_meanwhile_is_let_lie(late, monkeypatch):
    """Another judge may have compiled the module, or a submission something else."""
    began = (late / "come_late.py").stat().st_ctime + 0.01
    time.sleep(0.05)
    (late / "other.py").write_text("text = 'kept'\n")
    kept = importlib.util.cache_from_source(str(late / "come_late.py"))
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(str(late / "other.py"), kept, invalidation_mode=unchecked)
    monkeypatch.setattr(sys, "meta_path", [Unchanged(began), *sys.meta_path])
    assert importlib.import_module("come_late").text == "written"
