"""What students may see of a report while parts of it are kept from them: the rest, as if there were nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from graders.harness.base.model import Status, Visibility
from graders.harness.base.tamed import Tamed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from graders.harness.base.model import CheckResult, PartResult

# Failures that tell of a wrong function in another part's place.
TELL_OF_OTHERS = ("spoilt", "charged")


def by_students(report: Tamed) -> Tamed:
    """Return a report without its seed, and without the parts that the rubric keeps from students.

    Points, stand-ins, speeds and what was not looked at are those of the other parts, and so is the total, of which a
    penalty for being late is taken.
    """
    seen = [part for part in report.parts if part.visibility is Visibility.VISIBLE]
    withheld = len(report.parts) - len(seen)
    if not withheld:
        return Tamed(replace(report, seed=None))
    own = {function for part in seen for function in part.functions}
    others = {function for part in report.parts for function in part.functions} - own
    parts = tuple(replace(part, checks=tuple(_check(check, others) for check in part.checks)) for part in seen)
    names, graded = {part.name for part in seen}, report.score is not None
    total, late = round(sum(part.points for part in parts), 2), report.late
    fingerprints = {name: value for name, value in report.fingerprints.parts.items() if name in names}
    return Tamed(
        replace(
            report,
            seed=None,
            parts=parts,
            score=(late.left_of(total) if late else total) if graded else None,
            max_score=sum(part.max_points for part in parts),
            checks_in_rubric=sum(len(part.checks) for part in parts),
            fingerprints=replace(report.fingerprints, parts=fingerprints),
            skipped=tuple(dict.fromkeys(_unseen(parts))),
            throughput=tuple(timed for timed in report.throughput if timed.part in names),
            by_teacher=(late.said,) if late else (),  # the other sentences are of any part
            withheld=withheld,
        )
    )


def _check(check: CheckResult, others: Collection[str]) -> CheckResult:
    """Return a check's result without what it tells of other parts' functions."""
    shown = replace(check, standins=tuple(name for name in check.standins if name not in others))
    if check.unwritten in others and check.failure in TELL_OF_OTHERS:
        return replace(shown, unwritten=None, rows=(), hint="", where=None, source_line="", excerpt=None)
    return shown


def _unseen(parts: Collection[PartResult]) -> Iterator[str]:
    for part in parts:
        for check in part.checks:
            yield from (row.text for row in check.rows if check.status is Status.SKIPPED)
            yield from check.unseen
