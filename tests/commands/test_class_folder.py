"""A class's folder: every entry has a line, and nobody is lost or mixed up."""

from __future__ import annotations

import io
import os
import re
import sys
import tarfile
import unicodedata
import zipfile
from pathlib import Path

import pytest

from graders.commands.teacher.handed_in.class_folder import look_through
from graders.commands.teacher.handed_in.hand_in import Kind
from graders.harness.base.errors import ConfigurationError
from graders.harness.judge.messages import Messages
from graders.spec import SPEC

LAB = "def load_mnist(root, train, download):\n    return 1\n"
bytes_for_names = pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
posix = pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")


def put(folder: Path, *names: str, text: str = LAB) -> None:
    """Write a lab under each of these names: what ends in / is a folder with one, archives hold one."""
    for name in names:
        path = folder / name / "lab.py" if name.endswith("/") else folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".zip"):
            with zipfile.ZipFile(path, "w") as packed:
                packed.writestr("lab.py", text)
        elif ".tar" in name:
            with tarfile.open(path, "w") as packed_too:
                entry = tarfile.TarInfo("lab.py")
                entry.size = len(text)
                packed_too.addfile(entry, io.BytesIO(text.encode()))
        else:
            path.write_text(text, encoding="utf-8")


def told(folder: Path, **options) -> dict[str, tuple[Kind, str]]:
    """Return what each entry is, and why; each in words of both languages."""
    found = look_through(folder, **options)
    assert {entry.name for entry in found.entries} == {
        entry.name for entry in found.entries if entry.name.isprintable()
    }
    assert len(found.entries) >= len(list(folder.iterdir()))
    students = [hand_in.student for hand_in in found.hand_ins]
    assert students == sorted(set(students))
    assert students == sorted({entry.student for entry in found.entries if entry.kind is Kind.HAND_IN})
    for entry in found.entries:
        for language in ("en", "ko"):
            if entry.why:
                Messages.of_lab(SPEC.folder, language).text("entries", entry.why, **entry.params)
        assert str(folder.parent) not in " ".join(entry.params.values())
    return {entry.name: (entry.kind, entry.why) for entry in found.entries}


def students(folder: Path, **options) -> list[str]:
    """Return whose hand-ins count."""
    told(folder, **options)
    return [hand_in.student for hand_in in look_through(folder, **options).hand_ins]


def test_every_kind_of_submission_in_a_folder_is_found(tmp_path):
    """Folders, archives, Python files and notebooks are somebody's; what else lies there is nobody's."""
    put(tmp_path, "anna/", "ben.py", "cho.ipynb", "dan.zip", "list.csv", ".ipynb_checkpoints/", "_old.ipynb")
    assert students(tmp_path) == ["_old", "anna", "ben", "cho", "dan"]
    assert told(tmp_path)["list.csv"] == (Kind.NO_SUBMISSION, "list_of_marks")
    assert told(tmp_path)[".ipynb_checkpoints"] == (Kind.NO_SUBMISSION, "hidden")


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("_x.py", "_x"),
        ("kim.PY", "kim"),
        ("kim.IPYNB", "kim"),
        ("kim.minsu.zip", "kim.minsu"),
        ("kim.tar", "kim"),
        ("kim.lee.tar.gz", "kim.lee"),
        ("kim.minsu/", "kim.minsu"),
    ],
)
def test_nobody_vanishes_for_a_name(tmp_path, name, student):
    """Upper case, underscores and dots are part of a name as any letter."""
    put(tmp_path, name)
    assert students(tmp_path) == [student]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("kim.rar", "foreign_archive"),
        ("kim.7z", "foreign_archive"),
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
    ("files", "why"),
    [
        ([], "empty_folder"),
        (["notes.md"], "no_lab"),
        (["lab.docx"], "no_file"),
        (["a/lab.py", "b/lab.py"], "several_labs"),
        (["lab.rar"], "foreign_archive"),
    ],
)
def test_folder_without_one_lab_is_told(tmp_path, files, why):
    """Not as an honest zero."""
    (tmp_path / "kim").mkdir()
    for number, name in enumerate(files):
        put(tmp_path / "kim", name, text=f"{LAB}# {number}\n")
    assert told(tmp_path) == {"kim": (Kind.NOT_LOADABLE, why)}


