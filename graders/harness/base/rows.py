"""What a message says, a row at a time, under keys that become words of a language only where they are shown.

What it shows besides are the student's lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Key(StrEnum):
    """What a row tells, in the order in which rows are shown; its label is the text of that name in `labels`."""

    ASKED = "asked"
    EXPECTED = "expected"
    GOT = "got"
    MISTAKE = "mistake"
    IDEA = "idea"
    WHERE = "where"
    WHY = "why"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Row:
    """One row. What needs no label, such as the reason why a check was skipped, has no key."""

    key: Key | None
    text: str


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The student's lines around a place; `first` is the number of the first one."""

    first: int
    lines: tuple[str, ...]
