"""Both halves of a course: the course's own copy grades a push, and nothing else of a student's repository counts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import ci
import pytest
from corpus import BUGS, bug_source
from grading import hurried

from graders.commands.teacher import course, course_secrets, gradescope, on_push, release
from graders.harness.base import seeds
from graders.harness.base.errors import ConfigurationError
from graders.harness.walls import levels

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

posix = pytest.mark.skipif(os.name != "posix", reason="the pipelines run on Linux")
ADDRESS = "kim/lab-7-2"
SEED = "31415926535"
OWN = '''
import numpy as np
import pytest
from graders.harness.judge import expect
from graders.measuring import measure

pytestmark = pytest.mark.part("twins")

def test_twins_cost_what_one_costs(lab):
    """Two equal images cost what one of them costs."""
    logits, labels = np.eye(10, dtype=np.float32)[:1], np.array([3])
    one = expect.number(measure.cost(lab, logits, labels))
    two = expect.number(measure.cost(lab, np.tile(logits, (2, 1)), np.tile(labels, 2)))
    assert abs(two - one) < 1e-4, "twins cost more than one of them"
'''
PART = """
[parts.twins]
points = 5
functions = ["build_criterion"]
visibility = "hidden"
[parts.twins.checks]
test_twins_cost_what_one_costs = 1
"""


@pytest.fixture(scope="module")
def halves(once: Callable[..., Path]) -> Path:
    """Write both halves once, with a hidden check, as git repositories."""

    def fill(folder: Path) -> None:
        private = folder / "private"
        private.mkdir()
        rubric = hurried(Path("graders/rubric.toml").read_text(encoding="utf-8"))
        (private / "test_twins.py").write_text(OWN, encoding="utf-8")
        (private / "rubric.toml").write_text(rubric + PART, encoding="utf-8")
        options = ["--for", "course", "--course", ADDRESS, "--private", str(private), "--grading-seed", SEED]
        assert release.main([str(folder / "lab"), *options]) == 0
        ci.pushed(folder / "lab" / "course")

    return once("course", fill) / "lab"


def students(halves: Path, folder: Path, lab: str | None = None) -> Path:
    """Return a student's repository, perhaps with a lab in it."""
    repository = folder / "student"
    shutil.copytree(halves / "students", repository)
    if lab is not None:
        (repository / "student_template" / "lab.py").write_text(lab, encoding="utf-8")
    return repository


def texts(folder: Path) -> dict[str, str]:
    found = [path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8", errors="replace") for path in found}


def test_the_course_has_all_and_students_have_no_secret(halves: Path) -> None:
    """The copy that grades is whole and readable; neither its seed nor the hidden check is anywhere else."""
    ours = texts(halves / "course")
    whole = {
        "graders/child/standins.py",
        "reference/lab.py",
        "graders/commands/teacher/batch.py",
        "private/test_twins.py",
    }
    assert whole <= ours.keys()
    assert ours["seed"].strip() == SEED
    assert "graders/manifest.json" not in ours
    for half in ("students", "pipeline"):
        held = texts(halves / half)
        assert [name for name, text in held.items() if SEED in text or "twins" in text] == []


def test_a_seed_is_drawn_for_each_course(tmp_path: Path) -> None:
    """Nobody chooses it, and it is none that can be found by trying."""
    drawn = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        course_secrets.add(tmp_path / name, None, None, None)
        drawn.append(int((tmp_path / name / "seed").read_text(encoding="ascii")))
    assert drawn[0] != drawn[1]
    assert min(drawn) >= seeds.SMALL


@pytest.mark.parametrize("command", [gradescope, release], ids=["gradescope", "release"])
@pytest.mark.parametrize("given", ["random", None, "7"])
def test_a_seed_is_said_as_to_every_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: ModuleType, given: str | None
) -> None:
    """None is made of `random`, so that one is drawn."""
    seen: list[object] = []
    monkeypatch.setattr(gradescope, "build", lambda *told: seen.append(told[-1]))
    monkeypatch.setattr(course, "write", lambda *told: seen.append(told[-1]))
    monkeypatch.setattr(release, "release", lambda *_: None)
    options = ["--grading-seed", given] if given else []
    assert command.main([*words(command, tmp_path), *options]) == 0
    assert seen == [7 if given == "7" else None]