def test_archive_that_is_none_is_told(tmp_path):
    """By what is wrong with it."""
    (tmp_path / "kim.zip").write_text("no zip")
    assert told(tmp_path) == {"kim.zip": (Kind.NOT_LOADABLE, "archive_broken")}


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
        ("train-images-idx3-ubyte.gz", "data"),
    ],
)
def test_what_is_nobodys_is_said(tmp_path, name, why):
    """A system's own files and a teacher's lists are no student's."""
    put(tmp_path, name, "kim.py")
    assert told(tmp_path)[name.rstrip("/")] == (Kind.NO_SUBMISSION, why)


def test_folders_that_are_nobodys_are_said(tmp_path):
    """MNIST, which a teacher keeps beside the class, and an environment."""
    put(tmp_path, "kim.py", "MNIST/raw/t10k-labels-idx1-ubyte", "myenv/pyvenv.cfg", "myenv/bin/lab.py")
    found = told(tmp_path)
    assert (found["MNIST"], found["myenv"]) == ((Kind.NO_SUBMISSION, "data"), (Kind.NO_SUBMISSION, "environment"))


def test_names_with_one_beginning_are_two_people(tmp_path):
    """Dots belong to a name."""
    put(tmp_path, "kim.minsu.zip", "kim.jiwoo.zip", "kim.tar.gz")
    assert students(tmp_path) == ["kim", "kim.jiwoo", "kim.minsu"]


@pytest.mark.parametrize("other", ["kim.ipynb", "kim.zip", "kim/", "kim.rar"])
def test_duplicate_stops_nobody(tmp_path, other):
    """Nobody knows which of two counts, so both have a line that names the student; the others are graded."""
    put(tmp_path, "kim.py", other, "lee.py")
    assert students(tmp_path) == ["lee"]
    doubted = [entry for entry in look_through(tmp_path).entries if entry.why == "several_of_one"]
    assert [(entry.kind, entry.student) for entry in doubted] == [(Kind.NOT_LOADABLE, "kim")] * 2


def test_a_document_beside_a_lab_is_no_second_one(tmp_path):
    """A report on it, say."""
    put(tmp_path, "kim.py", "kim.docx")
    assert told(tmp_path) == {"kim.py": (Kind.HAND_IN, ""), "kim.docx": (Kind.NO_SUBMISSION, "beside")}


@bytes_for_names
def test_names_no_encoding_holds_stop_nobody(tmp_path):
    """Korean Windows' archives leave such names: they are read as what they were; what is none of that is escaped."""
    for name in ("김민수".encode("cp949"), b"\xff\xfe", b"k\nim"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name + b".py")).write_text(LAB)
    put(tmp_path, "lee.py")
    assert students(tmp_path) == ["\\xff\\xfe", "k\\nim", "lee", "김민수"]
    assert all(hand_in.path.is_file() for hand_in in look_through(tmp_path).hand_ins)


@bytes_for_names
def test_names_are_in_form_c(tmp_path):
    """A Mac writes 한 as three letters; a gradebook has one."""
    put(tmp_path, unicodedata.normalize("NFD", "한지민") + ".py")
    (found,) = look_through(tmp_path).hand_ins
    assert found.student == "한지민"
    assert found.path.is_file()


@posix
def test_a_link_is_whose_name_it_has(tmp_path):
    """Not everybody's is called as what the links lead to; one that leads nowhere is somebody's, too."""
    put(tmp_path / "elsewhere", "student_template/")
    (tmp_path / "class").mkdir()
    for name in ("kim", "lee"):
        (tmp_path / "class" / name).symlink_to(tmp_path / "elsewhere" / "student_template")
    for name in ("park", "sun.py", "yoo.zip"):
        (tmp_path / "class" / name).symlink_to(name if name == "sun.py" else "nothing")
    assert students(tmp_path / "class") == ["kim", "lee"]
    lost = [entry for entry in look_through(tmp_path / "class").entries if entry.kind is Kind.NOT_LOADABLE]
    assert [(entry.student, entry.why) for entry in lost] == [(one, "no_plain_file") for one in ("park", "sun", "yoo")]


