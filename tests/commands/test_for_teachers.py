"""docs/for-teachers.md word for word: every command in it is run; services, and what installs, are made up."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import ci
import pytest
from grading import hurried

from graders.__main__ import COMMANDS
from graders.harness.walls import levels

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "for-teachers.md").read_text(encoding="utf-8")
NEEDED = ("graders", "reference", "student_template")
MOST = 10  # commands from a fresh clone to a row in the gradebook
posix = pytest.mark.skipif(os.name != "posix", reason="the commands are those of a POSIX shell")
GH = """#!/bin/sh
# gh, as far as the page needs it: repositories are bare ones below $HUB
echo "gh $*" >> "$ASKED"
case "$1 $2" in
  "repo create") git clone -q --bare "$6" "$HUB/$3.git" ;;
  "classroom clone") mkdir -p "$7"; for made in "$HUB"/OWNER/lab-*.git; do
    git clone -q "$made" "$7/$(basename "$made" .git)"; done ;;
  "secret set") ;;
  *) exit 2 ;;
esac
"""
PYTHON3 = """#!/bin/sh
[ "$1 $2" = "-m venv" ] && mkdir -p "$3/bin" && touch "$3/bin/activate" && exit 0
exec python "$@"
"""
PIP = '#!/bin/sh\necho "pip $*" >> "$ASKED"\n'


def commands(name: str) -> list[str]:
    """Return the lines of the page's block of that name."""
    (block,) = re.findall(rf"<!-- run: {name} -->\n```sh\n(.*?)```", PAGE, re.DOTALL)
    return [line for line in block.splitlines() if line]


