"""Gradescope's results.json: a test a part, with partial scores and who may see them, and the leaderboard.

Format: Gradescope's autograder documentation, "Autograder specifications", output format.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from graders.harness.base.model import Status, Visibility

from . import shown, telling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graders.harness.base.model import PartResult
    from graders.harness.base.tamed import Tamed
    from graders.harness.base.words import Words

MAX_OUTPUT = 20_000  # characters of one test's text


def render(report: Tamed, words: Words) -> str:
    """Return results.json with a final newline.

    A report without a grade has no scores at all, which Gradescope takes for a failed autograder: no zero comes of it.
    Where a part is not to be seen yet, all that is seen besides is told without it, and there is no total: Gradescope
    adds up the tests' scores itself, and shows no student the sum while one of them is hidden.
    """
    graded, seen = report.score is not None, shown.by_students(report)
    heading = f"{seen.title}: {telling.total(seen)} {telling.verdict(seen, words)}"
    result: dict[str, Any] = {
        **({"score": report.score} if graded and not seen.withheld else {}),
        "execution_time": round(report.duration_s),
        "output": "\n".join([heading, *telling.footnotes(seen, words)]),
        "output_format": "text",
        "visibility": Visibility.VISIBLE.value,
        "stdout_visibility": Visibility.HIDDEN.value,
        "tests": list(_tests(report, seen, words)),
    }
    if graded:
        result["leaderboard"] = _leaderboard(seen)
    return json.dumps(result, indent=1, ensure_ascii=False) + "\n"


def failed(text: str) -> str:
    """Return results.json for a grader that left no report: a text for whoever looks, and no score."""
    result = {"output": text[:MAX_OUTPUT], "output_format": "text", "visibility": Visibility.VISIBLE.value, "tests": []}
    return json.dumps(result, indent=1, ensure_ascii=False) + "\n"


def _tests(report: Tamed, seen: Tamed, words: Words) -> Iterator[dict[str, Any]]:
    """Yield a test a part; those that students see know nothing of the others."""
    visible = {part.name: part for part in seen.parts}
    for number, part in enumerate(report.parts, 1):
        told = visible.get(part.name)
        yield _test(number, told or part, seen if told else report, words)


def _test(number: int, part: PartResult, report: Tamed, words: Words) -> dict[str, Any]:
    points = {"score": part.points, "max_score": part.max_points} if report.score is not None else {}
    return {
        **points,
        "status": "passed" if part.status in (Status.PASSED, Status.SKIPPED) else "failed",
        "name": part.title,
        "name_format": "text",
        "number": str(number),
        "output": _output(part, report, words)[:MAX_OUTPUT],
        "output_format": "text",
        "visibility": part.visibility.value,
    }


def _output(part: PartResult, report: Tamed, words: Words) -> str:
    own = [cause for cause in telling.causes(report, words) if cause.first.part == part.name]
    blocks = [f"{cause.title}\n{words.said(cause.rows)}" for cause in own]
    return "\n\n".join(blocks) or telling.reason(part, words) or telling.passed(part)


def _leaderboard(report: Tamed) -> list[dict[str, Any]]:
    """Return what was measured: figures by their names, and the speed over the yardstick's on each device."""
    speeds = {f"throughput ({timed.device})": timed.ratio for timed in report.throughput}
    figures = {**report.figures, **speeds}
    return [{"name": name, "value": round(value, 4), "order": "desc"} for name, value in figures.items()]
