"""From check results to points. Pure functions of the rubric and the results."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from graders.harness.base.model import CheckResult, PartResult, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .rubric import Part, Rubric

# A check that ran several times (parametrised) is as bad as its worst run; a part as its worst check.
WORST_FIRST = (Status.VOID, Status.FAILED, Status.BLOCKED, Status.PASSED, Status.SKIPPED)


def worst(statuses: Iterable[Status]) -> Status:
    """Return the gravest of the statuses; SKIPPED counts only where there is nothing else."""
    return min(statuses, key=WORST_FIRST.index)


def merge(results: Sequence[CheckResult]) -> tuple[CheckResult, ...]:
    """Fold the runs of each parametrised check into its first worst one, keeping the order."""
    runs: dict[tuple[str, str], list[CheckResult]] = {}
    for result in results:
        runs.setdefault((result.part, result.name), []).append(result)
    return tuple(_fold(group) for group in runs.values())


def _fold(group: list[CheckResult]) -> CheckResult:
    gravest = min(group, key=lambda result: (WORST_FIRST.index(result.status), result.credit))
    return replace(gravest, duration_s=sum(result.duration_s for result in group))


def score_part(part: Part, title: str, results: Sequence[CheckResult]) -> PartResult:
    """Split the part's points over its checks by weight, a failed one's credit included; skipped ones leave theirs."""
    counted = {r.name: part.checks[r.name] for r in results if r.status is not Status.SKIPPED}
    missing = part.checks.keys() - {r.name for r in results}
    total = sum(counted.values()) + sum(part.checks[name] for name in missing)
    shares = ((counted.get(r.name, 0), 1.0 if r.status is Status.PASSED else r.credit) for r in results)
    earned = sum(weight * share for weight, share in shares)
    points = round(part.points * earned / total, 2) if total else 0.0
    status = worst(r.status for r in results)
    most = part.points if total else 0.0
    seen, asked = part.visibility, part.functions
    return PartResult(part.name, title, status, points, most, tuple(results), asked, visibility=seen)


def _capped(scored: Sequence[tuple[Part, PartResult]]) -> list[PartResult]:
    """Give checks that wait for a wrong function no more than that function has lost elsewhere.

    Whoever is better off with a check that cannot be judged than with its verdict could make a mistake to that end;
    with this, the mistake costs at least what it saves. Points are whole again where the mistake cost as much.
    """
    lost: dict[str, float] = {}
    for part, result in scored:
        for function in part.functions:
            lost[function] = lost.get(function, 0.0) + result.max_points - result.points
    return [_capped_part(part, result, lost) for part, result in scored]


def _uncapped(check: CheckResult) -> CheckResult:
    """Return a check as it was judged: one of a report that is scored anew has had its credit lowered."""
    return replace(check, credit=check.uncapped, uncapped=0.0) if check.uncapped else check


def _capped_part(part: Part, result: PartResult, lost: Mapping[str, float]) -> PartResult:
    counted = [check for check in result.checks if check.status is not Status.SKIPPED]
    total = sum(part.checks[check.name] for check in counted)

    def capped(check: CheckResult) -> CheckResult:
        if check.status is not Status.BLOCKED or not check.credit:
            return check
        worth = part.points * part.checks[check.name] / total if total else 0.0
        credit = min(check.credit, lost.get(check.unwritten or "", 0.0) / worth) if worth else 0.0
        return replace(check, credit=credit, uncapped=check.credit)

    checks = [capped(check) for check in result.checks]
    return result if checks == list(result.checks) else score_part(part, result.title, checks)


def unseen(result: CheckResult) -> Iterator[str]:
    """Yield what a check could not look at, in words: all of it where it was skipped."""
    if result.status is Status.SKIPPED:
        yield from (row.text for row in result.rows)
    yield from result.unseen


def _in_order(part: Part, results: Sequence[CheckResult]) -> list[CheckResult]:
    """Return the part's results in the rubric's order; side by side, checks end in any order."""
    order = list(part.checks)
    return sorted((r for r in results if r.part == part.name), key=lambda result: order.index(result.name))


def score(
    rubric: Rubric, titles: Mapping[str, str], results: Sequence[CheckResult]
) -> tuple[str, tuple[PartResult, ...]]:
    """Return the report's status ("graded", "partial" or "void") and the parts that ran."""
    merged = merge([_uncapped(result) for result in results])
    grouped = [(part, _in_order(part, merged)) for part in rubric.parts]
    complete = sum(len(part.checks) for part in rubric.parts) == len(merged)
    scored = [(part, score_part(part, titles.get(part.name, part.name), ran)) for part, ran in grouped if ran]
    # What a function has lost is known where everything was judged; otherwise there is no score anyway.
    parts = tuple(_capped(scored) if complete else [result for _, result in scored])
    if any(part.status is Status.VOID for part in parts):
        return "void", parts
    return ("graded" if complete else "partial"), parts


def totals(status: str, parts: Sequence[PartResult]) -> tuple[float | None, float]:
    """Return the score, None unless graded, and the most that can be had."""
    points = round(sum(part.points for part in parts), 2) if status == "graded" else None
    return points, sum(part.max_points for part in parts)
