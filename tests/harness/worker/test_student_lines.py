"""Which lines are the student's: what the place of an exception, the transcript and suspicions rest on."""

from __future__ import annotations

import sys

import pytest

from graders.harness.worker import observer
from graders.harness.worker.observer import Places


@pytest.mark.parametrize("prefix", ["prefix", "base_prefix"])
def test_an_environment_in_the_submissions_folder_is_none_of_the_students(tmp_path, monkeypatch, prefix):
    """Nor is what lies in it: half of all projects have their environment in their folder."""
    monkeypatch.setattr(sys, prefix, str(tmp_path / ".venv"))
    places = Places(tmp_path)

    def file_of(name: str) -> str | None:
        return places.file_of(compile("1", str(tmp_path / name), "exec"))

    assert file_of("lab.py") == "lab.py"
    assert file_of("parts/net.py") == "parts/net.py"
    assert file_of(".venv2/net.py") == ".venv2/net.py"
    assert file_of(".venv/lib/torch/optim/optimizer.py") is None
    assert file_of("/elsewhere/lab.py") is None


def test_the_grader_in_the_submissions_folder_is_none_of_the_students(tmp_path, monkeypatch):
    """A student may have cloned it beside the lab, which does not make its lines theirs."""
    monkeypatch.setattr(observer, "OURS", tmp_path / "course" / "graders")
    places = Places(tmp_path)

    def file_of(name: str) -> str | None:
        return places.file_of(compile("1", str(tmp_path / name), "exec"))

    assert file_of("course/graders/harness/worker/worker.py") is None
    assert file_of("course/student_template/lab.py") == "course/student_template/lab.py"
    assert file_of("lab.py") == "lab.py"
    monkeypatch.setattr(observer, "OURS", tmp_path)  # a lab that was put among the grader's files is one all the same
    places = Places(tmp_path)
    assert file_of("lab.py") == "lab.py"


def test_of_a_long_exception_only_the_beginning_is_looked_through(tmp_path):
    """It may name a text of 64 million letters; paths are put into words in what is shown of it."""
    places = Places(tmp_path)
    places.call(str(tmp_path / "given"), "root")
    said = places.describe(ValueError(f"{tmp_path / 'given'}/x is none " + "/" * (2**20)))["text"]
    assert said.startswith("root/x is none ")
    assert len(said) < 3_000
