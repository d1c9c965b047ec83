"""Where the lab lies in what people upload: exactly one below is graded, and between two nobody guesses."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from notebooks import notebook

from graders.commands import judging
from graders.commands.teacher.release import release
from graders.harness.base.errors import Unloadable
from graders.harness.base.model import Word
from graders.harness.source.source import Source
from graders.outline import outline
from graders.spec import SPEC

pytest_plugins = ["grading"]

FUNCTIONS = ("load_mnist", "train_epoch")
LAB = "import helper\n\ndef load_mnist(root):\n    return helper.x\n\ndef train_epoch(model):\n    return 1\n"
OTHER = LAB.replace("return 1", "return 2")
HELPER = "x = 1\n\ndef train_epoch(model):\n    return 0\n"
TEMPLATE = (
    "def load_mnist(root):\n    raise NotImplementedError\n\ndef train_epoch(model):\n    raise NotImplementedError\n"
)
SCRIPT = (Path(__file__).parents[2] / "corpus" / "flat" / "main_block.py").read_text(encoding="utf-8")
NOTEBOOK = notebook(LAB)


def find(given: Path) -> Source:
    """Find the lab as the grader does."""
    return Source.find(given, "lab.py", FUNCTIONS, lambda: outline.outline)


def problem(given: Path) -> tuple[str, str]:
    """Return why there is no lab: the message's key, and what was found instead."""
    with pytest.raises(Unloadable) as caught:
        _ = find(given).tree
    failure = caught.value.failure
    assert "/" not in str(failure.params.get("folder", ""))
    return failure.key, str(failure.params.get("found", failure.params.get("file")))


def put(folder: Path, files: dict[str, str]) -> Path:
    """Write files below a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def zipped(files: dict[str, str | bytes]) -> bytes:
    """Return a zip of these files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def as_folder_and_zip(tmp_path: Path, files: dict[str, str]) -> list[Path]:
    """Return a hand-in of these files as a folder, and as an archive of it."""
    archive = tmp_path / "zipped.zip"
    archive.write_bytes(zipped(dict(files)))
    return [put(tmp_path / "folder", files), archive]


@pytest.mark.parametrize(
    ("files", "lab"),
    [
        ({"lab (1).py": LAB, "helper.py": HELPER}, "lab (1).py"),
        ({"lab-2.py": LAB, "helper.py": HELPER, "notes.txt": ""}, "lab-2.py"),
        ({"김_lab.py": LAB}, "김_lab.py"),
        ({"Lab.py": LAB, "other.py": OTHER}, "Lab.py"),
        ({"LAB.PY": LAB}, "LAB.PY"),
        ({"week7/src/mine.py": LAB, "week7/src/helper.py": HELPER, "week7/plan.md": ""}, "week7/src/mine.py"),
        ({"a/lab.py": TEMPLATE, "b/lab.py": LAB}, "b/lab.py"),
        ({"a/x.py": LAB, "b/copy.py": LAB}, "a/x.py"),
        ({"mine.py": SCRIPT, "plots.py": "import matplotlib\n"}, "mine.py"),
        ({"mine.py": "x = 1\n"}, "mine.py"),
        ({"deep/hw.ipynb": NOTEBOOK, "deep/other.ipynb": notebook("1 + 1")}, "deep/hw.ipynb"),
        ({"lab.ipynb": NOTEBOOK, "extra/readme.md": ""}, "lab.ipynb"),
        ({"hw.py": LAB, "hw.ipynb": NOTEBOOK}, "hw.py"),
        ({"lab (1).py": f"{LAB}\ndef broken(:\n", "plots.py": "x = 1\n"}, "lab (1).py"),
    ],
)
def test_the_one_lab_below_is_graded(tmp_path, files, lab):
    """Wherever it lies and whatever it is called: as a folder, and as an archive."""
    for given in as_folder_and_zip(tmp_path, files):
        source = find(given)
        assert source.problem is None
        assert source.path.as_posix().endswith(lab)
        assert source.visible == source.path.parent


def test_what_is_imported_lies_beside_it(tmp_path):
    """What the lab's code sees is the folder that it lies in."""
    for given in as_folder_and_zip(tmp_path, {"a/lab (1).py": LAB, "a/helper.py": HELPER}):
        source = find(given)
        assert (source.visible / "helper.py").is_file()
        assert set(source.texts.read) == {"lab (1).py", "helper.py"}