@pytest.mark.parametrize("command", [gradescope, release], ids=["gradescope", "release"])
def test_a_wrong_seed_is_told_before_anything_is_written(tmp_path: Path, command: ModuleType) -> None:
    """In the words of `pytest graders`."""
    with pytest.raises(ConfigurationError, match=r"^--grading-seed 1\.5: a seed is a whole number from 0 to "):
        command.main([*words(command, tmp_path), "--grading-seed", "1.5"])
    assert list(tmp_path.iterdir()) == []


def words(command: ModuleType, folder: Path) -> list[str]:
    """Return what has a command write into a folder."""
    return [str(folder / "made"), *([] if command is gradescope else ["--for", "course", "--course", ADDRESS])]


def test_pipelines_name_the_course(halves: Path) -> None:
    """The students' pipelines call the course's, at its address; no placeholder is left."""
    for half in ("students", "course", "pipeline"):
        held = texts(halves / half)
        own = [name for name in held if not name.startswith("graders/")]
        assert [name for name in own if course.PLACEHOLDER in held[name]] == []
    (job,) = ci.document(halves / "students" / ".github" / "workflows" / "grade.yml")["jobs"].values()
    assert job["uses"] == f"{ADDRESS}/.github/workflows/grade.yml@main"
    (included,) = ci.document(halves / "students" / ".gitlab-ci.yml")["include"]
    assert included["project"] == f"{ADDRESS}-pipeline"


@pytest.mark.parametrize("given", ["lab", "a b/c", "https://github.com/kim/lab", "../x"])
def test_an_address_that_is_none_is_refused(tmp_path: Path, given: str) -> None:
    """Before anything is written."""
    with pytest.raises(ConfigurationError, match="give OWNER/NAME"):
        release.main([str(tmp_path / "lab"), "--for", "course", "--course", given])
    assert not (tmp_path / "lab").exists()


@pytest.mark.parametrize(
    ("schema", "paths"),
    [
        ("github-workflows", ["course/.github/workflows/grade.yml", "students/.github/workflows/grade.yml"]),
        ("gitlab-ci", ["pipeline/grade.gitlab-ci.yml", "students/.gitlab-ci.yml"]),
    ],
)
def test_services_take_the_files(halves: Path, schema: str, paths: list[str]) -> None:
    """By the services' published schemas."""
    files = [str(halves / path) for path in paths]
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *files]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_of_a_push_only_plain_files_of_one_folder_are_taken(tmp_path: Path) -> None:
    """No link, wherever it leads; a folder that is a link is no folder."""
    checkout, secret = tmp_path / "checkout", tmp_path / "secret"
    (checkout / "student_template" / "data").mkdir(parents=True)
    secret.mkdir()
    (secret / "lab.py").write_text("the reference", encoding="utf-8")
    (checkout / "conftest.py").write_text("", encoding="utf-8")
    (checkout / "student_template" / "lab.py").write_text("mine", encoding="utf-8")
    (checkout / "student_template" / "data" / "notes.txt").write_text("mine", encoding="utf-8")
    (checkout / "student_template" / "helper.py").symlink_to(secret / "lab.py")
    (checkout / "student_template" / "more").symlink_to(secret)
    on_push.copy(checkout, tmp_path / "copy")
    assert texts(tmp_path / "copy") == {"lab.py": "mine", "data/notes.txt": "mine"}
    shutil.rmtree(checkout / "student_template")
    (checkout / "student_template").symlink_to(secret)
    on_push.copy(checkout, tmp_path / "nothing")
    assert list((tmp_path / "nothing").iterdir()) == []


def test_a_judge_obeys_no_variable_of_the_students(monkeypatch: pytest.MonkeyPatch, halves: Path) -> None:
    """A project's variables can say what Python and pytest load; the judge is given none of these."""
    monkeypatch.setattr(course_secrets, "ROOT", halves / "course")
    for name in (
        "PYTHONPATH",
        "PYTHONSTARTUP",
        "PYTEST_ADDOPTS",
        "PYTEST_PLUGINS",
        "LD_PRELOAD",
        "GITHUB_STEP_SUMMARY",
    ):
        monkeypatch.setenv(name, "theirs")
    given = course_secrets.variables()
    assert "theirs" not in given.values()
    assert given[seeds.VARIABLE] == SEED


