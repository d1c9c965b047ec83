"""The closing summary for a terminal: what to fix, then a table of parts, points and first reasons."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from graders.harness.base.model import Status
from graders.harness.base.rows import Key

from . import telling

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graders.harness.base.rows import Row
    from graders.harness.base.tamed import Tamed
    from graders.harness.base.words import Words

    from .telling import Cause

COLOURS = {
    Status.PASSED: "green",
    Status.FAILED: "red",
    Status.BLOCKED: "yellow",
    Status.SKIPPED: "cyan",
    Status.VOID: "purple",
}
ANSI = {"red": "31", "green": "32", "yellow": "33", "purple": "35", "cyan": "36", "bold": "1"}
MAX_LINES = 12  # of one message; a student at midnight reads no more
MAX_ROW = 3  # lines of one row of a message
MIN_WIDTH = 60
# GitHub takes a line that begins with "::" for a command; it and Azure take "##[" and "##vso[" so wherever they stand.
COMMAND = re.compile(r"(?m)^\s*:(?=:)|##(?=\w*\[)")


@dataclass(frozen=True, slots=True)
class Style:
    """How to write: the words of the student's language, colour or none, the terminal's width in columns."""

    words: Words
    colour: bool
    width: int

    def paint(self, text: str, colour: str) -> str:
        """Return `text` in a colour, where the terminal has colours."""
        return f"\033[{ANSI[colour]}m{text}\033[0m" if self.colour else text

    @property
    def indent(self) -> int:
        """Columns before the text of a message's row."""
        return 4 + max(
            columns(self.words.labels[name]) for name in ("asked", "expected", "got", "where", "why", "hint")
        )


def render(report: Tamed, style: Style) -> str:
    """Return the summary of `report`."""
    notes = [line for note in telling.footnotes(report, style.words) for line in wrapped(note, style)]
    alarm = [style.paint(line, "red") for line in wrapped(telling.alarm(report, style.words), style)]
    return joined(["\n".join(alarm), *to_fix(report, style), table(report, style), "\n".join(notes)])


def joined(blocks: Iterable[str]) -> str:
    """Return blocks with a line between them, fit for the log of a CI system."""
    return COMMAND.sub(r"\g<0> ", "\n\n".join(block for block in blocks if block))


def columns(text: str) -> int:
    """Return how many terminal columns `text` takes; Korean letters take two."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def pad(text: str, width: int) -> str:
    """Return `text` with blanks behind it, `width` columns in all."""
    return text + " " * (width - columns(text))


def _cut(text: str, room: int) -> str:
    if columns(text) <= room:
        return text
    while text and columns(text) > room - 2:
        text = text[:-1]
    return f"{text.rstrip()} …" if text else ""


# ---- what to fix


def to_fix(report: Tamed, style: Style) -> list[str]:
    """Return a block for each thing to fix."""
    return [_block(cause, style) for cause in telling.causes(report, style.words)]


def _block(cause: Cause, style: Style) -> str:
    # What is void has to be mended by whoever reads it, so all of it is told.
    most = MAX_ROW if cause.first.status is Status.FAILED else MAX_LINES
    lines = [line for row in cause.rows for line in _rows(row, style, most)]
    if len(lines) >= MAX_LINES:  # where the idea would cost the end of the hint, it goes
        rows = [row for row in cause.rows if row.key is not Key.IDEA]
        lines = [line for row in rows for line in _rows(row, style, most)]
    heading = _cut(cause.title, max(style.width, MIN_WIDTH))
    return "\n".join([style.paint(heading, "bold"), *lines[: MAX_LINES - 1]])


def _rows(row: Row, style: Style, most: int) -> list[str]:
    label = style.words.labels[row.key] if row.key else ""
    room = max(style.width, MIN_WIDTH) - style.indent
    body = _wrap(row.text, room) or [""]
    if len(body) > most:
        body = [*body[: most - 1], _cut(" ".join(body[most - 1 :]), room)]
    return [pad(f"  {label}", style.indent) + body[0], *(" " * style.indent + line for line in body[1:])]


def _wrap(text: str, room: int) -> list[str]:
    """Break text into lines of at most `room` columns, between words, or inside one that is longer than a line."""
    lines = [""]
    for word in text.split():
        if lines[-1] and columns(lines[-1]) + 1 + columns(word) <= room:
            lines[-1] += f" {word}"
            continue
        lines.append("")
        for letter in word:
            if columns(lines[-1]) + columns(letter) > room:
                lines.append("")
            lines[-1] += letter
    return lines[1:]


def wrapped(text: str, style: Style, indent: int = 0) -> list[str]:
    """Return a text as lines of the terminal's width but for `indent`, each with the blanks that it begins with."""
    before = " " * (len(text) - len(text.lstrip()))
    return [before + line for line in _wrap(text, max(style.width, MIN_WIDTH) - indent - len(before))]


# ---- the table


def table(report: Tamed, style: Style, before: Tamed | None = None, total: bool = True) -> str:
    """Return the parts with their points, those of an earlier report where they were others, and the total."""
    labels = style.words.labels
    rows = [(labels["part"], labels["points"], labels["checks"], labels["reason"], "bold")]
    for part in report.parts:
        points = telling.points(part, before)
        reason = telling.reason(part, style.words)
        rows.append((part.title, points, telling.passed(part), reason, COLOURS[part.status]))
    rows.append((labels["total"], telling.total(report, before), "", telling.verdict(report, style.words), "bold"))
    widths = [max(columns(row[i]) for row in rows) for i in range(3)]
    lines = [_row(row, widths, style) for row in rows]
    rule = "-" * min(max(style.width, MIN_WIDTH), sum(widths) + 40)
    return "\n".join([lines[0], rule, *lines[1:-1], *((rule, lines[-1]) if total else ())])


def _row(row: tuple[str, str, str, str, str], widths: list[int], style: Style) -> str:
    title, points, passed, reason, colour = row
    head = f"{pad(title, widths[0])}  {' ' * (widths[1] - columns(points))}{points}  {pad(passed, widths[2])}  "
    room = max(style.width, MIN_WIDTH) - columns(head)
    return (style.paint(head, colour) + _cut(reason, room)).rstrip()
