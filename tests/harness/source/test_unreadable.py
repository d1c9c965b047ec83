"""Whatever lies where a submission should is one that cannot be loaded: never a hang, never a fault of ours."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import single
from corpus.unreadable import DEEP, FILES, LINKS_AND_DEVICES, _deep

from graders.commands.teacher.handed_in.class_folder import look_through
from graders.harness.base.errors import ConfigurationError, Unloadable
from graders.harness.source.source import Source

pytest_plugins = ["grading"]


@pytest.fixture(autouse=True)
def emptied(tmp_path):
    """Take away what was made: pytest's own cleaning descends by recursion, which these folders are too deep for."""
    yield
    subprocess.run(["rm", "-rf", "--", *os.listdir(tmp_path)], cwd=tmp_path, check=True)  # noqa: PTH208  # names


def key(source: Source) -> str:
    """Return why a submission cannot be loaded."""
    assert source.is_untouched(["f"])  # no worker is started for it
    assert source.suspicions == []
    with pytest.raises(Unloadable) as caught:
        _ = source.tree
    return caught.value.failure.key


@pytest.mark.parametrize(("make", "expected"), [*LINKS_AND_DEVICES.values(), *FILES.values()])
def test_oddity_in_the_files_place_is_told(tmp_path, make, expected):
    """The folder is there, and what it holds is no lab."""
    make(tmp_path / "lab.py")
    source = Source.find(tmp_path, "lab.py")
    assert (key(source), source.owner("lab.py")) == (expected, tmp_path.name)


@pytest.mark.parametrize(
    ("make", "expected"),
    [*LINKS_AND_DEVICES.values(), *(case for name, case in FILES.items() if name != "deep-folder")],
)
def test_oddity_in_a_notebooks_place_is_told(tmp_path, make, expected):
    """Neither is there a lab.py, nor a notebook that could be read; given by itself, too."""
    make(tmp_path / "hw.ipynb")
    told = {"source_too_large": "notebook_too_large"}.get(expected, expected)
    assert key(Source.find(tmp_path, "lab.py")) == told
    assert key(Source.find(tmp_path / "hw.ipynb", "lab.py")) == told


@pytest.mark.parametrize(("make", "expected"), [*LINKS_AND_DEVICES.values(), FILES["deep-folder"]])
@pytest.mark.parametrize("name", ["kim", "kim.py", "kim.zip", "lab.py"])
def test_oddity_in_the_submissions_place_is_told(tmp_path, make, expected, name):
    """It was handed in, so it is graded."""
    make(tmp_path / name)
    source = Source.find(tmp_path / name, "lab.py")
    assert (key(source), bool(source.owner("lab.py"))) == (expected, True)


@pytest.mark.parametrize("name", [b"\xff\xfe.py", b"\xed\xa0\x80.py", b"k\nim.py"])
def test_name_that_no_encoding_holds_is_graded(tmp_path, name):
    """Systems take any bytes for a name."""
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    path.write_text("def f():\n    return 1\n")
    source = Source.find(path, "lab.py")
    assert source.where("f") is not None
    assert source.name.encode()


def test_what_may_not_be_read_is_told(tmp_path, monkeypatch):
    """Root may read everything, so the system's refusal is made up."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "lab.py").write_text("def f():\n    return 1\n")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        assert key(Source.find(tmp_path / "lab.py", "lab.py")) == "unreadable_source"
    (tmp_path / "lab.py").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "iterdir", refuse)
        assert key(Source.find(tmp_path, "lab.py")) == "unreadable_source"


@pytest.mark.parametrize("name", ["nothing", "x" * 300, "a/" * 3000])
def test_nothing_at_all_is_a_wrong_option(tmp_path, name):
    """The person at the keyboard has mistyped it."""
    with pytest.raises(ConfigurationError, match="no such file or folder"):
        Source.find(tmp_path / name, "lab.py")


def test_folders_without_end_are_looked_into_as_far_as_it_makes_sense(tmp_path):
    """What lies beside them is found."""
    _deep(tmp_path / "week")
    (tmp_path / "lab (1).py").write_text("def f():\n    return 1\n")
    assert Source.find(tmp_path, "lab.py").where("f") is not None
    assert DEEP > 1000


def test_class_goes_on_behind_every_oddity(tmp_path, warm):
    """Each has an entry, and if it is graded a report, no points and one clear line."""
    folder, out = tmp_path / "class", tmp_path / "out"
    folder.mkdir()
    oddities = {**LINKS_AND_DEVICES, **FILES}
    for name, (make, _) in oddities.items():
        (folder / name).mkdir()
        make(folder / name / "lab.py")
    given = [name for name in LINKS_AND_DEVICES if name not in ("pipe", "socket", "device", "null")]
    for name in given:  # links that lead nowhere, in the place of a folder
        LINKS_AND_DEVICES[name][0](folder / f"bare-{name}")
    undecodable = Path(os.fsdecode(os.fsencode(folder) + b"/\xff.py"))
    undecodable.write_text("x = \n")
    assert {one.student for one in look_through(folder).entries} == {
        *oddities,
        *(f"bare-{name}" for name in given),
        r"\xff",
        "other",  # by which a link in a circle leads back to itself
    }
    for path in folder.iterdir():
        name = path.stem
        graded = single.grade(name, path, out, ("-p", "no:benchmark", "--no-page"), warm)
        assert graded.report is not None, graded.output
        assert (graded.report["status"], graded.report["score"]) == ("graded", 0), name
        told = [check["message"] for part in graded.report["parts"] for check in part["checks"]]
        assert len(set(told)) == 1, name
