"""A function that was made of a file which does not define it, and the file's own lines that it was made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """A line of what was handed in: its number in the file, or in the notebook's cell `cell`."""

    number: int
    text: str
    cell: int | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A function and its lines, each once, in the order in which they stand."""

    function: str
    lines: tuple[Line, ...]
