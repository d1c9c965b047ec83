"""Which known name a misspelt one was meant to be: one, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SHORT, LONG = 4, 8  # letters from which one, or two, may be wrong


def meant(name: str, known: Iterable[str]) -> str | None:
    """Return the one known name that `name` is a slip of the pen of; None where there is none, or more than one."""
    near = sorted((steps, other) for other in set(known) - {name} if (steps := _steps(name, other)) is not None)
    if not near or (len(near) > 1 and near[0][0] == near[1][0]):
        return None
    return near[0][1]


def is_plural(one: str, other: str) -> bool:
    """Tell whether two names differ by an s at the end, which often are two things and no slip."""
    return one + "s" == other or other + "s" == one


def _steps(name: str, other: str) -> int | None:
    """Return how many letters are wrong, 0 for capitals and underscores alone, or None for two different names."""
    if name[:1].isupper() != other[:1].isupper() and min(len(name), len(other)) > 1:
        return None  # a class and its object
    if _plain(name) == _plain(other):
        return 0
    if [c for c in name if c.isdigit()] != [c for c in other if c.isdigit()]:
        return None  # fc1 and fc2
    letters = min(len(_plain(name)), len(_plain(other)))
    steps = _distance(_plain(name), _plain(other))
    return steps if letters >= SHORT and steps <= (2 if letters >= LONG else 1) else None


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _distance(one: str, other: str) -> int:
    """Count the letters to be added, left out, changed or swapped with their neighbours."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, above, row = row, before, [i]
        for j, b in enumerate(other, 1):
            steps = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                steps = min(steps, above[j - 2] + 1)
            row.append(steps)
    return row[-1]
