"""What the students' repository runs on GitHub and GitLab, run as their runners would, for a right and a wrong lab."""

from __future__ import annotations

import json
import pickle
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ci
import jsonschema
import pytest
from corpus import BUGS, bug_source, reference_source
from grading import hurried
from lxml import etree
from readers import QUALITY_SCHEMA

from graders.commands.teacher import release
from graders.harness.base import cache
from graders.harness.source import released
from graders.harness.walls import levels

if TYPE_CHECKING:
    from collections.abc import Callable

WORKFLOW, PIPELINE = Path(".github", "workflows", "grade.yml"), Path(".gitlab-ci.yml")
RUNNERS = {"github": ci.on_github, "gitlab": ci.on_gitlab}
INSTALL = "pip install -e . -c constraints.txt"
FOR_THE_CPU = (
    "pip install --no-deps torch torchvision -c constraints.txt --index-url https://download.pytorch.org/whl/cpu"
)

# One job always runs: GitHub's, of a lab that loses points.
each_service = pytest.mark.parametrize("service", ["github", pytest.param("gitlab", marks=pytest.mark.sample)])
each_lab = pytest.mark.parametrize("lab", [pytest.param("right", marks=pytest.mark.sample), "wrong"])


@pytest.fixture(scope="module")
def students(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the students' repository."""
    folder = tmp_path_factory.mktemp("students") / "repository"
    release.release(folder)
    return folder


@pytest.fixture(scope="module")
def run(students: Path, once: Callable[..., Path]) -> Callable[[str, str], ci.Job]:
    """Return a function that runs a service's job for a lab, once; nobody looks at its time."""
    if levels.find_maker()[0] is None:
        pytest.skip("needs the sandbox, without which a service gives no grade")
    sources = {"right": reference_source(), "wrong": bug_source(next(b for b in BUGS if b.name == "loss-summed"))}

    def job(service: str, lab: str) -> ci.Job:
        def fill(folder: Path) -> None:
            repository = folder / "repository"
            shutil.copytree(students, repository)
            (repository / "student_template" / "lab.py").write_text(sources[lab], encoding="utf-8")
            rubric = repository / "graders" / "rubric.toml"
            rubric.write_text(hurried(rubric.read_text(encoding="utf-8")), encoding="utf-8")
            released.write(repository / "graders")
            (folder / "job.pickle").write_bytes(pickle.dumps(RUNNERS[service](repository, folder)))

        done: ci.Job = pickle.loads((once(f"{service}-{lab}", fill) / "job.pickle").read_bytes())
        return done

    return job


@pytest.mark.parametrize(("schema", "path"), [("github-workflows", WORKFLOW), ("gitlab-ci", PIPELINE)])
def test_services_take_the_file(students: Path, tmp_path: Path, schema: str, path: Path) -> None:
    """The services' published schemas, which check-jsonschema carries, take it, and refuse a slip in it."""

    def check(file: Path) -> int:
        command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(file)]
        return subprocess.run(command, check=False, capture_output=True).returncode

    assert check(students / path) == 0
    text = (students / path).read_text(encoding="utf-8")
    slip = text.replace("runs-on:", "run-on:").replace("script:", "scripts:")
    (tmp_path / path.name).write_text(slip, encoding="utf-8")
    assert check(tmp_path / path.name) == 1


@each_service
@each_lab
def test_job_passes_when_nothing_is_wrong(run: Callable[[str, str], ci.Job], service: str, lab: str) -> None:
    """Full marks pass; lost points fail the job, and the log tells them as a terminal would."""
    job = run(service, lab)
    assert job.passed == (lab == "right"), job.output
    assert ("everything is right" if lab == "right" else "loss: the cost is the mean over the batch") in job.output


@each_service
def test_job_installs_the_repository_with_its_constraints(run: Callable[[str, str], ci.Job], service: str) -> None:
    """Pip is asked before anything runs, for files that are there; torch is the CPU's where there is no GPU."""
    job = run(service, "wrong")
    torch = [] if shutil.which("nvidia-smi") else [FOR_THE_CPU]
    assert [line for line in job.asked if line.startswith("pip")] == [*torch, INSTALL]
    assert {"pyproject.toml", "constraints.txt"} <= {path.name for path in job.workspace.iterdir()}


@pytest.mark.sample
def test_refused_sudo_stops_nothing(run: Callable[[str, str], ci.Job]) -> None:
    """A runner where nobody may change the kernel's settings grades all the same, or says why it does not."""
    job = run("github", "right")
    assert [line for line in job.asked if line.startswith("sudo")] != []
    assert job.passed


