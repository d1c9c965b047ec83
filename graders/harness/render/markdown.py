"""Markdown for a step summary or a comment: the table of parts, then what to fix.

GitHub takes at most 1 MiB for a step summary and shows nothing of a longer one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from graders.harness.base.model import Status

from . import telling

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from graders.harness.base.model import PartResult
    from graders.harness.base.tamed import Tamed
    from graders.harness.base.words import Words

    from .telling import Cause

SIGNS = {Status.PASSED: "✅", Status.FAILED: "❌", Status.BLOCKED: "⏳", Status.SKIPPED: "⏭️", Status.VOID: "⚠️"}
PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")  # all of ASCII's: Markdown takes each literally after a backslash
MAX_BYTES = 1_000_000  # for what to fix; table and notes, of 300 characters at most each, have the rest of the MiB


def render(report: Tamed, words: Words) -> str:
    """Return the report as GitHub's Markdown, with a final newline."""
    fix = telling.causes(report, words)
    notes = [f"> {escape(note)}\n" for note in telling.footnotes(report, words)]
    return (
        "\n".join([*_head(report, words), *_fitting("\n".join(_block(cause, words)) for cause in fix), *notes]) + "\n"
    )


def _fitting(blocks: Iterable[str]) -> Iterator[str]:
    """Yield blocks as long as all of them together fit."""
    left = MAX_BYTES
    for block in blocks:
        left -= len(block.encode("utf-8"))
        if left < 0:
            return
        yield block


def escape(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return PUNCTUATION.sub(lambda sign: f"\\{sign[0]}", text)


def _head(report: Tamed, words: Words) -> Iterator[str]:
    yield f"## {escape(report.title)}: {telling.total(report)}\n"
    if alarm := telling.alarm(report, words):
        yield f"> [!CAUTION]\n> {escape(alarm)}\n"
    if said := telling.verdict(report, words):
        yield f"{escape(said)}\n"
    labels = words.labels
    yield f"| {labels['part']} | {labels['points']} | {labels['checks']} | {labels['reason']} |"
    yield "|---|--:|--:|---|"
    for part in report.parts:
        yield _row(part, words)
    yield ""


def _row(part: PartResult, words: Words) -> str:
    points = telling.points(part)
    title, reason = escape(part.title), escape(telling.reason(part, words))
    return f"| {SIGNS[part.status]} {title} | {points} | {telling.passed(part)} | {reason} |"


def _block(cause: Cause, words: Words) -> Iterator[str]:
    yield f"### {escape(cause.title)}\n"
    for row in cause.rows:
        label = f"**{escape(words.labels[row.key])}** " if row.key else ""
        yield f"- {label}{escape(row.text)}"
    yield ""
