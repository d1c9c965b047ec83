"""Looks through a class's folder: every entry of it gets a line, and nobody is lost or mixed up with another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graders.harness.base.errors import ConfigurationError
from graders.harness.source.archive import is_archive, stem

from .hand_in import ClassFolder, Entry, HandIn, Kind
from .identities import printable
from .kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path


def look_through(folder: Path, *, roster: Path | None = None, leave_out: Iterable[Path] = ()) -> ClassFolder:
    """Return what a class's folder holds: an entry for each thing in it, and the hand-ins that count.

    `roster` is a table of the class's students. Nothing at a path of `leave_out`, the folder of reports say, is
    anybody's. Raises ConfigurationError where there is no folder, or nothing in it that may be somebody's.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"{folder} is no folder")
    ours = {path.absolute() for path in leave_out}
    entries, hand_ins = list[Entry](), list[HandIn]()
    for path in sorted(folder.iterdir()):
        name = printable(path.name)
        if path.absolute() in ours:
            entries.append(Entry(name, Kind.NO_SUBMISSION, why="report_folder"))
            continue
        found = kind_of(path)
        if found.kind is Kind.NO_SUBMISSION:
            entries.append(Entry(name, found.kind, why=found.why, params=found.params))
            continue
        student = name_of(path)
        entries.append(Entry(name, found.kind, student, found.why, found.params))
        if found.kind is Kind.HAND_IN:
            hand_ins.append(HandIn(student, path))
    if all(entry.kind is Kind.NO_SUBMISSION for entry in entries):
        raise ConfigurationError(f"{folder} holds no submissions: no folder, archive, Python file or notebook")
    taken = [hand_in.student for hand_in in hand_ins]
    twice = {student for student in taken if taken.count(student) > 1}
    return ClassFolder(
        tuple(_doubted(entry, twice) for entry in entries),
        tuple(hand_in for hand_in in hand_ins if hand_in.student not in twice),
    )


def name_of(path: Path) -> str:
    """Return whose an entry is, by its own name, not by what a link leads to: dots are kept, an ending is not."""
    if path.is_dir():
        return printable(path.name)
    return printable(stem(path) if is_archive(path) else path.stem)


def _doubted(entry: Entry, twice: Collection[str]) -> Entry:
    """Return an entry as one that nobody reads where its student has another: none is guessed to be the one."""
    if entry.kind is not Kind.HAND_IN or entry.student not in twice:
        return entry
    return Entry(entry.name, Kind.NOT_LOADABLE, entry.student, "several_of_one", {"student": entry.student})
