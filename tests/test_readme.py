"""README.md shows today's grader, and whoever starts at its table gets on."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pictured
import pytest
from pictured import COMMAND, PICTURES
from PIL import Image

from graders.__main__ import COMMANDS

if TYPE_CHECKING:
    from graders.commands.judging import Nurseries

pytest_plugins = ["grading"]

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "README.md").read_text(encoding="utf-8")
LARGEST = 150_000  # bytes of a picture, for whoever reads on a phone
PNGS = ("page-light.png", "page-dark.png")
WHO = ("a student", "a teacher", "a TA on a cluster", "a contributor")
again = f"the pictures in README.md are of another day's grader; draw them again: {COMMAND}"


def svg() -> str:
    """Return the picture of the terminal."""
    return (PICTURES / "terminal.svg").read_text(encoding="utf-8")


def test_pictures_are_shown_and_small() -> None:
    """Both have words for whoever does not see them, and the page is there for a dark and for a light GitHub."""
    shown = re.findall(r'(?:src|srcset)="(docs/pictures/[^"]+)"', PAGE)
    assert sorted(Path(path).name for path in shown) == sorted(["terminal.svg", *PNGS])
    assert len(re.findall(r'<img [^>]*alt="[^"]{20,}"', PAGE)) == 2
    assert all((ROOT / path).stat().st_size <= LARGEST for path in shown)
    assert "prefers-color-scheme: dark" in PAGE


def test_picture_of_the_terminal_loads_nothing() -> None:
    """GitHub shows no SVG that asks others for a font."""
    assert not re.search(r"@import|@font-face|<script|href=\"http|url\((?!#)", svg())


def test_pictures_of_the_page_are_of_the_words_beside_them() -> None:
    """A PNG drawn at another time than its words has another hash."""
    said = pictured.hashed((PICTURES / "page.txt").read_text(encoding="utf-8").splitlines())
    for name in PNGS:
        with Image.open(PICTURES / name) as picture:
            assert picture.info[pictured.SAYS] == said, again


@pytest.mark.sample
def test_pictures_are_of_todays_grader(tmp_path: Path, mnist_root: Path, warm: Nurseries) -> None:
    """The same lab, graded now, says the same in the terminal and on the page."""
    report = pictured.graded(tmp_path, mnist_root, warm)
    assert pictured.lines_in_svg(svg()) == pictured.lines(pictured.terminal_of(report)), again
    assert (PICTURES / "page.txt").read_text(encoding="utf-8").splitlines() == pictured.lines_in_page(
        pictured.page_of(report)
    ), again


def test_another_message_makes_another_picture() -> None:
    """Else the test above would prove nothing: a word, its order and its points count, a measured number does not."""
    said = pictured.lines_in_svg(pictured.svg_of("\033[1mloss\033[0m: summed\n  got  4.58698261\ndata  8.0 / 8"))
    assert said == pictured.lines("loss: summed\ngot 4.58698262\n\ndata 8.0 / 8")
    for other in ("loss: sums\n got 1.0000\n data 8.0 / 8", "loss: summed\n got 1.0000\n data 7.0 / 8"):
        assert said != pictured.lines(other)


def starts() -> dict[str, list[str]]:
    """Return the lines of each row of the table of who starts where."""
    (table,) = re.findall(r"## Where to start\n.*?\|---\|---\|\n(.*?)\n\n", PAGE, re.DOTALL)
    rows = [re.fullmatch(r"\| (.*?) \| (.*) \|", row) for row in table.splitlines()]
    return {row[1]: row[2].split("<br>") for row in rows if row}


def commands(who: str) -> list[str]:
    """Return the commands that somebody starts with."""
    return [found[1] for line in starts()[who] if (found := re.match(r"`([^`]+)`:", line))]


def test_everybody_starts_in_few_lines() -> None:
    """Four of them, each with some commands; what is no command leads on."""
    assert tuple(starts()) == WHO
    for who, lines in starts().items():
        assert len(lines) <= 5
        assert len(commands(who)) >= 3
        assert [line for line in lines if not line.startswith(("`", "["))] == []


def test_options_that_the_table_types_are_there() -> None:
    """A command's module knows each; of Dask's and pytest's, these themselves."""
    texts = {
        "pytest": (ROOT / "graders" / "harness" / "session" / "outputs.py").read_text(encoding="utf-8"),
        **{
            name: (ROOT / "graders" / "commands" / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
            for name, (module, *_) in COMMANDS.items()
        },
    }
    for who in WHO:
        for line in commands(who):
            program, *given = shlex.split(line)
            if program == "dask":
                expect_dask_knows(given)
                continue
            name = given[2] if program == "python" else program
            if name == ".ci/run":
                assert os.access(ROOT / name, os.X_OK)
                continue
            known = {"--cov"} if name == "pytest" else set()
            for option in (word for word in given if word.startswith("--")):
                assert option in known or f'"{option}"' in texts[name], line


def expect_dask_knows(given: list[str]) -> None:
    """Expect options and values as Click wants them, and options that Dask has."""
    dask_scheduler = pytest.importorskip("distributed.cli.dask_scheduler")
    dask_worker = pytest.importorskip("distributed.cli.dask_worker")
    program = {"scheduler": dask_scheduler.main, "worker": dask_worker.main}[given[0]]
    program.make_context(given[0], given[1:])
    known = {name for option in program.params for name in (*option.opts, *option.secondary_opts)}
    assert {word for word in given if word.startswith("--")} <= known


@pytest.mark.sample
@pytest.mark.skipif(os.name != "posix", reason="a copy of the repository, as somebody has it on POSIX")
def test_student_and_teacher_start_as_the_table_says(tmp_path: Path) -> None:
    """Each of their commands, as it stands there, in a fresh copy; `watch` has tests of its own, which end it."""
    place = tmp_path / "copy"
    for name in ("graders", "reference", "student_template"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copyfile(path, place / path.name)
    (place / "class").mkdir()
    shutil.copyfile(ROOT / "student_template" / "lab.py", place / "class" / "kim.py")
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    variables = {**os.environ, "PATH": programs, "PYTHONPATH": str(place)}
    said = {}
    for line in [*commands("a student"), *commands("a teacher"), "python -m graders template"]:
        if "watch" in line:
            continue
        done = subprocess.run(
            shlex.split(line), cwd=place, env=variables, capture_output=True, encoding="utf-8", check=False, timeout=300
        )
        assert done.returncode == (1 if line.startswith("pytest") else 0), f"{line}\n{done.stdout}{done.stderr}"
        said[line] = done.stdout
    assert "write load_mnist" in said["pytest graders"]
    assert (place / "report" / "report.html").is_file()
    assert "kim" in said["python -m graders gradebook marks list"]
