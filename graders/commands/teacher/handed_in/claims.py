"""Whose an entry of a class's folder is, as far as its name tells, in a learning system's way or plainly."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Claim:
    """Whose an entry is.

    Of a student's entries with one `series`, those of the highest `attempt` count. Where several are left, a learning
    system's are files of one hand-in (`together`); others are two that nobody can tell apart.
    """

    student: str
    name: str = ""
    late: bool = False
    attempts: int = 1  # that the system tells of
    identities: Mapping[str, str] = field(default_factory=dict)
    series: str = ""
    attempt: tuple[int | str, ...] = ()
    together: bool = False
    aside: str = ""  # why it is no hand-in, the key of a text, where the system puts others beside that
