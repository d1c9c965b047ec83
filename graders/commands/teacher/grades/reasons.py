"""Why something has no grade, or is no submission, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graders.harness.base.errors import HarnessFault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graders.harness.judge.messages import Messages


def why(key: str, params: Mapping[str, str], messages: Messages) -> str:
    """Return a reason in words; as it was noted where a newer or older grader has no words for it."""
    if not key:
        return ""
    try:
        return messages.text("entries", key, **params)
    except HarnessFault:
        return " ".join([key, *params.values()])
