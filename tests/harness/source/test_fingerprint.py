"""Fingerprints of submissions: changed by what a student changes, and by nothing else."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from graders.harness.source import fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write a submission of two files."""
    (tmp_path / "anna" / "notes").mkdir(parents=True)
    (tmp_path / "anna" / "lab.py").write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "anna" / "notes" / "김.txt").write_text("한글", encoding="utf-8")
    return tmp_path / "anna"


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "lab.py").write_text("x = 2\n", encoding="utf-8"),
        lambda folder: (folder / "lab.py").rename(folder / "lap.py"),
        lambda folder: (folder / "more.py").touch(),
        lambda folder: (folder / "notes" / "김.txt").unlink(),
        lambda folder: shutil.move(folder / "lab.py", folder / "notes" / "lab.py"),
    ],
    ids=["a text", "a name", "a file more", "a file less", "a place"],
)
def test_what_a_student_changes_shows(folder: Path, change: Callable[[Path], object]) -> None:
    before = fingerprint.of_path(folder)
    change(folder)
    assert fingerprint.of_path(folder) != before


def test_what_tools_leave_does_not_show(folder: Path) -> None:
    """Nor when, or where, it was handed in."""
    before = fingerprint.of_path(folder)
    for name in (".git", "__pycache__", "venv", "notes/.ipynb_checkpoints", "myenv"):
        (folder / name).mkdir()
        (folder / name / "pyvenv.cfg").touch()
        (folder / name / "x.pyc").write_bytes(b"x")
    (folder / ".DS_Store").write_bytes(b"x")
    (folder / "empty").mkdir()
    os.utime(folder / "lab.py", (1, 1))
    assert fingerprint.of_path(folder) == before
    shutil.copytree(folder, folder.parent / "ben")
    assert fingerprint.of_path(folder.parent / "ben") == before


def test_a_file_is_known_by_its_bytes_alone(tmp_path: Path) -> None:
    for name, text in (("a.py", b"x"), ("b.py", b"x"), ("c.py", b"y")):
        (tmp_path / name).write_bytes(text)
    a, b, c = (fingerprint.of_path(tmp_path / name) for name in ("a.py", "b.py", "c.py"))
    assert a == b != c


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_count_as_links_but_for_the_submission_itself(folder: Path) -> None:
    """Nothing outside is read; a class of links has as many submissions as it has files."""
    before = fingerprint.of_path(folder)
    (folder.parent / "link").symlink_to(folder)
    assert fingerprint.of_path(folder.parent / "link") == before
    (folder / "out").symlink_to("../elsewhere")
    first = fingerprint.of_path(folder)
    assert first != before
    (folder.parent / "elsewhere").write_text("secret", encoding="utf-8")
    assert fingerprint.of_path(folder) == first
    (folder / "out").unlink()
    (folder / "out").symlink_to("..")  # a circle
    assert fingerprint.of_path(folder) not in (first, before)
    (folder.parent / "nowhere").symlink_to("gone")
    (folder.parent / "circle").symlink_to("circle")
    assert fingerprint.of_path(folder.parent / "nowhere")
    assert fingerprint.of_path(folder.parent / "circle")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes with names there")
def test_nobody_waits_for_a_pipe(folder: Path) -> None:
    before = fingerprint.of_path(folder)
    os.mkfifo(folder / "pipe")
    os.mkfifo(folder.parent / "pipe.py")
    assert fingerprint.of_path(folder) != before
    assert fingerprint.of_path(folder.parent / "pipe.py")


def test_of_what_is_too_large_size_and_ends_count(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprint, "MAX_BYTES", 100)
    monkeypatch.setattr(fingerprint, "END", 10)
    found = set()
    for content in (b"a" * 200, b"b" + b"a" * 199, b"a" * 199 + b"b", b"a" * 201):
        (folder / "data.bin").write_bytes(content)
        found.add(fingerprint.of_path(folder))
    assert len(found) == 4


def test_of_thousands_of_files_some_are_looked_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first by name, folders among them: nobody waits for a million."""
    monkeypatch.setattr(fingerprint, "MAX_ENTRIES", 3)
    before = fingerprint.of_path(folder)
    (folder / "zzz.txt").touch()
    assert fingerprint.of_path(folder) == before
    for number in range(3):
        (folder / f"a{number}").mkdir()
    assert fingerprint.of_path(folder) != before
