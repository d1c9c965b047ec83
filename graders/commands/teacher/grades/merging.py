"""Reports put together: some parts judged anew in one that is whole, and points worked out anew by another rubric."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from graders.harness.judge import fingerprints
from graders.harness.judge.scoring import score, totals, unseen
from graders.harness.source.suspicion import ranked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from graders.harness.base.model import CheckResult, Report
    from graders.harness.judge.rubric import Rubric


def rescored(report: Report, rubric: Rubric, titles: Mapping[str, str]) -> Report:
    """Return a report with its points by a rubric, as a fresh grading would have them whose verdicts are the same.

    `titles` are the parts'. What the rubric does not ask for is left out; what it asks for besides makes the report
    partial.
    """
    return _scored(report, report.checks, rubric, titles)


def merged(whole: Report | None, partial: Report, rubric: Rubric, titles: Mapping[str, str]) -> Report:
    """Return a report in which the checks of a later, partial one have taken their places.

    Without a whole one, which need not be complete either, it is the partial one's beginning.
    """
    if whole is None:
        return rescored(partial, rubric, titles)
    parts, anew = {part.name for part in partial.parts}, {(check.part, check.name) for check in partial.checks}
    kept = [check for check in whole.checks if (check.part, check.name) not in anew]
    gone = [check for check in whole.checks if (check.part, check.name) in anew]
    found = [one for one in partial.suspicions if one not in whole.suspicions]
    timed = [one for one in whole.throughput if one.part not in parts and (one.part or not partial.throughput)]
    both = replace(
        partial,
        data=partial.data or whole.data,
        fingerprints=replace(partial.fingerprints, digits=partial.fingerprints.digits or whole.fingerprints.digits),
        duration_s=whole.duration_s - sum(check.duration_s for check in gone) + partial.duration_s,
        skipped=_left_over(whole) + _left_over(partial),
        throughput=(*timed, *partial.throughput),
        suspicions=ranked([*whole.suspicions, *found]) if found else whole.suspicions,
        remarks=_distinct([*whole.remarks, *partial.remarks]),
        outlined=partial.outlined or whole.outlined,
    )
    named = {part.name: part.title for part in whole.parts}
    return _scored(both, [*kept, *partial.checks], rubric, {**named, **titles})


def _scored(report: Report, checks: Iterable[CheckResult], rubric: Rubric, titles: Mapping[str, str]) -> Report:
    asked = {part.name: part.checks for part in rubric.parts}
    titles = {part.name: part.title for part in report.parts} | dict(titles)  # a teacher's own parts are the report's
    asked_for = [check for check in checks if check.name in asked.get(check.part, ())]
    status, parts = score(rubric, titles, asked_for)
    points, most = totals(status, parts)
    known = report.fingerprints
    return replace(
        report,
        status=status,
        score=points,
        max_score=most,
        fingerprints=replace(
            known,
            points=fingerprints.of_points(rubric) if known.points else "",
            parts={name: value for name, value in known.parts.items() if name in asked},
        ),
        parts=parts,
        checks_in_rubric=sum(len(part.checks) for part in rubric.parts),
        skipped=_distinct([*_told(check for part in parts for check in part.checks), *_left_over(report)]),
        throughput=tuple(one for one in report.throughput if not one.part or one.part in asked),
        by_teacher=(),
        late=None,
    )


def _told(checks: Iterable[CheckResult]) -> Iterator[str]:
    """Yield what checks could not look at."""
    for check in checks:
        yield from unseen(check)


def _left_over(report: Report) -> tuple[str, ...]:
    """Return what a report says to be skipped that no check of it tells: another run of one that ran several times."""
    told = set(_told(report.checks))
    return tuple(text for text in report.skipped if text not in told)


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
