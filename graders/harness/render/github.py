"""GitHub's workflow commands: annotations on the student's lines, and the points line that GitHub Classroom reads.

The commands and their escapes: GitHub Docs, "Workflow commands for GitHub Actions". A command is a line of output of
its own. GitHub shows ten errors of a step and ten notices; more are written in vain.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from . import telling

if TYPE_CHECKING:
    from graders.harness.base.model import CheckResult
    from graders.harness.base.tamed import Tamed
    from graders.harness.base.words import Words

MAX_ERRORS = 10


def render(report: Tamed, words: Words) -> str:
    """Return the commands: an error a cause, an error for the first unwritten function of each part, the points."""
    errors = [
        _error(report, cause.first, cause.title, words.said(cause.rows)) for cause in telling.causes(report, words)
    ]
    unwritten = {check.unwritten: check for check in reversed(report.checks) if check.unwritten and check.where}
    for check in reversed(unwritten.values()):
        errors.append(_error(report, check, check.title, telling.to_write(check, words)))
    alarm = telling.alarm(report, words)
    alarms = [f"::warning title={_property(words.notes['self_check'])}::{_data(alarm)}"] if alarm else []
    return "\n".join([*alarms, *errors[:MAX_ERRORS], *_points(report)]) + "\n"


def pause(token: str) -> str:
    """Return the command after which no line is taken for a command, until `resume` with the same token."""
    return f"::stop-commands::{token}"


def resume(token: str) -> str:
    """Return the command that ends `pause`."""
    return f"::{token}::"


def _error(report: Tamed, check: CheckResult, title: str, text: str) -> str:
    where = check.where
    place = f"file={_property(telling.path_of(report, where))},line={telling.file_line(where)}," if where else ""
    return f"::error {place}title={_property(title)}::{_data(text)}"


def _points(report: Tamed) -> list[str]:
    """Return what GitHub Classroom's reporter writes; nothing where there is no grade, or one by changed graders."""
    if report.score is None or report.altered:
        return []
    numbers = json.dumps({"totalPoints": report.score, "maxPoints": report.max_score})
    text = f"Points {report.score:g}/{report.max_score:g}"
    return [f"::notice title=Autograding complete::{text}", f"::notice title=Autograding report::{_data(numbers)}"]


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
