"""GitLab's code quality report: an issue a cause, on the student's line.

Format: GitLab Docs, "Code Quality", report format: description, check_name, fingerprint, severity, location.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from . import telling

if TYPE_CHECKING:
    from graders.harness.base.tamed import Tamed
    from graders.harness.base.words import Words

    from .telling import Cause


def render(report: Tamed, words: Words) -> str:
    """Return the issues as a JSON list with a final newline."""
    issues = [_issue(report, cause, words) for cause in telling.causes(report, words)]
    return json.dumps([issue for issue in issues if issue], indent=1, ensure_ascii=False) + "\n"


def _issue(report: Tamed, cause: Cause, words: Words) -> dict[str, Any] | None:
    check = cause.first
    if check.where is None:  # GitLab takes no issue without a place
        return None
    path = telling.path_of(report, check.where)
    identity = "\0".join([path, check.part, check.name, check.source_line])  # the same when lines move
    return {
        "description": f"{cause.title}\n{words.said(cause.rows)}",
        "check_name": check.name,
        "fingerprint": hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest(),
        "severity": "major",
        "location": {"path": path, "lines": {"begin": telling.file_line(check.where)}},
    }
