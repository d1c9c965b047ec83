"""Make a report safe to show: whatever a submission said becomes short and printable, in every format alike."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graders.harness.base.model import CheckResult, Excerpt, PartResult, Report, Suspicion, Where
    from graders.harness.base.speed import Throughput

MAX_TEXT = 1_000  # characters of one row of a message, a hint, a version
MAX_NAME = 300  # of names, titles and lines of code
MAX_ROWS = 10  # of one message, or lines of an excerpt


def tame(report: Report) -> Report:
    """Return the report with every text cut and every control character, surrogate and text direction spelled out."""
    return replace(
        report,
        lab=name(report.lab),
        title=name(report.title),
        submission=name(report.submission),
        student=name(report.student),
        isolation=name(report.isolation),
        unsandboxed=name(report.unsandboxed),
        skipped=tuple(name(reason) for reason in report.skipped),
        suspicions=tuple(_suspicion(suspicion) for suspicion in report.suspicions),
        versions={name(package): name(version) for package, version in report.versions.items()},
        parts=tuple(_part(part) for part in report.parts),
        throughput=tuple(_throughput(timed) for timed in report.throughput),
    )


def name(text: str) -> str:
    """Return one short line."""
    return _line(text, MAX_NAME)


def _line(text: str, most: int) -> str:
    cut = text if len(text) <= most else text[:most] + "…"
    if cut.isprintable():
        return cut
    return "".join(c if c.isprintable() or c == "\u3000" else " " if c.isspace() else repr(c)[1:-1] for c in cut)


def _part(part: PartResult) -> PartResult:
    checks = tuple(_check(check) for check in part.checks)
    return replace(part, name=name(part.name), title=name(part.title), checks=checks)


def _check(check: CheckResult) -> CheckResult:
    return replace(
        check,
        name=name(check.name),
        part=name(check.part),
        title=name(check.title),
        message=_message(check.message),
        hint=_line(check.hint, MAX_TEXT),
        mistakes=tuple(name(mistake) for mistake in check.mistakes),
        where=_where(check.where),
        source_line=name(check.source_line),
        excerpt=_excerpt(check.excerpt),
        unwritten=None if check.unwritten is None else name(check.unwritten),
        standins=tuple(name(function) for function in check.standins),
        figures={name(figure): value for figure, value in check.figures.items()},
    )


def _message(message: str) -> str:
    rows = message[: MAX_ROWS * MAX_TEXT].split("\n")[:MAX_ROWS]
    pairs = [row.partition("\t") for row in rows]
    return "\n".join(f"{name(label)}{tab}{_line(text, MAX_TEXT)}" for label, tab, text in pairs)


def _throughput(timed: Throughput) -> Throughput:
    return replace(timed, device=name(timed.device), device_name=name(timed.device_name))


def _suspicion(suspicion: Suspicion) -> Suspicion:
    return replace(suspicion, kind=name(suspicion.kind), what=name(suspicion.what), where=_where(suspicion.where))


def _where(where: Where | None) -> Where | None:
    return None if where is None else replace(where, file=name(where.file))


def _excerpt(excerpt: Excerpt | None) -> Excerpt | None:
    return None if excerpt is None else replace(excerpt, lines=tuple(name(line) for line in excerpt.lines[:MAX_ROWS]))
