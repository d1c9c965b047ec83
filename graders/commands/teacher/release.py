"""Write the students' repository: template, graders and what they need to run, without reference and tests.

For a course, the instructor's half is written beside it: what grades, and what students do not hold.
"""

from __future__ import annotations

import argparse
import shutil
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from graders.harness.base import packed
from graders.harness.base.errors import ConfigurationError
from graders.harness.judge.asked import expect_there
from graders.harness.judge.rubric import load_rubric
from graders.harness.source import released
from graders.spec import SPEC

from . import course, notebook
from .runs.seeding import given_seed
from .script import REFERENCE

if TYPE_CHECKING:
    from collections.abc import Sequence

PACKAGE = Path(__file__).parents[2]
ROOT = PACKAGE.parent
STUDENT_FILES = Path(__file__).with_name("student_files")  # what only the students' repository has
NOTEBOOK_FILES = Path(__file__).with_name("notebook_files")  # what takes their place where students write a notebook
COPIED = ("conftest.py", "constraints.txt", "LICENSE", "SECURITY.md", ".gitignore")
SOLUTIONS = tuple(f"child/{name}.py" for name in ("standins", "yardstick", "elsewhere"))  # students get these packed
INSTRUCTORS = Path(__file__).parent  # of no use to students


class Form(StrEnum):
    """What students write."""

    SCRIPT = "script"
    NOTEBOOK = "notebook"


TEMPLATES = {Form.SCRIPT: "student_template/lab.py", Form.NOTEBOOK: "student_template/lab.ipynb"}


class For(StrEnum):
    """Whom a release is for."""

    STUDENTS = "students"
    COURSE = "course"  # and students


def release(
    target: Path,
    form: Form = Form.SCRIPT,
    repository: notebook.Repository | None = None,
    rubric: Path | None = None,
) -> None:
    """Write the students' repository into `target`, a new or empty folder, with a template of that form.

    `repository` is where they will find it, for a notebook's button and its first cell. `rubric` is another one than
    the usual.

    Raises ConfigurationError where `target` holds anything already, cannot be written, this is no full checkout, or the
    rubric asks for what nobody wrote.
    """
    if rubric:
        expect_there(load_rubric(rubric, SPEC.thresholds, SPEC.tiers), rubric, SPEC)
    try:
        expect_empty(target)
        target.mkdir(parents=True, exist_ok=True)
        _copy(target, form)
        if form is Form.NOTEBOOK and repository:
            notebook.write_notebook(REFERENCE, target / TEMPLATES[form], repository)
        if rubric:
            shutil.copyfile(rubric, target / PACKAGE.name / "rubric.toml")
        released.write(target / PACKAGE.name)
    except OSError as error:
        raise ConfigurationError(f"{error.filename or target}: {error.strerror}") from None


def expect_empty(target: Path) -> None:
    """Raise ConfigurationError where a folder holds anything, OSError where that cannot be seen."""
    if target.exists() and any(target.iterdir()):
        raise ConfigurationError(f"{target} is not empty: give a new folder, so that nothing of yours is overwritten")


def _copy(target: Path, form: Form) -> None:
    copied = (TEMPLATES[form], *COPIED)
    missing = [name for name in copied if not (ROOT / name).is_file()]
    if missing:
        raise ConfigurationError(f"this is no full checkout of the grader: {', '.join(missing)} missing from {ROOT}")
    for name in copied:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target / name)
    shutil.copytree(PACKAGE, target / PACKAGE.name, ignore=_left_out)
    for name in SOLUTIONS:
        packed.pack(target / PACKAGE.name / name)
    shutil.copytree(STUDENT_FILES, target, dirs_exist_ok=True)
    if form is Form.NOTEBOOK:
        shutil.copytree(NOTEBOOK_FILES, target, dirs_exist_ok=True)
    template = (target / "pyproject.toml").read_text(encoding="utf-8")
    (target / "pyproject.toml").write_text(template.replace("dependencies = []", _dependencies()), encoding="utf-8")


def _left_out(folder: str, names: list[str]) -> set[str]:
    """Return what of a folder students do not get."""
    return {name for name in names if name == "__pycache__" or Path(folder, name) == INSTRUCTORS}


def _dependencies() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    rows = "".join(f'    "{requirement}",\n' for requirement in project["dependencies"])
    return f"dependencies = [\n{rows}]"


def main(arguments: Sequence[str]) -> int:
    """Run `python -m graders release DIR`."""
    parser = argparse.ArgumentParser(prog="python -m graders release", description=__doc__)
    parser.add_argument("target", type=Path, metavar="DIR", help="a new or empty folder")
    parser.add_argument(
        "--form", type=Form, choices=list(Form), default=Form.SCRIPT, help="what students write (default: %(default)s)"
    )
    notebook.add_options(parser)
    parser.add_argument("--rubric", type=Path, metavar="FILE", help="points and who sees which part")
    parser.add_argument(
        "--for",
        type=For,
        choices=list(For),
        default=For.STUDENTS,
        dest="whom",
        help="course: with what grades them, too",
    )
    course.add_options(parser)
    options = parser.parse_args(arguments)
    if options.whom is For.COURSE:
        _for_course(options)
        return 0
    release(options.target, options.form, notebook.repository_of(options), options.rubric)
    print(f"The students' repository is in {options.target}. Try it: cd {options.target} && pytest graders")
    return 0


def _for_course(options: argparse.Namespace) -> None:
    """Write both halves of a course."""
    target: Path = options.target
    repository = notebook.repository_of(options)
    course.expect_address(options.course)
    seed = given_seed(options.grading_seed, None)
    try:
        expect_empty(target)
        release(target / course.STUDENTS, options.form, repository, options.rubric)
        course.write(target, options.course, options.rubric, options.private, seed)
    except OSError as error:
        raise ConfigurationError(f"{error.filename or target}: {error.strerror}") from None
    print(f"{target / course.STUDENTS}: the students' repository")
    print(f"{target / course.COURSE}: what grades it; keep it from students")
    print(f"{target / course.PIPELINE}: for GitLab, a project that students may read")
    if options.course == course.PLACEHOLDER:
        print(f"Put your own address in the place of {course.PLACEHOLDER} in these, or say --course OWNER/NAME.")