@each_service
@each_lab
def test_results_are_kept(run: Callable[[str, str], ci.Job], service: str, lab: str) -> None:
    """The page, the report and JUnit's file are there to be uploaded, also where points were lost."""
    job = run(service, lab)
    if service == "github":
        (upload,) = [step for step in job.actions if step["uses"].startswith("actions/upload-artifact@")]
        kept = upload["with"]["path"]
    else:
        artifacts = ci.document(job.workspace / PIPELINE)["grade"]["artifacts"]
        assert artifacts["when"] == "always"
        (kept,) = artifacts["paths"]
    names = {path.name for path in (job.workspace / kept).iterdir()}
    assert {"report.html", "report.json", "junit.xml"} <= names


@each_lab
def test_summary_tells_the_points(run: Callable[[str, str], ci.Job], lab: str) -> None:
    """The step's summary has the score and the table, and what to fix if anything is."""
    summary = run("github", lab).summary
    assert re.match(rf"## Lab 7.*: {100 if lab == 'right' else 96}\.0 / 100\n", summary)
    assert (r"summed\, not averaged" in summary) == (lab == "wrong")


@each_lab
def test_annotations_stand_on_the_students_line(run: Callable[[str, str], ci.Job], lab: str) -> None:
    """GitHub finds an error on the line in question, in the repository's own file, and the points for Classroom."""
    job = run("github", lab)
    *errors, complete, points = ci.commands(job.output)
    assert complete.startswith("::notice title=Autograding complete::Points ")
    assert json.loads(points.rpartition("::")[2])["maxPoints"] == 100
    places = [re.match(r"::error file=([^,]+),line=(\d+),title=loss%3A", error) for error in errors]
    assert len(places) == (lab == "wrong")
    for place in places:
        assert place is not None
        line = (job.workspace / place[1]).read_text(encoding="utf-8").splitlines()[int(place[2]) - 1]
        assert 'reduction="sum"' in line


def test_changed_graders_are_told_and_give_no_points(students: Path, tmp_path: Path) -> None:
    """A rubric by which a check weighs nothing: log, summary and annotations say so, and Classroom reads nothing."""
    if levels.find_maker()[0] is None:
        pytest.skip("needs the sandbox, without which a service gives no grade")
    repository = tmp_path / "repository"
    shutil.copytree(students, repository)
    rubric = repository / "graders" / "rubric.toml"
    text = rubric.read_text(encoding="utf-8")
    changed = text.replace("test_accuracy_is_a_fraction = 1", "test_accuracy_is_a_fraction = 0.001")
    assert changed != text
    rubric.write_text(changed, encoding="utf-8")
    job = ci.on_github(repository, tmp_path)
    said = "This is a self-check; its graders were changed: graders/rubric.toml."
    assert said in " ".join(job.output.split())
    assert said in job.summary.replace("\\", "")
    commands = ci.commands(job.output)
    assert [command for command in commands if command.startswith("::notice")] == []
    assert [command for command in commands if command.startswith("::warning title=a self-check by changed graders")]


@pytest.mark.sample
@each_lab
def test_gitlab_shows_the_reports(
    run: Callable[[str, str], ci.Job], lab: str, junit_schema: etree.XMLSchema | None
) -> None:
    """Both reports that the pipeline names are there, and as GitLab reads them."""
    job = run("gitlab", lab)
    reports: dict[str, Any] = ci.document(job.workspace / PIPELINE)["grade"]["artifacts"]["reports"]
    issues = json.loads((job.workspace / reports["codequality"]).read_text(encoding="utf-8"))
    jsonschema.validate(issues, QUALITY_SCHEMA)
    assert [issue["location"]["path"] for issue in issues] == ["student_template/lab.py"] * (lab == "wrong")
    root = etree.parse(job.workspace / reports["junit"])
    assert len(root.findall(".//failure")) == (lab == "wrong")
    assert junit_schema is None or junit_schema.validate(root)


def test_downloads_are_kept_for_the_next_run(run: Callable[[str, str], ci.Job]) -> None:
    """What pip and the grader fetch is saved, and from where they put it, also where points were lost.

    A cache that is saved after the job, as actions/cache and setup-python do, is saved only if the job passes.
    """
    job = run("github", "wrong")
    used: dict[str, list[Any]] = {"restore": [], "save": []}
    for step in job.actions:
        assert not step["uses"].startswith("actions/cache@")
        assert "cache" not in step.get("with", {})
        if step["uses"].startswith("actions/cache/"):
            used[step["uses"].partition("@")[0].rpartition("/")[2]].append(step["with"]["path"])
    digits = cache.folder() / "MNIST"
    assert [Path(path).expanduser() for path in used["save"]] == [digits.parents[1] / "pip", digits]
    assert used["restore"] == used["save"]
    cached = ci.document(job.workspace / PIPELINE)["grade"]["cache"]
    assert (cached["when"], cached["paths"]) == ("always", [".cache/"])


def test_workflow_needs_no_secret(students: Path) -> None:
    """It may read the repository and nothing else, and names no secret."""
    assert ci.document(students / WORKFLOW)["permissions"] == {"contents": "read"}
    assert "secrets" not in (students / WORKFLOW).read_text(encoding="utf-8")
