"""Grade the submission in Gradescope's folders: `run_autograder` calls this inside Gradescope's container."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from graders.commands.report import messages_for, read
from graders.harness.base import files
from graders.harness.base.errors import ConfigurationError
from graders.harness.judge.messages import Messages
from graders.harness.render import gradescope

from . import course_secrets

if TYPE_CHECKING:
    from collections.abc import Sequence

PACKAGE = Path(__file__).parents[2]
GRADED = (0, 1, 3)  # pytest's exit codes that leave a report behind
SECONDS = 570  # for one submission; Gradescope itself gives up after 10 minutes, by its usual settings, with a zero


def student_in(metadata: Path) -> str | None:
    """Return the address of the first submitter, or None where the metadata does not tell."""
    try:
        return str(json.loads(metadata.read_text(encoding="utf-8"))["users"][0]["email"])
    except (OSError, ValueError, LookupError, TypeError):
        return None


def grade(base: Path, language: str) -> tuple[str, int]:
    """Grade what lies in `base`/submission; returns results.json and pytest's exit code."""
    student = student_in(base / "submission_metadata.json")
    with tempfile.TemporaryDirectory() as out:
        given = [f"--submission={base / 'submission'}", "--report-dir", out, "--language", language]
        named = [f"--student={student}"] if student else []
        command = course_secrets.command(*given, *named)
        try:
            code = subprocess.run(
                command, cwd=PACKAGE.parent, env=course_secrets.variables(), check=False, timeout=SECONDS
            ).returncode
            report = read(Path(out, "report.json")) if code in GRADED else None
        except (subprocess.TimeoutExpired, ConfigurationError) as error:
            print(error)  # the instructor sees what is printed, students do not
            code, report = 3, None
    if report is None:
        words = Messages.of_lab(PACKAGE, language).words
        return gradescope.failed(words.notes["void"]), code or 3
    return gradescope.render(report, messages_for(report).words), code


def main(arguments: Sequence[str]) -> int:
    """Run `python -m graders.commands.teacher.on_gradescope BASE`; the exit code is 0 when there is a grade."""
    parser = argparse.ArgumentParser(prog="python -m graders.commands.teacher.on_gradescope", description=__doc__)
    parser.add_argument("base", type=Path, help="Gradescope's folder, /autograder")
    parser.add_argument("--language", default="en")
    options = parser.parse_args(arguments)
    text, code = grade(options.base, options.language)
    (options.base / "results").mkdir(exist_ok=True)
    files.write(options.base / "results" / "results.json", text)
    return 0 if code in (0, 1) else code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
