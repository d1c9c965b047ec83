"""The closing summary for a terminal: what to fix, then a table of parts, points and first reasons."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from ..model import Status

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..model import CheckResult, PartResult, Report

COLOURS = {
    Status.PASSED: "green",
    Status.FAILED: "red",
    Status.BLOCKED: "yellow",
    Status.SKIPPED: "cyan",
    Status.VOID: "purple",
}
ANSI = {"red": "31", "green": "32", "yellow": "33", "purple": "35", "cyan": "36", "bold": "1"}
MAX_LINES = 12  # of one message; a student at midnight reads no more
MAX_SUSPICIONS = 10  # that are shown; report.json has all
MAX_ROW = 3  # lines of one row of a message
MIN_WIDTH = 60
COMMAND = re.compile(r"(?m)^(\s*)(::|##\[)")


@dataclass(frozen=True, slots=True)
class Style:
    """How to write: the words of the student's language, colour or none, the terminal's width in columns."""

    words: Mapping[str, str]
    labels: Mapping[str, str]
    colour: bool
    width: int
    parts: Mapping[str, str] = field(default_factory=dict)  # the parts' titles

    def paint(self, text: str, colour: str) -> str:
        """Return `text` in a colour, where the terminal has colours."""
        return f"\033[{ANSI[colour]}m{text}\033[0m" if self.colour else text

    @property
    def indent(self) -> int:
        """Columns before the text of a message's row."""
        return 4 + max(columns(self.labels[name]) for name in ("asked", "expected", "got", "where", "why", "hint"))


def render(report: Report, style: Style) -> str:
    """Return the summary of `report`."""
    blocks = [*_to_fix(report, style), _table(report, style), "\n".join(_footnotes(report, style.words))]
    return COMMAND.sub(_broken, "\n\n".join(block for block in blocks if block))


def _broken(command: re.Match[str]) -> str:
    """Return the begin of a command to a CI service, which reads what is printed, so that it is none."""
    return f"{command[1]}{command[2][0]} {command[2][1:]}"


