"""Grade a student's push with the course's own copy: its pipelines call this beside a checkout of the push.

Of that checkout, files of `student_template/` are copied and graded; nothing else of it is read, and nothing of it runs
outside of the sandbox. What is printed and written is what students may see: no hidden part, and no seed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from graders.commands.report import messages_for, page, read
from graders.harness.base import files
from graders.harness.base.errors import ConfigurationError
from graders.harness.judge.messages import Messages
from graders.harness.render import github, gitlab, json_report, junit, markdown, shown, telling, terminal
from graders.spec import SPEC

from . import course_secrets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graders.harness.base.tamed import Tamed

FOLDER = "student_template"
GRADED, WRONG_OPTION, VOID = (0, 1, 3), 4, 3  # pytest's exit codes: those that leave a report behind, and others
SECONDS = 900  # for a grading; the pipelines give a job 20 minutes, and installing takes some of them
WIDTH = 100  # columns of a log


def copy(checkout: Path, target: Path) -> None:
    """Copy the plain files of a push's folder, and no link: one may lead to whatever else lies on the machine."""
    source = checkout / FOLDER
    target.mkdir()
    if source.is_symlink() or not source.is_dir():
        return
    for place, folders, names in os.walk(source):
        here = target / Path(place).relative_to(source)
        folders[:] = [name for name in folders if not Path(place, name).is_symlink()]
        for name in folders:
            (here / name).mkdir()
        for name in names:
            path = Path(place, name)
            if path.is_file() and not path.is_symlink():
                shutil.copyfile(path, here / name)


def grade(checkout: Path, language: str, isolation: str) -> tuple[Tamed | None, int, str]:
    """Return what students may see of the report, pytest's exit code, and what a wrong option is told."""
    with tempfile.TemporaryDirectory() as scratch:
        copy(checkout, Path(scratch, FOLDER))
        out = Path(scratch, "report")
        options = [f"--submission={FOLDER}", "--report-dir", str(out), "--no-page", "--language", language]
        asked = course_secrets.command(*options, "--isolation", isolation)
        try:
            done = subprocess.run(
                asked,
                cwd=scratch,
                env=course_secrets.variables(),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                check=False,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            return None, VOID, ""
        if done.returncode in GRADED and (out / "report.json").is_file():
            return shown.by_students(read(out / "report.json")), done.returncode, ""
    refused = done.stderr.strip() if done.returncode == WRONG_OPTION else ""
    return None, WRONG_OPTION if refused else VOID, refused


def publish(report: Tamed, out: Path) -> None:
    """Print what students may see, and write it: the page and files, and what GitHub and GitLab read."""
    messages = messages_for(report)
    words = messages.words
    files.write(out / "report.json", json_report.render(report, words))
    files.write(out / "junit.xml", junit.render(report, words))
    files.write(out / "gl-code-quality-report.json", gitlab.render(report, words))
    try:
        files.write(out / "report.html", page(SPEC, report, messages))
    except ConfigurationError as error:
        print(error)
    print(terminal.render(report, terminal.Style(words, colour=False, width=WIDTH)))
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(markdown.render(report, words))
    if os.environ.get("GITHUB_ACTIONS") == "true":
        print(github.render(report, words), end="")


def main(arguments: Sequence[str]) -> int:
    """Run `python -m graders.commands.teacher.on_push CHECKOUT`; the exit code is 0 where all that is seen is right."""
    parser = argparse.ArgumentParser(prog="python -m graders.commands.teacher.on_push", description=__doc__)
    parser.add_argument("checkout", type=Path, help=f"of the push; {FOLDER}/ in it is graded")
    parser.add_argument("--report-dir", type=Path, required=True, metavar="DIR", help="gets what students may see")
    parser.add_argument("--language", default="en")
    parser.add_argument("--isolation", default="sandbox", choices=("sandbox", "process"))
    options = parser.parse_args(arguments)
    options.report_dir.mkdir(parents=True, exist_ok=True)
    report, code, refused = grade(options.checkout, options.language, options.isolation)
    if report is None:
        print(refused or Messages.of_lab(SPEC.folder, options.language).words.notes["void"])
        return code
    publish(report, options.report_dir)
    return VOID if report.score is None else 0 if telling.all_right(report) else 1


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]  # a text stream
    sys.exit(main(sys.argv[1:]))
