"""GitHub's and GitLab's runners, as far as the students' repository needs them; what only installs is recorded.

`pip` and `sudo` are stand-ins that write down what they were asked; `pytest` and Python are this environment's. Actions
(`uses:`) are fetched from GitHub by a real runner; here it is only noted that they would run.
"""

from __future__ import annotations

import os
import re
import string
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

# As a runner's machine has them: nothing of this checkout, of these tests or of a CI system that runs them.
DROPPED = re.compile(r"PYTHONPATH|PYTEST|GITHUB|GITLAB|CI$|CI_|COV_|COLUMNS|XDG_CACHE_HOME")


@dataclass
class Job:
    """What became of a job."""

    workspace: Path
    passed: bool
    output: str
    asked: list[str]  # of pip and sudo
    actions: list[dict[str, Any]] = field(default_factory=list)  # that would have run, as the workflow has them
    summary: str = ""


def document(path: Path) -> Any:
    """Return a YAML 1.2 document; that version is GitHub's, for which `on` is a word and not true."""
    return YAML(typ="safe").load(path)


def _machine(folder: Path) -> tuple[dict[str, str], Path]:
    """Return the variables of a machine that has stand-ins for what installs, and where these write what they do."""
    record = folder / "asked.txt"
    record.touch()
    for name, code in {"pip": 0, "sudo": 1}.items():
        script = folder / "bin" / name
        script.parent.mkdir(exist_ok=True)
        script.write_text(f'#!/bin/sh\necho "{name} $*" >> "{record}"\nexit {code}\n', encoding="utf-8")
        script.chmod(0o755)
    path = os.pathsep.join([str(folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
    kept = {name: value for name, value in os.environ.items() if not DROPPED.match(name)}
    return {**kept, "PATH": path, "CI": "true"}, record


def _bash(options: list[str], script: str, workspace: Path, variables: dict[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        ["bash", *options, "-c", script],
        cwd=workspace,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        timeout=300,
    )
    return done.returncode, done.stdout


def on_github(workspace: Path, folder: Path) -> Job:
    """Run the only job of .github/workflows/grade.yml as GitHub's runner does: `bash -e` a step, files for results.

    After a step has failed, only those run that say `always()`.
    """
    variables, record = _machine(folder)
    files = {name: folder / f"{name.lower()}.txt" for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT", "GITHUB_ENV")}
    for path in files.values():
        path.touch()
    variables |= {name: str(path) for name, path in files.items()}
    variables |= {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(workspace)}
    (job,) = document(workspace / ".github" / "workflows" / "grade.yml")["jobs"].values()
    done = Job(workspace, passed=True, output="", asked=[])
    for step in job["steps"]:
        if not done.passed and not step.get("if", "").startswith("always()"):
            continue
        if "uses" in step:
            done.actions.append(step)
            continue
        code, output = _bash(["-e"], step["run"], workspace, variables)
        done.passed &= code == 0
        done.output += output
    done.asked = record.read_text(encoding="utf-8").splitlines()
    done.summary = files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
    return done


def _git(folder: Path, *arguments: str) -> str:
    identity = {f"GIT_{who}_{what}": "ci" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    variables = {**os.environ, **identity, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=variables, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def pushed(repository: Path) -> str:
    """Make a repository of a folder, with all that lies in it in one commit; returns the commit."""
    _git(repository, "init", "-q", "-b", "main")
    _git(repository, "add", "--all", "--force")
    _git(repository, "commit", "-q", "-m", "a push")
    return _git(repository, "rev-parse", "HEAD")


def _checked_out(step: dict[str, Any], own: Path, others: dict[str, Path], workspace: Path) -> None:
    """Do what actions/checkout does: clone a repository, of which patterns choose what is there."""
    given = step["with"]
    source, target = others[given["repository"]] if "repository" in given else own, workspace / given["path"]
    _git(workspace, "clone", "-q", "--no-checkout", str(source), str(target))
    if "sparse-checkout" in given:
        cone = [] if given["sparse-checkout-cone-mode"] else ["--no-cone"]
        _git(target, "sparse-checkout", "set", *cone, *given["sparse-checkout"].split())
    _git(target, "checkout", "-q", "main")


def on_github_of_a_course(student: Path, courses: dict[str, Path], folder: Path) -> Job:
    """Run the workflow that a student's workflow calls in a course's repository, as GitHub's runner does.

    Both are git repositories; `courses` has those that can be called, by their addresses.
    """
    variables, record = _machine(folder)
    workspace, summary = folder / "workspace", folder / "summary.md"
    workspace.mkdir()
    summary.touch()
    variables |= {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary), "GITHUB_WORKSPACE": str(workspace)}
    (call,) = document(student / ".github" / "workflows" / "grade.yml")["jobs"].values()
    address, _, path = call["uses"].partition("/.github/")
    called = document(courses[address] / ".github" / path.partition("@")[0])
    assert set(call["secrets"]) == set(called["on"]["workflow_call"]["secrets"])
    (job,) = called["jobs"].values()
    done = Job(workspace, passed=True, output="", asked=[])
    for step in job["steps"]:
        if not done.passed and not step.get("if", "").startswith("always()"):
            continue
        if step.get("uses", "").startswith("actions/checkout@"):
            _checked_out(step, student, courses, workspace)
        if "uses" in step:
            done.actions.append(step)
            continue
        code, output = _bash(["-e"], step["run"], workspace / step.get("working-directory", "."), variables)
        done.passed &= code == 0
        done.output += output
    done.asked, done.summary = record.read_text(encoding="utf-8").splitlines(), summary.read_text(encoding="utf-8")
    return done


def on_gitlab_of_a_course(student: Path, pipelines: dict[str, Path], course: Path, folder: Path) -> Job:
    """Run the job that a student's pipeline includes from another project, as GitLab's runner does.

    Addresses of the course's repository lead to `course`.
    """
    variables, record = _machine(folder)
    workspace = folder / "workspace"
    workspace.mkdir()
    (included,) = document(student / ".gitlab-ci.yml")["include"]
    job = document(pipelines[included["project"]] / included["file"])["grade"]
    assert job["variables"] == {"GIT_STRATEGY": "none"}  # else the runner would fetch all of the push
    commit = _git(student, "rev-parse", "HEAD")
    variables |= {"GITLAB_CI": "true", "CI_PROJECT_DIR": str(workspace), "CI_REPOSITORY_URL": student.as_uri()}
    variables |= {"CI_COMMIT_SHA": commit, "CI_SERVER_HOST": "gitlab.example", "COURSE_TOKEN": "token"}
    (address,) = re.findall(r"https://course\S+?\.git", " ".join(job["script"]))
    given = string.Template(address).substitute(variables)
    variables |= {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": f"url.{course.as_uri()}.insteadOf"}
    variables["GIT_CONFIG_VALUE_0"] = given
    code, output = _bash(["-eo", "pipefail"], "\n".join(job["script"]), workspace, variables)
    return Job(workspace, code == 0, output, record.read_text(encoding="utf-8").splitlines())


def on_gitlab(workspace: Path, folder: Path) -> Job:
    """Run the only job of .gitlab-ci.yml as GitLab's runner does: all lines of its script in one shell."""
    variables, record = _machine(folder)
    variables |= {"GITLAB_CI": "true", "CI_PROJECT_DIR": str(workspace)}
    job = document(workspace / ".gitlab-ci.yml")["grade"]
    for name, value in job["variables"].items():
        variables[name] = string.Template(value).substitute(variables)
    code, output = _bash(["-eo", "pipefail"], "\n".join(job["script"]), workspace, variables)
    return Job(workspace, code == 0, output, record.read_text(encoding="utf-8").splitlines())


def commands(output: str) -> list[str]:
    """Return the workflow commands that GitHub's runner finds in what a step printed."""
    found, silenced_by = [], ""
    for line in output.splitlines():
        if silenced_by:
            silenced_by = "" if line.strip() == f"::{silenced_by}::" else silenced_by
        elif line.lstrip().startswith(("::", "##[")):
            stop = re.fullmatch(r"::stop-commands::(\S+)", line.strip())
            silenced_by = stop[1] if stop else ""
            found += [] if stop else [line]
    return found