def test_folder_of_reports_is_no_student(tmp_path):
    """Whether it is told to be left out or can be seen to be one."""
    put(tmp_path, "kim.py", "out/", "old/")
    (tmp_path / "week6").mkdir()
    (tmp_path / "week6" / "gradebook.sqlite").touch()
    (tmp_path / "week5" / "kim").mkdir(parents=True)
    (tmp_path / "week5" / "kim" / "report.json").touch()
    found = told(tmp_path, leave_out=[tmp_path / "old" / ".." / "out"])
    ours = {name for name, said in found.items() if said == (Kind.NO_SUBMISSION, "report_folder")}
    assert ours == {"out", "week5", "week6"}


@pytest.mark.parametrize("names", [(), ("list.csv", ".DS_Store")])
def test_folder_without_anybody_is_a_wrong_option(tmp_path, names):
    """It was mistyped, or nobody has handed in."""
    put(tmp_path, *names)
    with pytest.raises(ConfigurationError, match="holds no submissions"):
        look_through(tmp_path)
    with pytest.raises(ConfigurationError, match="is no folder"):
        look_through(tmp_path / "nowhere")


# ---- learning systems


def test_moodle(tmp_path):
    """The number is whose; a text typed in beside a file is none, and alone it is said to be all there is."""
    put(tmp_path, "Kim Minsu_12345_assignsubmission_file_/", "Lee Jiwoo_12346_assignsubmission_file_/lab.zip")
    put(tmp_path, "Kim Minsu_12345_assignsubmission_onlinetext_/onlinetext.html")
    put(tmp_path, "Park Sun_12347_assignsubmission_onlinetext_/onlinetext.html")
    put(tmp_path, "Ahn O_12348_assignsubmission_file_lab (1).py", "Ahn O_12348_assignsubmission_file_plot.png")
    put(tmp_path, "Kim Minsu_12349_assignsubmission_file/")
    found = look_through(tmp_path)
    assert students(tmp_path) == ["12345", "12346", "12348", "12349"]
    assert {one.student: one.name for one in found.hand_ins}["12345"] == "Kim Minsu"
    assert all(one.identities == {"moodle": one.student} for one in found.hand_ins)
    said = {(entry.student, entry.kind, entry.why) for entry in found.entries if entry.kind is not Kind.HAND_IN}
    assert said == {
        ("12345", Kind.NO_SUBMISSION, "online_text"),
        ("12347", Kind.NOT_LOADABLE, "online_text_alone"),
        ("12348", Kind.NO_SUBMISSION, "beside"),
    }


def test_canvas(tmp_path):
    """The first number is whose; late is told, and of several attempts the last counts."""
    put(tmp_path, "kimminsu_LATE_12345_67890_lab-2.py", "leejiwoo_12346_67891_lab-7-2.py")
    put(tmp_path, "parksun_12347_67892_lab.py", "parksun_12347_67899_lab-1.py", "anon_Xy12z_67893_lab.ipynb")
    put(tmp_path, "ahno_12348_text.html", "yoo_12349_67894_lab.py", "yoo_12349_67895_curve.png")
    found = {one.student: one for one in look_through(tmp_path).hand_ins}
    assert list(found) == students(tmp_path) == ["12345", "12346", "12347", "12349", "anon_Xy12z"]
    assert [(one.name, one.late, one.attempts) for one in found.values()] == [
        ("kimminsu", True, 3),
        ("leejiwoo", False, 1),
        ("parksun", False, 2),
        ("yoo", False, 1),
        ("", False, 1),
    ]
    assert found["12345"].identities == {"canvas": "12345"}
    assert found["12347"].path.name == "parksun_12347_67899_lab-1.py"
    said = told(tmp_path)
    assert said["parksun_12347_67892_lab.py"] == (Kind.EARLIER, "earlier")
    assert said["ahno_12348_text.html"] == (Kind.NOT_LOADABLE, "online_text_alone")
    assert said["yoo_12349_67895_curve.png"] == (Kind.NO_SUBMISSION, "beside")