@pytest.mark.parametrize(
    ("files", "remarks"),
    [
        ({"lab.py": LAB}, []),
        ({"Lab.py": LAB}, [Word("found_at", {"file": "Lab.py"})]),
        ({"a/b/lab (1).py": LAB, "x.md": ""}, [Word("found_at", {"file": "a/b/lab (1).py"})]),
        (
            {"hw.py": LAB, "hw.ipynb": NOTEBOOK},
            [Word("found_at", {"file": "hw.py"}), Word("passed_over", {"file": "hw.py", "notebook": "hw.ipynb"})],
        ),
        ({"lab.py": LAB, "Lab.py": OTHER}, [Word("passed_over", {"file": "lab.py", "notebook": "Lab.py"})]),
    ],
)
def test_where_it_was_found_is_said(tmp_path, files, remarks):
    """Unless it lies where it is asked for."""
    for given in as_folder_and_zip(tmp_path, files):
        assert list(find(given).remarks) == remarks


def test_a_file_system_that_tells_no_cases_apart_tells_the_same(tmp_path, monkeypatch):
    """There the file that is asked for seems to be there, whatever it is called."""
    folder = put(tmp_path / "kim", {"Lab.py": LAB})
    exists = os.path.lexists

    def anyhow(path):
        at = Path(path)
        return exists(path) or (at.parent.is_dir() and at.name.lower() in {e.name.lower() for e in at.parent.iterdir()})

    monkeypatch.setattr(os.path, "lexists", anyhow)
    source = find(folder)
    assert (source.path.name, list(source.remarks)) == ("Lab.py", [Word("found_at", {"file": "Lab.py"})])


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"a/lab.py": LAB, "b/lab.py": OTHER}, "a/lab.py, b/lab.py"),
        ({"lab (1).py": LAB, "lab (2).py": OTHER}, "lab (1).py, lab (2).py"),
        ({"mine.py": LAB, "yours.ipynb": NOTEBOOK}, "mine.py, yours.ipynb"),
        ({f"{name}.py": f"{LAB}# {name}" for name in "abcdefg"}, "a.py, b.py, c.py, d.py, e.py, …"),
    ],
)
def test_between_two_nobody_guesses(tmp_path, files, found):
    """Both are named, in one line."""
    for given in as_folder_and_zip(tmp_path, files):
        assert problem(given) == ("several_labs", found)


def test_lab_right_there_wins(tmp_path):
    """As it always did: it is what was asked for."""
    files = {"lab.py": LAB, "lab.ipynb": NOTEBOOK, "old/lab.py": OTHER, "lab (1).py": OTHER}
    for given in as_folder_and_zip(tmp_path, files):
        source = find(given)
        assert (source.path.name, source.beside, source.visible) == ("lab.py", "lab.ipynb", source.path.parent)


def test_of_very_many_files_none_is_read(tmp_path):
    """Which costs a teacher minutes; the one with the lab's name is the lab."""
    files = {f"{number}.py": f"{LAB}# {number}" for number in range(60)}
    for given in as_folder_and_zip(tmp_path, {**files, "a/lab.py": LAB}):
        assert find(given).path.name == "lab.py"
    assert problem(put(tmp_path / "kim", files)) == ("several_labs", "0.py, 1.py, 10.py, 11.py, 12.py, …")


@pytest.mark.parametrize(
    ("files", "lab"),
    [
        (["hw.ipynb"], "hw.ipynb"),
        (["week7/hw.ipynb", "week7/.ipynb_checkpoints/hw-checkpoint.ipynb", "notes/a.txt"], "week7/hw.ipynb"),
        (["week7/lab.ipynb", "week7/other.ipynb", "notes/a.txt"], "week7/lab.ipynb"),
        (["week7/lab.ipynb", "week8/lab.py"], "week8/lab.py"),
    ],
)
def test_a_lab_without_a_word_is_known_by_its_name(tmp_path, files, lab):
    """What Jupyter keeps for itself is nobody's."""
    for given in as_folder_and_zip(tmp_path, dict.fromkeys(files, "")):
        assert find(given).path.as_posix().endswith(lab)


@pytest.mark.parametrize("form", ["script", "notebook"])
def test_clone_of_what_is_released_is_graded(tmp_path, form):
    """What students are given, with their lab in it: of the grader's own files none counts."""
    release(tmp_path / "kim", form)
    template = next((tmp_path / "kim" / "student_template").iterdir())
    template.write_text(LAB if form == "script" else NOTEBOOK, encoding="utf-8")
    (tmp_path / "kim" / ".git").mkdir()
    (tmp_path / "kim" / ".git" / "lab.py").write_text(OTHER)
    shutil.make_archive(str(tmp_path / "lee"), "zip", tmp_path, "kim")
    for given in (tmp_path / "kim", tmp_path / "lee.zip"):
        source = find(given)
        assert source.problem is None
        assert source.path.parent.name == "student_template"
        assert "load_mnist" in source.sites
    unpacked = find(tmp_path / "lee.zip")
    assert not list(unpacked.visible.parent.rglob("test_0_data.py"))


