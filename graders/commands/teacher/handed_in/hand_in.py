"""What a class's folder holds, an entry at a time: whose hand-in it is, or what it is instead."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  # what the gradebook holds is built by its annotations
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path  # noqa: TC003  # the same


class Kind(StrEnum):
    """What an entry of a class's folder is."""

    HAND_IN = "hand_in"  # is graded
    EARLIER = "earlier"  # an attempt before the one that counts
    NOT_LOADABLE = "not_loadable"  # somebody's, in a form that nobody here reads
    NO_SUBMISSION = "no_submission"  # nobody's: a list of marks, a system's own file


@dataclass(frozen=True, slots=True)
class HandIn:
    """What a student has handed in, and counts.

    `student` is the name in every list, table, report and page: in Unicode's form C, dots kept, unique in its class.
    """

    student: str
    path: Path  # what `--submission` gets
    name: str = ""  # the person's, where a roster or a learning system tells it
    late: bool = False
    attempts: int = 1  # how often it was handed in; this is the last
    identities: Mapping[str, str] = field(default_factory=dict)  # by learning system: "canvas", "moodle", …


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a class's folder, and what became of it.

    `why` is the key of a text in the engine's or lab's messages, with `params`; empty where there is nothing to say.
    """

    name: str  # as it stands in the folder, in Unicode's form C, printable anywhere
    kind: Kind
    student: str = ""
    why: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClassFolder:
    """A class's folder, looked through: every entry, whose hand-ins count, and who has handed in nothing."""

    entries: tuple[Entry, ...]
    hand_ins: tuple[HandIn, ...]
    missing: tuple[HandIn, ...] = ()  # those of a roster without one; their path is the folder's