def written(name: str) -> str:
    """Return the page's file of that name."""
    (text,) = re.findall(rf"<!-- file: {re.escape(name)} -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    return str(text)


@dataclass
class Teacher:
    """Somebody who follows the page in a fresh clone; `place` is the folder that their shell is in."""

    clone: Path
    hub: Path
    place: Path
    variables: dict[str, str]
    typed: list[str] = field(default_factory=list)

    def type(self, line: str) -> str:
        """Type a line as it stands there, in the shell's folder; returns what is printed."""
        where = self.hub.parent / "where.txt"
        script = f'cd "$PLACE"\n{line}\ncode=$?\npwd > "{where}"\nexit $code\n'
        done = subprocess.run(
            ["bash", "-c", script],
            env={**self.variables, "PLACE": str(self.place)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        self.place = Path(where.read_text(encoding="utf-8").strip())
        self.typed.append(line)
        return done.stdout

    def follow(self, name: str) -> str:
        """Type a block, line by line; returns what the last one printed."""
        return [self.type(line) for line in commands(name)][-1]


@pytest.fixture
def teacher(tmp_path: Path) -> Teacher:
    """Return a teacher with a fresh clone and made-up services."""
    clone, hub, programs = tmp_path / "clone", tmp_path / "hub", tmp_path / "bin"
    for name in NEEDED:
        shutil.copytree(ROOT / name, clone / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copyfile(path, clone / path.name)
    rubric = clone / "graders" / "rubric.toml"
    rubric.write_text(hurried(rubric.read_text(encoding="utf-8")), encoding="utf-8")
    (hub / "OWNER").mkdir(parents=True)
    programs.mkdir()
    for name, text in {"gh": GH, "python3": PYTHON3, "pip": PIP}.items():
        (programs / name).write_text(text, encoding="utf-8")
        (programs / name).chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not ci.DROPPED.match(name)}
    found_in = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])
    git = {f"GIT_{who}_{what}": "kim" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    git |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_CONFIG_COUNT": "2"}
    for number, host in enumerate(("https://github.com/", "https://gitlab.com/")):
        git |= {f"GIT_CONFIG_KEY_{number}": f"url.{hub}/.insteadOf", f"GIT_CONFIG_VALUE_{number}": host}
    own = {"PATH": found_in, "HUB": str(hub), "ASKED": str(tmp_path / "asked.txt")}
    return Teacher(clone, hub, clone, {**kept, **git, **own})


def forked(teacher: Teacher) -> Path:
    """Have a student's repository made of the assignment's, as Classroom does when it is accepted."""
    made = teacher.hub / "OWNER" / "lab-kim.git"
    shutil.copytree(teacher.hub / "OWNER" / "LAB.git", made)
    return made


def change(repository: Path) -> None:
    """Write a little, as a student does: nothing that a worker would be started for."""
    lab = repository / "student_template" / "lab.py"
    lab.write_text(f"{lab.read_text(encoding='utf-8')}\n# more tomorrow\n", encoding="utf-8")


def test_every_block_of_commands_is_followed_here() -> None:
    """None of them is for show: each has a name, by which the tests below run it."""
    named = set(re.findall(r"<!-- run: (\w+) -->\n```sh\n", PAGE))
    assert len(named) == PAGE.count("```sh")
    assert named == {"begin", "github", "student", "marks", "gitlab", "gradescope", "private"}


def test_from_a_clone_to_a_row_it_takes_few_commands() -> None:
    """What is only for one learning system, the export, comes after the row is there."""
    lines = [line for name in ("begin", "github", "student", "marks") for line in commands(name)]
    assert lines[-1].startswith("python -m graders gradebook")
    assert len(lines) - 1 <= MOST


def test_options_that_the_page_types_are_there() -> None:
    """Commands of ours, with options that these have."""
    lines = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
    ours = [words for line in lines if (words := line.split())[:3] == ["python", "-m", "graders"]]
    assert {words[3] for words in ours} == {"release", "batch", "gradebook", "gradescope"}
    for words in ours:
        module = ROOT / "graders" / "commands" / f"{COMMANDS[words[3]][0].replace('.', '/')}.py"
        texts = module.read_text(encoding="utf-8") + module.with_name("course.py").read_text(encoding="utf-8")
        assert [word for word in words if word.startswith("--") and f'"{word}"' not in texts] == []


@posix
def test_an_archive_for_gradescope_is_built(teacher: Teacher) -> None:
    """One command, in a fresh clone."""
    teacher.follow("gradescope")
    with zipfile.ZipFile(teacher.clone / "autograder.zip") as archive:
        assert {"setup.sh", "run_autograder", "seed", "graders/rubric.toml"} <= set(archive.namelist())


@posix
@pytest.mark.sample
def test_github_classroom_from_nothing_to_a_row(teacher: Teacher, tmp_path: Path) -> None:
    """A student's repository, a push that is graded by the course's copy, and a row for Canvas."""
    if levels.find_maker()[0] is None:
        pytest.skip("needs the sandbox, without which a course's pipeline gives no grade")
    teacher.follow("begin")
    teacher.follow("github")
    forked(teacher)
    clone, commit = commands("student")
    teacher.type(clone)
    change(teacher.place)
    teacher.type(commit)
    pushed, machine = tmp_path / "pushed", tmp_path / "machine"
    machine.mkdir()
    for name, address in {"pushed": "lab-kim", "course": "COURSE"}.items():
        subprocess.run(["git", "clone", "-q", teacher.hub / "OWNER" / f"{address}.git", tmp_path / name], check=True)
    job = ci.on_github_of_a_course(pushed, {"OWNER/COURSE": tmp_path / "course"}, machine)
    assert "write load_mnist" in job.output, job.output
    assert "# more tomorrow" in (job.workspace / "handed-in" / "student_template" / "lab.py").read_text(
        encoding="utf-8"
    )
    *_, points = ci.commands(job.output)
    assert json.loads(points.rpartition("::")[2]) == {"totalPoints": 0.0, "maxPoints": 100.0}
    teacher.place = teacher.clone
    teacher.follow("marks")
    rows = list(csv.DictReader((teacher.clone / "marks.csv").read_text(encoding="utf-8").splitlines()))
    assert any("lab-kim" in row.values() for row in rows), rows


@posix
@pytest.mark.sample
def test_gitlab_from_nothing_to_a_graded_push(teacher: Teacher, tmp_path: Path) -> None:
    """Three projects, and a push of a student's that the pipeline grades."""
    if levels.find_maker()[0] is None:
        pytest.skip("needs the sandbox, without which a course's pipeline gives no grade")
    for name in ("COURSE", "COURSE-pipeline", "LAB"):  # which GitLab makes when they are pushed to
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", teacher.hub / "OWNER" / f"{name}.git"], check=True)
    teacher.follow("begin")
    teacher.follow("gitlab")
    forked(teacher)
    for name in ("lab-kim", "COURSE", "COURSE-pipeline"):
        subprocess.run(["git", "clone", "-q", teacher.hub / "OWNER" / f"{name}.git", tmp_path / name], check=True)
    change(tmp_path / "lab-kim")
    subprocess.run(
        ["git", "commit", "-q", "-a", "-m", "-"], cwd=tmp_path / "lab-kim", env=teacher.variables, check=True
    )
    (tmp_path / "machine").mkdir()
    job = ci.on_gitlab_of_a_course(
        tmp_path / "lab-kim",
        {"OWNER/COURSE-pipeline": tmp_path / "COURSE-pipeline"},
        tmp_path / "COURSE",
        tmp_path / "machine",
    )
    assert "write load_mnist" in job.output, job.output
    assert {"report.html", "junit.xml"} <= {path.name for path in (job.workspace / "report").iterdir()}


@posix
@pytest.mark.sample
def test_the_check_on_the_page_passes_the_reference(teacher: Teacher) -> None:
    """And counts: five points more, for everybody who has written what the page says."""
    (teacher.clone / "private").mkdir()
    rubric = (teacher.clone / "graders" / "rubric.toml").read_text(encoding="utf-8")
    (teacher.clone / "private" / "test_twins.py").write_text(written("private/test_twins.py"), encoding="utf-8")
    added = written("private/rubric.toml, at the end")
    (teacher.clone / "private" / "rubric.toml").write_text(f"{rubric}\n{added}", encoding="utf-8")
    said = teacher.follow("private")
    assert "105.0 / 105" in said, said
