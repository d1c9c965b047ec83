"""Write the instructor's half of a course: the copy of the grader that grades, its secrets, and its pipelines."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from graders.harness.base.errors import ConfigurationError

from . import course_secrets

if TYPE_CHECKING:
    import argparse

PACKAGE = Path(__file__).parents[2]
ROOT = PACKAGE.parent
FILES = Path(__file__).with_name("course_files")
COPIED = ("conftest.py", "constraints.txt", "pyproject.toml", "LICENSE", "SECURITY.md", ".gitignore")
FOLDERS = (PACKAGE.name, "reference", "student_template")
PLACEHOLDER = "OWNER/COURSE"
STUDENTS, COURSE, PIPELINE = "students", "course", "pipeline"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say what the course's half is to hold."""
    parser.add_argument(
        "--course",
        metavar="OWNER/NAME",
        default=PLACEHOLDER,
        help="where the course's half will lie, on GitHub or GitLab",
    )
    parser.add_argument("--private", type=Path, metavar="FOLDER", help="for course: checks of your own")
    parser.add_argument("--grading-seed", metavar="N", help="for course: its seed (default: one is drawn)")


def expect_address(given: str) -> None:
    """Raise ConfigurationError for what is no repository's address."""
    if not re.fullmatch(r"\w[\w.-]*(/\w[\w.-]*)+", given, re.ASCII):
        raise ConfigurationError(f"--course {given}: give OWNER/NAME, as in its address")


def write(target: Path, address: str, rubric: Path | None, private: Path | None, seed: int | None) -> None:
    """Write the course's half and its pipeline beside the students' repository, and have that call them.

    Raises ConfigurationError where this is no full checkout or `private` holds no checks, OSError.
    """
    course = target / COURSE
    course.mkdir(parents=True)
    missing = [name for name in (*COPIED, *FOLDERS) if not (ROOT / name).exists()]
    if missing:
        raise ConfigurationError(f"this is no full checkout of the grader: {', '.join(missing)} missing from {ROOT}")
    for name in COPIED:
        shutil.copyfile(ROOT / name, course / name)
    for name in FOLDERS:
        shutil.copytree(
            ROOT / name, course / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "MNIST*")
        )
    course_secrets.add(course, rubric, private, seed)
    for name in (COURSE, PIPELINE, STUDENTS):
        shutil.copytree(FILES / name, target / name, dirs_exist_ok=True)
        for path in (FILES / name).rglob("*"):
            if path.is_file():
                _address(target / name / path.relative_to(FILES / name), address)


def _address(path: Path, address: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(PLACEHOLDER, address), encoding="utf-8")