def test_several_files_of_one_in_canvas(tmp_path):
    """One of them is the lab; between two nobody guesses."""
    put(tmp_path, "kim_123_501_mine.py", "lee_124_503_a.py")
    put(tmp_path, "kim_123_502_plots.py", text="import matplotlib\n")
    put(tmp_path, "lee_124_504_b.py", text=f"{LAB}# another\n")
    assert students(tmp_path) == ["123"]
    said = told(tmp_path)
    assert said["kim_123_502_plots.py"] == (Kind.NO_SUBMISSION, "beside")
    assert said["lee_124_503_a.py"] == said["lee_124_504_b.py"] == (Kind.NOT_LOADABLE, "several_of_one")


def test_numbers_that_are_not_canvas_mix_up_nobody(tmp_path):
    """One number for two names is nobody's."""
    put(tmp_path, "kim_2024_7_lab.py", "lee_2024_8_lab.py")
    assert students(tmp_path) == ["kim_2024_7_lab", "lee_2024_8_lab"]


METADATA = """\
---
submission_456:
  :submitters:
  - :name: Kim Minsu
    :sid: '0012'
    :email: kim@example.edu
  :created_at: 2026-11-20 10:00:00.000000000 Z
  :history:
  - :created_at: 2026-11-19 10:00:00.000000000 Z
    :score: 3.0
submission_457:
  :submitters:
  - :name: Lee Jiwoo
    :email: lee@example.edu
  - :name: Park Sun
    :email: park@example.edu
  :status: !ruby/symbol processed
"""


@pytest.mark.parametrize("around", [False, True])
def test_gradescope(tmp_path, around):
    """Its metadata says whose a submission is; of a group, everybody's."""
    put(tmp_path / "export", "submission_456/", "submission_457/", "submission_458/")
    (tmp_path / "submission_metadata.yml" if around else tmp_path / "export" / "submission_metadata.yml").write_text(
        METADATA
    )
    found = {one.student: one for one in look_through(tmp_path / "export").hand_ins}
    assert list(found) == students(tmp_path / "export")
    assert list(found) == ["0012", "lee@example.edu", "park@example.edu", "submission_458"]
    assert (found["0012"].name, found["0012"].attempts) == ("Kim Minsu", 2)
    assert found["0012"].identities == {"gradescope": "456", "sid": "0012", "email": "kim@example.edu"}
    assert found["lee@example.edu"].path == found["park@example.edu"].path


def test_gradescope_metadata_that_cannot_be_read_is_told(tmp_path):
    """In one line."""
    put(tmp_path, "submission_456/")
    (tmp_path / "submission_metadata.yml").write_text("a: [")
    with pytest.raises(ConfigurationError, match=r"submission_metadata\.yml: cannot be read"):
        look_through(tmp_path)


def test_github_classroom(tmp_path):
    """Clones of one assignment are whose they are called after it; what is no clone keeps its name."""
    for user in ("kim-minsu", "kang", "lee"):
        put(tmp_path, f"lab-7-2-{user}/student_template/lab.py", f"lab-7-2-{user}/.git/config")
    put(tmp_path, "lab-7-2-notes/")
    assert students(tmp_path) == ["kang", "kim-minsu", "lab-7-2-notes", "lee"]
    found = {one.student: one.identities for one in look_through(tmp_path).hand_ins}
    assert found["kang"] == {"github": "kang"}


def test_released_repositories_are_clones(tmp_path):
    """Downloaded as they are, without git's own folder."""
    for user in ("kim", "lee"):
        put(tmp_path, f"lab-{user}/student_template/lab.py", f"lab-{user}/graders/harness/plugin.py")
    assert students(tmp_path) == ["kim", "lee"]


def test_blackboard(tmp_path):
    """Attempts are told apart by when they were made; the last counts."""
    put(tmp_path, "Lab 7-2_kim_attempt_2026-11-20-10-11-12_lab.py", "Lab 7-2_kim_attempt_2026-11-20-10-11-12.txt")
    put(tmp_path, "Lab 7-2_kim_attempt_2026-11-21-10-11-12_lab.py", "Lab 7-2_kim_attempt_2026-11-21-10-11-12.txt")
    (found,) = look_through(tmp_path).hand_ins
    assert (found.student, found.attempts) == ("kim", 2)
    assert "2026-11-21" in found.path.name
    assert sorted(said for said in told(tmp_path).values() if said[0] is not Kind.HAND_IN) == [
        (Kind.EARLIER, "earlier"),
        (Kind.NO_SUBMISSION, "receipt"),
        (Kind.NO_SUBMISSION, "receipt"),
    ]


