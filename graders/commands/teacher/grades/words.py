"""A teacher's word on a student: points in the place of those that were judged, a penalty for being late, a note."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from graders.harness.base.late import Late

from .results import Outcome, WordKind

if TYPE_CHECKING:
    from collections.abc import Collection

    from .results import Result, Word


def spoken(result: Result, words: tuple[Word, ...]) -> Result:
    """Return a result as it stands by the words that hold.

    Points of parts are set first, then those of the whole; a penalty comes last and leaves no less than nothing.
    """
    if not words:
        return result
    parts = {word.part: word.value for word in words if word.kind is WordKind.OVERRIDE}
    marks = tuple(replace(mark, points=parts.get(mark.name, mark.points)) for mark in result.marks)
    points = result.points
    # Where a fault of ours has kept a part from being judged, a teacher's points for it make a grade of the rest.
    whole = points is not None or (result.outcome is Outcome.VOID and _all_set(result, parts))
    if whole and any(mark.name in parts for mark in marks):
        points = round(sum(mark.points for mark in marks), 2)
    points = parts.get("", points)
    for word in words:
        if word.kind is WordKind.LATE and points is not None:
            points = Late(word.value, word.percent).left_of(points)
    return replace(result, words=words, marks=marks, points=points)


def _all_set(result: Result, parts: Collection[str]) -> bool:
    return bool(result.marks) and all(mark.name in parts for mark in result.marks if mark.status == "void")