def test_lab_beside_an_untouched_template_is_graded(tmp_path):
    """Who wrote the lab at the top of the repository has not touched the template."""
    release(tmp_path / "kim")
    put(tmp_path / "kim", {"lab.py": LAB})
    assert find(tmp_path / "kim").path == tmp_path / "kim" / "lab.py"
    put(tmp_path / "kim", {"student_template/lab.py": OTHER})
    assert problem(tmp_path / "kim") == ("several_labs", "lab.py, student_template/lab.py")


def test_archive_in_a_folder_and_in_an_archive(tmp_path):
    """As Moodle has them, and as who packs twice."""
    inner = zipped({"week7/lab.py": LAB, "week7/helper.py": HELPER})
    (tmp_path / "kim").mkdir()
    (tmp_path / "kim" / "hand in.zip").write_bytes(inner)
    (tmp_path / "kim" / "onlinetext.html").write_text("<p>see the file</p>")
    twice = zipped({"a.zip": zipped({"b.zip": inner}), "readme.md": ""})
    (tmp_path / "lee.zip").write_bytes(twice)
    for given, place in ((tmp_path / "kim", "hand in.zip/"), (tmp_path / "lee.zip", "a.zip/b.zip/")):
        source = find(given)
        assert source.problem is None
        assert (source.visible / "helper.py").is_file()
        assert source.remarks[0] == Word("found_at", {"file": f"{place}lab.py"})
        assert source.owner("lab.py") in ("kim", "lee")


def test_archives_in_archives_end(tmp_path):
    """Not even an archive that holds itself is unpacked for ever."""
    packed = zipped({"lab.py": LAB})
    for _ in range(8):
        packed = zipped({"again.zip": packed, "note.md": ""})
    (tmp_path / "kim.zip").write_bytes(packed)
    assert problem(tmp_path / "kim.zip")[0] == "no_file"


def test_archive_beside_a_lab_is_not_guessed_about(tmp_path):
    """Another version in it makes two; the same makes one."""
    put(tmp_path, {"kim/lab (1).py": LAB, "lee/lab (1).py": LAB})
    (tmp_path / "kim" / "all.zip").write_bytes(zipped({"lab.py": OTHER}))
    (tmp_path / "lee" / "all.zip").write_bytes(zipped({"lab.py": LAB}))
    assert problem(tmp_path / "kim") == ("several_labs", "lab (1).py, all.zip/lab.py")
    assert find(tmp_path / "lee").path == tmp_path / "lee" / "lab (1).py"


@pytest.mark.parametrize(
    ("name", "key"), [("lab.rar", "foreign_archive"), ("lab.7z", "foreign_archive"), ("lab.zip", "unusable_archive")]
)
def test_archive_that_nobody_here_reads_is_said(tmp_path, name, key):
    """By itself, or in a folder."""
    put(tmp_path, {name: "no archive", f"kim/{name}": "no archive"})
    assert problem(tmp_path / name) == (key, name)
    assert problem(tmp_path / "kim") == (key, name)


@pytest.mark.parametrize(
    ("files", "found"),
    [({}, "-"), ({"lab.docx": ""}, "lab.docx"), ({"readme.md": ""}, "-"), ({"lab.py.txt": ""}, None)],
)
def test_folder_without_a_lab_says_what_is_there(tmp_path, files, found):
    """And not where on this machine it lies."""
    (tmp_path / "kim").mkdir()
    put(tmp_path / "kim", files)
    assert problem(tmp_path / "kim") == ("no_file", found or "lab.py.txt")


ENVIRONMENTS = {
    "myenv/pyvenv.cfg": "home = /usr\n",
    "myenv/bin/activate_this.py": OTHER,
    "myenv/lib/python3.12/site-packages/torch/lab.py": OTHER,
    "torch_env/conda-meta/history": "",
    "torch_env/Lib/site-packages/lab.py": OTHER,
    "torch_env/Lib/abc.py": OTHER,
    "other/lib/python3.12/site-packages/lab.py": OTHER,
    "other/lib/python3.12/abc.py": OTHER,
    "node_modules/x/lab.py": OTHER,
    "__MACOSX/._lab.py": "\0",
    ".git/lab.py": OTHER,
    ".venv/lab.py": OTHER,
    "._mine.py": "\0",
}