# ---- the roster


def roster(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    """Write a roster beside the class's folder."""
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("identifier,name,path", "utf-8"),
        ("Student ID;Full name;File", "utf-8-sig"),
        ("학번,이름,파일", "cp949"),
        ("학번\t이름\t경로", "utf-16"),
    ],
)
def test_roster_says_whose_a_hand_in_is(tmp_path, head, encoding):
    """By path or pattern, by identifier, by the name where just one has it; who has handed in nothing is missing."""
    put(tmp_path / "class", "final.py", "lab_kim.zip", "20260003.py", "박 선.ipynb", "stranger.py")
    rows = [
        head,
        "20260001,이지우,final.py",
        "20260002,김민수,lab_k*.zip",
        "20260003,안오,",
        "20260004,박선,",
        "20260005,유리,",
    ]
    mark = next(one for one in ";\t," if one in head)
    path = roster(tmp_path, "\n".join(row.replace(",", mark) for row in rows), encoding)
    found = look_through(tmp_path / "class", roster=path)
    assert {one.student: one.name for one in found.hand_ins} == {
        "20260001": "이지우",
        "20260002": "김민수",
        "20260003": "안오",
        "20260004": "박선",
        "stranger": "",
    }
    assert [(one.student, one.name) for one in found.missing] == [("20260005", "유리")]
    assert told(tmp_path / "class", roster=path)["stranger.py"] == (Kind.HAND_IN, "not_in_roster")


def test_roster_knows_a_learning_systems_numbers(tmp_path):
    """Its own export serves as one: Canvas's gradebook, and Moodle's worksheet."""
    put(tmp_path / "class", "kimminsu_12345_67890_lab.py", "Lee Jiwoo_54321_assignsubmission_file_/")
    canvas = roster(tmp_path, 'Student,ID,SIS User ID,Section\n    Points Possible,,,\n"Kim, Minsu",12345,77,A\n')
    found = look_through(tmp_path / "class", roster=canvas)
    assert {one.student: one.name for one in found.hand_ins} == {"12345": "Kim, Minsu", "54321": "Lee Jiwoo"}
    moodle = roster(tmp_path, "Identifier,Full name\nParticipant 54321,Lee Jiwoo\n")
    found = look_through(tmp_path / "class", roster=moodle)
    assert {one.student: one.name for one in found.hand_ins} == {"Participant 54321": "Lee Jiwoo", "12345": "kimminsu"}


def test_two_hand_ins_of_one_row_are_not_guessed_between(tmp_path):
    """Both have a line, and the student is not missing."""
    put(tmp_path / "class", "kim_a.py", "kim_b.py", "lee.py")
    path = roster(tmp_path, "id,path\nkim,kim_*\nlee,\n")
    assert students(tmp_path / "class", roster=path) == ["lee"]
    assert look_through(tmp_path / "class", roster=path).missing == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,path\nkim,kim.py\n", "no column says whose a row is"),
        ("", "no column says whose a row is"),
        ("id,path\nkim,\nkim,\n", "kim stands in it twice"),
        ("id,path\nkim,k*\nlee,*.py\n", "of several students by it: kim, lee"),
    ],
)
def test_roster_that_cannot_be_used_is_told(tmp_path, text, said):
    """Before anything is graded."""
    put(tmp_path / "class", "k.py")
    with pytest.raises(ConfigurationError, match=re.escape(said)):
        look_through(tmp_path / "class", roster=roster(tmp_path, text))
    with pytest.raises(ConfigurationError, match="No such file"):
        look_through(tmp_path / "class", roster=tmp_path / "nowhere.csv")


def test_nobody_has_handed_in(tmp_path):
    """With a roster that is no mistake: all of it is missing."""
    (tmp_path / "class").mkdir()
    found = look_through(tmp_path / "class", roster=roster(tmp_path, "id\nkim\n"))
    assert [one.student for one in found.missing] == ["kim"]
