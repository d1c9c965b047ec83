"""The students' repository: what it holds, and that it grades."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from graders.commands.teacher import release
from graders.harness.base.errors import ConfigurationError
from graders.harness.source import released

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the students' repository once."""
    target = tmp_path_factory.mktemp("release") / "students"
    command = [sys.executable, "-m", "graders", "release", str(target)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture(scope="module")
def with_notebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the students' repository once in its other form, with an address."""
    target = tmp_path_factory.mktemp("release") / "notebooks"
    options = ["--form", "notebook", "--repository", "kim/lab-7-2"]
    assert release.main([str(target), *options]) == 0
    return target


def bare() -> dict[str, str]:
    """Return the environment with nothing of this checkout on the path."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def grade(repository: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `pytest graders` as a student does."""
    command = [sys.executable, "-m", "pytest", "graders", "-p", "no:cacheprovider", *options]
    return subprocess.run(command, cwd=repository, env=bare(), capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "LICENSE",
        "pyproject.toml",
        "constraints.txt",
        "conftest.py",
        ".gitignore",
        ".github/workflows/grade.yml",
        ".gitlab-ci.yml",
        "student_template/lab.py",
        "graders/rubric.toml",
        "graders/messages/en/checks.toml",
        "graders/harness/messages/en/engine.toml",
        "graders/test_0_data.py",
    ],
)
def test_students_get_what_they_need(repository: Path, name: str) -> None:
    """The repository has the template, the graders and what they need to run."""
    assert (repository / name).is_file()


def test_students_get_no_solution(repository: Path) -> None:
    """Neither the reference nor the tests with their corpora are in it, nor the files that only instructors use."""
    names = {path.relative_to(repository).parts[0] for path in repository.rglob("*")}
    assert not names & {"reference", "tests", "benchmarks"}
    assert not list(repository.rglob("release.py")) + list(repository.rglob("__pycache__"))


def test_commands_are_told_that_are_there(repository: Path) -> None:
    """`python -m graders` lists the commands that students have, and takes an instructor's for an unknown one."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "graders", *arguments]
        return subprocess.run(command, cwd=repository, env=bare(), capture_output=True, text=True, check=False)

    listed = re.findall(r"(?m)^  (\w+) ", run("--help").stdout)
    assert listed == ["bench", "report", "watch"]
    assert all((repository / "graders" / "commands" / f"{name}.py").is_file() for name in listed)
    unknown = run("release", "anywhere")
    assert (unknown.returncode, unknown.stderr) == (2, "")
    assert unknown.stdout == run("--help").stdout


def test_untouched_template_scores_nothing_there(repository: Path, tmp_path: Path) -> None:
    """`pytest graders` in the fresh repository grades the template: 0 points, and says which function to write."""
    done = grade(repository, "--report-dir", str(tmp_path))
    assert done.returncode == 1
    assert "write load_mnist" in done.stdout
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["score"] == 0


def test_untouched_notebook_is_graded_like_the_untouched_script(with_notebook: Path, tmp_path: Path) -> None:
    """The cells at its end, which run the lab, cost and earn nothing; the place of what is to be written is a cell."""
    done = grade(with_notebook, "--report-dir", str(tmp_path))
    assert done.returncode == 1
    assert "write load_mnist (lab.ipynb, cell 6, line 1)" in done.stdout
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["score"] == 0


def test_the_reference_gets_full_marks_there(repository: Path, tmp_path: Path) -> None:
    """A whole lab handed in to the students' repository is graded by it, without anything of this checkout."""
    options = ["--benchmark-disable", "--no-page"]  # speed is looked at elsewhere
    done = grade(repository, "--submission", str(ROOT / "reference"), "--report-dir", str(tmp_path), *options)
    assert done.returncode == 0, done.stdout
    assert "warning" not in done.stdout  # of pytest's, which are no student's
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["score"] == report["max_score"] > 0