def set_traps(repository: Path, marker: Path) -> None:
    """Put code into every file of a repository that Python or pytest might load by itself."""
    springs = f"open({str(marker)!r}, 'a').write(__file__ if '__file__' in globals() else 'sprung')\n"
    ini = "[pytest]\naddopts = -p trap\npythonpath = .\n"
    files = {
        **dict.fromkeys(
            ("conftest.py", "sitecustomize.py", "usercustomize.py", "trap.py", "pytest.py", "torch.py"), springs
        ),
        **dict.fromkeys(("graders/conftest.py", "graders/__init__.py", "graders/test_4_loss.py"), springs),
        "pytest.ini": ini,
        "trap.pth": f"import os; {springs}",
        "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "-p trap"\n',
        "graders/rubric.toml": "nothing",
    }
    for name, text in files.items():
        for folder in (repository, repository / "student_template"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")


@posix
@pytest.mark.parametrize("service", ["github", pytest.param("gitlab", marks=pytest.mark.sample)])
def test_nothing_but_the_lab_of_a_push_counts_or_runs(halves: Path, tmp_path: Path, service: str) -> None:
    """Whatever else a student has put there: the template is graded by the course, and gets its zero."""
    if levels.find_maker()[0] is None:
        pytest.skip("needs the sandbox, without which a course's pipeline gives no grade")
    student, marker = students(halves, tmp_path), tmp_path / "sprung.txt"
    workflow = (student / ".github" / "workflows" / "grade.yml").read_text(encoding="utf-8")
    set_traps(student, marker)
    assert "uses:" in workflow
    ci.pushed(student)
    job = run(service, student, halves, tmp_path)
    assert not job.passed
    assert "write load_mnist (lab.py:31)" in job.output, job.output
    assert not marker.exists(), marker.read_text(encoding="utf-8")
    taken = {path.name for path in (job.workspace / "handed-in").iterdir()}
    assert taken == {".git", "student_template"}
    assert [line.split()[:2] for line in job.asked if line.startswith("pip")][-1] == ["pip", "install"]
    expect_nothing_hidden(job)
    if service == "github":
        *_, points = ci.commands(job.output)
        assert json.loads(points.rpartition("::")[2]) == {"totalPoints": 0.0, "maxPoints": 100.0}


def run(service: str, student: Path, halves: Path, folder: Path) -> ci.Job:
    machine = folder / "machine"
    machine.mkdir()
    if service == "github":
        return ci.on_github_of_a_course(student, {ADDRESS: halves / "course"}, machine)
    pipelines = {f"{ADDRESS}-pipeline": halves / "pipeline"}
    return ci.on_gitlab_of_a_course(student, pipelines, halves / "course", machine)


def expect_nothing_hidden(job: ci.Job) -> None:
    """Fail where the hidden check or the seed is told in anything that students see."""
    seen = {**texts(job.workspace / "report"), "log": job.output, "summary": job.summary}
    assert {"report.json", "report.html", "junit.xml"} <= seen.keys()
    words = (SEED, "twins", "Two equal images")
    assert [(name, word) for name, text in seen.items() for word in words if word in text] == []


@posix
@pytest.mark.sample
def test_a_graded_push_shows_what_students_may_see(halves: Path, tmp_path: Path) -> None:
    """A bug costs its check; the notice has the points of what is shown, and the hidden check is told nowhere."""
    if levels.find_maker()[0] is None:
        pytest.skip("needs the sandbox, without which a course's pipeline gives no grade")
    student = students(halves, tmp_path, bug_source(next(bug for bug in BUGS if bug.name == "loss-summed")))
    ci.pushed(student)
    job = run("github", student, halves, tmp_path)
    assert not job.passed
    assert "loss: the cost is the mean over the batch" in job.output
    *errors, complete, points = ci.commands(job.output)
    assert len(errors) == 1
    assert "file=student_template/lab.py" in errors[0]
    assert json.loads(points.rpartition("::")[2]) == {"totalPoints": 96.0, "maxPoints": 100.0}
    assert complete.startswith("::notice title=Autograding complete::Points 96/100")
    assert "parts that follow later: 1" in job.output
    expect_nothing_hidden(job)


def test_a_course_needs_a_whole_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a students' repository there is no course to be made."""
    monkeypatch.setattr(course, "ROOT", tmp_path)
    with pytest.raises(ConfigurationError, match="no full checkout"):
        course.write(tmp_path / "lab", ADDRESS, None, None, None)
