"""A class's folder: every entry has a line, and nobody is lost or mixed up."""

from __future__ import annotations

import os
import sys
import unicodedata
from pathlib import Path

import pytest

from graders.commands.teacher.handed_in.class_folder import look_through
from graders.commands.teacher.handed_in.hand_in import Kind
from graders.harness.base.errors import ConfigurationError

LAB = "def load_mnist(root, train, download):\n    return 1\n"
bytes_for_names = pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")


def put(folder: Path, *names: str) -> None:
    """Write a lab under each of these names: what ends in / is a folder with one."""
    for name in names:
        path = folder / name / "lab.py" if name.endswith("/") else folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(LAB, encoding="utf-8")


def told(folder: Path, **options) -> dict[str, tuple[Kind, str]]:
    """Return what each entry is, and why."""
    found = look_through(folder, **options)
    assert [entry.name for entry in found.entries] == [
        entry.name for entry in found.entries if entry.name.isprintable()
    ]
    assert len(found.entries) == len(list(folder.iterdir()))
    students = [hand_in.student for hand_in in found.hand_ins]
    assert len(students) == len(set(students))
    assert sorted(students) == sorted(entry.student for entry in found.entries if entry.kind is Kind.HAND_IN)
    return {entry.name: (entry.kind, entry.why) for entry in found.entries}


def test_every_kind_of_submission_in_a_folder_is_found(tmp_path):
    """Folders, archives, Python files and notebooks are somebody's; what else lies there is nobody's."""
    put(tmp_path, "anna/", "ben.py", "cho.ipynb", "dan.zip", "list.csv", ".ipynb_checkpoints/", "_old.ipynb")
    found = look_through(tmp_path)
    assert [hand_in.student for hand_in in found.hand_ins] == ["_old", "anna", "ben", "cho", "dan"]
    assert told(tmp_path)["list.csv"] == (Kind.NO_SUBMISSION, "list_of_marks")
    assert told(tmp_path)[".ipynb_checkpoints"] == (Kind.NO_SUBMISSION, "hidden")


@pytest.mark.parametrize(
    ("name", "student"), [("_x.py", "_x"), ("kim.PY", "kim"), ("kim.IPYNB", "kim"), ("kim.minsu.zip", "kim.minsu")]
)
def test_nobody_vanishes_for_a_name(tmp_path, name, student):
    """Upper case, underscores and dots are part of a name as any letter."""
    put(tmp_path, name)
    assert [hand_in.student for hand_in in look_through(tmp_path).hand_ins] == [student]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("kim.rar", "other_ending"),
        ("kim.7z", "other_ending"),
        ("kim.docx", "other_ending"),
        ("kim.hwp", "other_ending"),
        ("kim.py.txt", "other_ending"),
        ("kim.pdf", "other_ending"),
        ("kim", "no_ending"),
        (".ipynb", "hidden"),
        (".py", "hidden"),
    ],
)
def test_what_nobody_here_reads_is_still_somebodys(tmp_path, name, why):
    """It gets a line that says why it was not graded."""
    put(tmp_path, name)
    assert told(tmp_path) == {name: (Kind.NOT_LOADABLE, why)}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (".DS_Store", "systems_file"),
        ("._kim.py", "systems_file"),
        ("Thumbs.db", "systems_file"),
        ("desktop.ini", "systems_file"),
        ("__MACOSX/", "systems_file"),
        ("~$marks.xlsx", "systems_file"),
        (".git/", "hidden"),
        ("marks.xlsx", "list_of_marks"),
        ("README.txt", "notes"),
        ("submission_metadata.yml", "notes"),
    ],
)
def test_what_is_nobodys_is_said(tmp_path, name, why):
    """A system's own files and a teacher's lists are no student's."""
    put(tmp_path, name, "kim.py")
    assert told(tmp_path)[name.rstrip("/")] == (Kind.NO_SUBMISSION, why)


def test_names_with_one_beginning_are_two_people(tmp_path):
    """Dots belong to a name."""
    put(tmp_path, "kim.minsu.zip", "kim.jiwoo.zip", "kim.tar.gz")
    assert [hand_in.student for hand_in in look_through(tmp_path).hand_ins] == ["kim.jiwoo", "kim.minsu", "kim"]


def test_duplicate_stops_nobody(tmp_path):
    """Nobody knows which of two counts, so both have a line that names the student; the others are graded."""
    put(tmp_path, "kim.ipynb", "kim.py", "lee.py")
    found = look_through(tmp_path)
    assert [hand_in.student for hand_in in found.hand_ins] == ["lee"]
    assert [(entry.name, entry.why, entry.student) for entry in found.entries] == [
        ("kim.ipynb", "several_of_one", "kim"),
        ("kim.py", "several_of_one", "kim"),
        ("lee.py", "", "lee"),
    ]


@bytes_for_names
def test_names_no_encoding_holds_stop_nobody(tmp_path):
    """Korean Windows' archives leave such names: they are read as what they were; what is none of that is escaped."""
    for name in ("김민수".encode("cp949"), b"\xff\xfe", b"k\nim"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name + b".py")).write_text(LAB)
    put(tmp_path, "lee.py")
    found = look_through(tmp_path)
    assert sorted(hand_in.student for hand_in in found.hand_ins) == ["\\xff\\xfe", "k\\nim", "lee", "김민수"]
    assert all(hand_in.path.is_file() for hand_in in found.hand_ins)


@bytes_for_names
def test_names_are_in_form_c(tmp_path):
    """A Mac writes 한 as three letters; a gradebook has one."""
    put(tmp_path, unicodedata.normalize("NFD", "한지민") + ".py")
    (found,) = look_through(tmp_path).hand_ins
    assert found.student == "한지민"
    assert found.path.is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_is_whose_name_it_has(tmp_path):
    """Not everybody's is called as what the links lead to; one that leads nowhere is somebody's, too."""
    put(tmp_path / "elsewhere", "student_template/")
    (tmp_path / "class").mkdir()
    for name in ("kim", "lee"):
        (tmp_path / "class" / name).symlink_to(tmp_path / "elsewhere" / "student_template")
    (tmp_path / "class" / "park").symlink_to("nothing")
    (tmp_path / "class" / "sun.py").symlink_to("sun.py")
    found = look_through(tmp_path / "class")
    assert [hand_in.student for hand_in in found.hand_ins] == ["kim", "lee", "park", "sun"]


def test_folder_of_reports_is_no_student(tmp_path):
    """Whether it is told to be left out or can be seen to be one."""
    put(tmp_path, "kim.py", "out/", "old/")
    (tmp_path / "week6").mkdir()
    (tmp_path / "week6" / "gradebook.sqlite").touch()
    (tmp_path / "week5" / "kim").mkdir(parents=True)
    (tmp_path / "week5" / "kim" / "report.json").touch()
    found = told(tmp_path, leave_out=[tmp_path / "out"])
    assert {name for name, said in found.items() if said == (Kind.NO_SUBMISSION, "report_folder")} == {
        "out",
        "week5",
        "week6",
    }


@pytest.mark.parametrize("names", [(), ("list.csv", ".DS_Store")])
def test_folder_without_anybody_is_a_wrong_option(tmp_path, names):
    """It was mistyped, or nobody has handed in."""
    put(tmp_path, *names)
    with pytest.raises(ConfigurationError, match="holds no submissions"):
        look_through(tmp_path)
    with pytest.raises(ConfigurationError, match="is no folder"):
        look_through(tmp_path / "nowhere")