def test_students_get_the_form_that_was_asked_for(repository: Path, with_notebook: Path) -> None:
    """Either form is there alone, and what the students read speaks of no other."""
    assert [path.name for path in (repository / "student_template").iterdir()] == ["lab.py"]
    assert [path.name for path in (with_notebook / "student_template").iterdir()] == ["lab.ipynb"]
    read = (with_notebook / "README.md", with_notebook / ".github" / "workflows" / "grade.yml")
    assert not [path for path in read if "lab.py" in path.read_text(encoding="utf-8")]
    assert "lab.ipynb" in read[0].read_text(encoding="utf-8")
    others = {path.relative_to(repository) for path in repository.rglob("*")}
    assert {path.relative_to(with_notebook) for path in with_notebook.rglob("*")} - others == {
        Path("student_template", "lab.ipynb")
    }


def test_the_notebook_knows_where_it_is_handed_out(with_notebook: Path) -> None:
    """The address that was given is in its button and its first cell."""
    text = (with_notebook / "student_template" / "lab.ipynb").read_text(encoding="utf-8")
    assert "colab.research.google.com/github/kim/lab-7-2/blob/main/student_template/lab.ipynb" in text
    assert "git+https://github.com/kim/lab-7-2@main" in text


def test_an_address_that_is_none_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    """A slip in the address leaves no half of a repository behind."""
    with pytest.raises(ConfigurationError, match="give OWNER/NAME"):
        release.main([str(tmp_path / "students"), "--form", "notebook", "--repository", "lab-7-2"])
    assert not (tmp_path / "students").exists()


def test_nothing_is_missing_where_it_is_installed_from_its_address(repository: Path) -> None:
    """Colab installs the grader as a package: the package has the files that are no Python, too."""
    import tomllib

    project = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["*"]
    files = [
        path for path in (repository / "graders").rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")
    ]
    assert files
    assert [path.name for path in files if not any(path.match(pattern) for pattern in patterns)] == []


def test_its_dependencies_are_those_of_the_grader(repository: Path) -> None:
    """The students' pyproject.toml asks for the packages that ours asks for."""
    import tomllib

    ours, theirs = (
        tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
        for folder in (ROOT, repository)
    )
    assert theirs == ours


@pytest.mark.parametrize(
    "change", ["graders/rubric.toml", "graders/test_4_loss.py", "conftest.py", "graders/more.py", "pytest.ini"]
)
def test_what_is_changed_in_a_students_copy_is_known(repository: Path, tmp_path: Path, change: str) -> None:
    """By a list of what was given: a file that is another, one more, one that pytest would obey."""
    copy = tmp_path / "copy"
    shutil.copytree(repository, copy)
    assert released.altered(copy / "graders") == ()
    with (copy / change).open("a", encoding="utf-8") as file:
        file.write("# mine\n")
    assert released.altered(copy / "graders") == (change,)


def test_what_tools_leave_in_a_copy_is_no_change(repository: Path, tmp_path: Path) -> None:
    """Compiled files, other ends of lines as git writes them on Windows, a teacher's checkout without a list."""
    copy = tmp_path / "copy"
    shutil.copytree(repository, copy)
    rubric = copy / "graders" / "rubric.toml"
    rubric.write_bytes(rubric.read_bytes().replace(b"\n", b"\r\n"))
    (copy / "graders" / "__pycache__").mkdir(exist_ok=True)
    (copy / "graders" / "__pycache__" / "spec.pyc").touch()
    (copy / "student_template" / "lab.py").write_text("mine", encoding="utf-8")
    assert released.altered(copy / "graders") == ()
    (copy / "graders" / "manifest.json").write_text("[]", encoding="utf-8")
    assert released.altered(copy / "graders") == ("graders/manifest.json",)
    assert released.altered(ROOT / "graders") == ()


def test_of_many_changes_the_first_are_named(repository: Path, tmp_path: Path) -> None:
    """Whoever replaced the whole grader is not told of 300 files."""
    copy = tmp_path / "copy"
    shutil.copytree(repository, copy)
    shutil.rmtree(copy / "graders" / "messages")
    assert released.altered(copy / "graders")[-1] == "…"
    assert len(released.altered(copy / "graders")) == released.SHOWN + 1


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    """Nothing of the teacher's is overwritten."""
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="is not empty"):
        release.release(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