def columns(text: str) -> int:
    """Return how many terminal columns `text` takes; Korean letters take two."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - columns(text))


def _cut(text: str, room: int) -> str:
    if columns(text) <= room:
        return text
    while text and columns(text) > room - 2:
        text = text[:-1]
    return f"{text.rstrip()} …" if text else ""


# ---- what to fix


def _to_fix(report: Report, style: Style) -> Iterator[str]:
    """Yield one block a failure, each said once however many checks it costs."""
    same: dict[tuple[object, ...], list[CheckResult]] = {}
    for part in report.parts:
        for check in part.checks:
            if check.status is Status.VOID or (check.status is Status.FAILED and not check.unwritten):
                cause = (check.part, *check.mistakes) if check.mistakes else (check.message, check.where)
                same.setdefault(cause, []).append(check)
    for checks in same.values():
        yield _block(checks, style)


def _block(checks: list[CheckResult], style: Style) -> str:
    first = checks[0]
    parts = ", ".join(dict.fromkeys(style.parts.get(check.part, check.part) for check in checks))
    title = f"{parts}: {first.title}" if len(checks) == 1 else parts
    title = style.words["unloadable"] if first.unloadable else title
    rows = [row.partition("\t")[::2] for row in first.message.splitlines()]
    if first.where is not None:
        rows.insert(-1 if rows[-1][0] == style.labels["why"] else len(rows), _place(first, style))
    if first.hint:
        rows.append((style.labels["hint"], first.hint))
    if len(checks) > 1 and not first.unloadable:
        rows.append(("", style.words["repeated"].format(count=len(checks) - 1)))
    # What is void has to be mended by whoever reads it, so all of it is told.
    most = MAX_ROW if first.status is Status.FAILED else MAX_LINES
    lines = [line for label, text in rows for line in _wrapped(label, text, style, most)]
    heading = _cut(title, max(style.width, MIN_WIDTH))
    return "\n".join([style.paint(heading, "bold"), *lines[: MAX_LINES - 1]])


def _place(check: CheckResult, style: Style) -> tuple[str, str]:
    return style.labels["where"], f"{check.where}: {check.source_line}".rstrip(": ")


def _wrapped(label: str, text: str, style: Style, most: int) -> list[str]:
    room = max(style.width, MIN_WIDTH) - style.indent
    body = _wrap(text, room) or [""]
    if len(body) > most:
        body = [*body[: most - 1], _cut(" ".join(body[most - 1 :]), room)]
    return [_pad(f"  {label}", style.indent) + body[0], *(" " * style.indent + line for line in body[1:])]


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


# ---- the table


def _table(report: Report, style: Style) -> str:
    labels = style.labels
    rows = [(labels["part"], labels["points"], labels["checks"], labels["reason"], "bold")]
    for part in report.parts:
        points = _points(part.points, part.max_points)
        rows.append((part.title, points, _passed(part), _reason(part, style.words), COLOURS[part.status]))
    rows.append((labels["total"], _total(report), "", _verdict(report, style.words), "bold"))
    widths = [max(columns(row[i]) for row in rows) for i in range(3)]
    lines = [_row(row, widths, style) for row in rows]
    rule = "-" * min(max(style.width, MIN_WIDTH), sum(widths) + 40)
    return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])


def _footnotes(report: Report, words: Mapping[str, str]) -> Iterator[str]:
    replaced = sorted({name for part in report.parts for check in part.checks for name in check.standins})
    if replaced:
        yield words["standins"].format(functions=", ".join(replaced))
    if report.data:
        yield words[f"data_{report.data}"]
    yield words[f"isolation_{report.isolation}"].format(why=f" ({report.unsandboxed})" if report.unsandboxed else "")
    if report.suspicions:
        yield words["suspicions"].format(count=len(report.suspicions))
    for suspicion in report.suspicions[:MAX_SUSPICIONS]:
        yield f"  {suspicion.where or '-'}: {words[f'suspicion_{suspicion.kind}']}: {suspicion.what}"


def _row(row: tuple[str, str, str, str, str], widths: list[int], style: Style) -> str:
    title, points, passed, reason, colour = row
    head = f"{_pad(title, widths[0])}  {' ' * (widths[1] - columns(points))}{points}  {_pad(passed, widths[2])}  "
    room = max(style.width, MIN_WIDTH) - columns(head)
    return (style.paint(head, colour) + _cut(reason, room)).rstrip()


def _points(points: float, most: float) -> str:
    return f"{points:.1f} / {most:.0f}"


def _total(report: Report) -> str:
    return "-" if report.score is None else _points(report.score, report.max_score)


def _passed(part: PartResult) -> str:
    return f"{sum(check.status is Status.PASSED for check in part.checks)}/{len(part.checks)}"


def _reason(part: PartResult, words: Mapping[str, str]) -> str:
    """Return what to do next for a part: the first function to write, else the first failure."""
    lost = [check for check in part.checks if check.status not in (Status.PASSED, Status.SKIPPED)]
    if not lost:
        return words["skipped"] if part.status is Status.SKIPPED else ""
    check = next((c for c in lost if c.unwritten), lost[0])
    if check.unloadable:
        return ""
    if check.unwritten:
        key = "waits" if check.status is Status.BLOCKED else "write"
        return words[key].format(function=check.unwritten, where=check.where)
    return f"{check.where}: {check.title}" if check.where else check.title


def _verdict(report: Report, words: Mapping[str, str]) -> str:
    if report.status == "void":
        return words["void"]
    if report.status == "partial":
        ran = sum(len(part.checks) for part in report.parts)
        return words["partial"].format(ran=ran, all=report.checks_in_rubric)
    return words["all_right"] if report.score == report.max_score else ""