def test_environment_by_whatever_name_is_none_of_the_lab(tmp_path):
    """It is not looked into, nor unpacked."""
    for given in as_folder_and_zip(tmp_path, {**ENVIRONMENTS, "mine.py": LAB, "env.py": "x = 1\n"}):
        source = find(given)
        assert source.path.name == "mine.py"
        if given.suffix == ".zip":
            assert {path.name for path in source.visible.rglob("*.py")} <= {"mine.py", "env.py", "._mine.py"}


@pytest.mark.parametrize("form", ["zip", "tar"])
def test_what_is_not_needed_counts_for_no_limit(tmp_path, form):
    """MNIST and a little more were too much."""
    big = bytes(30 * 2**20)
    files = {"lab.py": LAB.encode(), "MNIST/raw/train-images-idx3-ubyte": big, "MNIST/raw/x-ubyte.gz": big[:100]}
    files |= {"weights.pt": big, "small.bin": b"1", "more.bin": bytes(2**20)}
    files |= {f"myenv/lib/python3.12/site-packages/{number}.py": b"" for number in range(2_500)}
    given = tmp_path / f"kim.{form}"
    if form == "zip":
        given.write_bytes(zipped(dict(files)))
    else:
        with tarfile.open(given, "w") as packed:
            for name, content in files.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                packed.addfile(entry, io.BytesIO(content))
    source = find(given)
    left = sorted(path.name for path in source.visible.rglob("*") if path.is_file())
    assert left == ["lab.py", "more.bin", "small.bin"]


def test_archive_by_a_link_is_not_unpacked(tmp_path):
    """It may be somebody else's."""
    (tmp_path / "other.zip").write_bytes(zipped({"lab.py": LAB}))
    (tmp_path / "kim").mkdir()
    (tmp_path / "kim" / "mine.zip").symlink_to(tmp_path / "other.zip")
    assert problem(tmp_path / "kim")[0] == "no_file"


def test_locked_archive_is_said(tmp_path):
    """By its password, which nobody here knows."""
    packed = bytearray(zipped({"lab.py": LAB}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(mark) + at] |= 1
    (tmp_path / "kim.zip").write_bytes(packed)
    with pytest.raises(Unloadable) as caught:
        _ = find(tmp_path / "kim.zip").tree
    assert caught.value.failure.params["text"] == Word("archive_locked", {})


def test_names_from_korean_windows_are_read(tmp_path):
    """Its archives do not say in which encoding their names are."""
    name = "김_lab.py"
    packed = zipped({"x" * len(name.encode("cp949")): LAB})
    (tmp_path / "kim.zip").write_bytes(packed.replace(b"x" * len(name.encode("cp949")), name.encode("cp949")))
    assert find(tmp_path / "kim.zip").path.name == name


@pytest.mark.parametrize("name", ["kim", "kim.minsu.zip", "kim.minsu.py"])
def test_owner_is_the_name_that_was_given(tmp_path, name):
    """Not what a link leads to, and with its dots."""
    put(tmp_path / "student_template", {"lab.py": LAB})
    (tmp_path / "mine.zip").write_bytes(zipped({"lab.py": LAB}))
    target = {"kim": "student_template", "kim.minsu.zip": "mine.zip", "kim.minsu.py": "student_template/lab.py"}[name]
    (tmp_path / name).symlink_to(tmp_path / target)
    assert find(tmp_path / name).owner("lab.py") == name.removesuffix(".zip").removesuffix(".py")


def test_nothing_unpacked_is_left(tmp_path):
    """Not by a process that ends, however it found its lab."""
    (tmp_path / "kim.zip").write_bytes(zipped({"a.zip": zipped({"lab (1).py": LAB})}))
    (tmp_path / "scratch").mkdir()
    code = "import pathlib, sys; from graders.harness.source.source import Source; "
    code += "s = Source.find(pathlib.Path(sys.argv[1]), 'lab.py'); assert 'scratch' in str(s.visible)"
    environment = {**os.environ, "TMPDIR": str(tmp_path / "scratch")}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "kim.zip")], check=True, env=environment)
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="needs nurseries")
def test_judge_that_was_forked_leaves_nothing(tmp_path, warm):
    """It ends without what Python does at a process's end, so it clears up itself."""
    (tmp_path / "kim.zip").write_bytes(zipped({"lab.ipynb": notebook("x = 1")}))
    report = tmp_path / "report"
    given = judging.arguments(tmp_path / "kim.zip", warm, SPEC, "--report-dir", str(report), "--no-page")
    code, output = judging.run([*given, "-p", "no:benchmark"], warm, SPEC)
    assert (code, (report / "report.json").is_file()) == (1, True), output
    assert not [path for path in warm.judges.parent.rglob("*") if path.name.startswith("submission-")]
