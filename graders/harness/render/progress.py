"""What became better and worse from one grading to the next, for the terminal of somebody who goes on writing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from graders.harness.base.model import Status

from . import terminal

if TYPE_CHECKING:
    from collections.abc import Collection

    from graders.harness.base.model import PartResult
    from graders.harness.base.tamed import Tamed

    from .terminal import Style

PASSED = {Status.PASSED: True, Status.FAILED: False, Status.BLOCKED: False}  # the others say nothing of the work


@dataclass(frozen=True, slots=True)
class Step:
    """What became of a part: the titles of its checks that pass now, or no longer do, and its points."""

    part: str
    title: str
    better: tuple[str, ...]
    worse: tuple[str, ...]


def steps(before: Tamed, after: Tamed) -> list[Step]:
    """Return the parts with checks that pass now and did not before, or the other way round."""
    then = {(check.part, check.name): PASSED.get(check.status) for check in before.checks}
    found = [_step(part, then) for part in after.parts]
    return [step for step in found if step.better or step.worse]


def _step(part: PartResult, then: dict[tuple[str, str], bool | None]) -> Step:
    def turned(now: bool) -> tuple[str, ...]:
        return tuple(
            check.title
            for check in part.checks
            if PASSED.get(check.status) is now and then.get((part.name, check.name)) is (not now)
        )

    return Step(part.name, part.title, turned(True), turned(False))


def only(report: Tamed, parts: Collection[str]) -> Tamed:
    """Return the report of those parts alone."""
    return replace(report, parts=tuple(part for part in report.parts if part.name in parts))


def unloadable(report: Tamed) -> bool:
    """Tell whether the whole file cannot be loaded, so that no check could run."""
    return any(check.unloadable for check in report.checks)


def render(report: Tamed, before: Tamed | None, style: Style, told: Collection[str] = (), total: bool = True) -> str:
    """Return what is to be fixed, what became better and worse, and the table.

    Where the parts `told` were told of before, there is to fix only what has become worse beside them. Where the whole
    file cannot be loaded, that is all there is to say.
    """
    if unloadable(report):
        return terminal.joined(terminal.to_fix(report, style))
    taken = [step for step in steps(before, report) if step.part not in told] if before else []
    fix = [step.part for step in taken if step.worse] if told else [part.name for part in report.parts]
    lines = [line for step in taken for line in _lines(step, style)]
    judged = only(report, [part.name for part in report.parts if part.status is not Status.SKIPPED])
    table = terminal.table(judged, style, before, total)
    return terminal.joined([*terminal.to_fix(only(report, fix), style), "\n".join(lines), table])


def _lines(step: Step, style: Style) -> list[str]:
    """Return what became of a part, a row for what is better and one for what is worse."""
    labels = style.words.labels
    indent = 2 + max(terminal.columns(labels["better"]), terminal.columns(labels["worse"]))
    rows = (("better", "green", step.better), ("worse", "red", step.worse))
    return [
        style.paint(terminal.pad(labels[key], indent), colour) + line if number == 0 else " " * indent + line
        for key, colour, titles in rows
        if titles
        for number, line in enumerate(terminal.wrapped(f"{step.title}: {'; '.join(titles)}", style, indent))
    ]
