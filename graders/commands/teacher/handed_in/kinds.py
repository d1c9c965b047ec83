"""What an entry of a class's folder is, by its name and by what lies there: somebody's hand-in, or what else."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from graders.harness.source import needless
from graders.harness.source.archive import is_archive, is_foreign
from graders.harness.source.notebooks import is_notebook

from .hand_in import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

SYSTEMS = {".ds_store", "thumbs.db", "desktop.ini", "__macosx", "__pycache__", "icon\r", "$recycle.bin", "node_modules"}
MARKS = {".csv", ".tsv", ".xlsx", ".xls", ".xlsm", ".ods", ".numbers"}
NOTES = {".md", ".rst", ".log", ".yml", ".yaml", ".toml", ".json", ".jsonl", ".xml", ".ini", ".cfg", ".sqlite", ".db"}
NOTES_NAMES = ("readme", "license", "notes", "index.html")
GRADEBOOK = "gradebook.sqlite"
OURS = {GRADEBOOK, "batch.log", "report.json", "report.html"}
LOOKED_AT = 50  # folders of students, until one has a report


@dataclass(frozen=True, slots=True)
class Found:
    """What an entry is. `why` is the key of a text in the section `entries` of the messages."""

    kind: Kind
    why: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


HAND_IN = Found(Kind.HAND_IN)


def kind_of(path: Path) -> Found:
    """Tell what an entry is. Raises nothing, whatever lies there."""
    name = path.name.lower()
    if name in SYSTEMS or name.startswith(("._", "~$", ".~")):
        return Found(Kind.NO_SUBMISSION, "systems_file")
    try:
        is_folder = path.is_dir()
    except (OSError, RuntimeError, ValueError):  # a link in circles, in Python before 3.13
        is_folder = False
    if name.startswith("."):
        return Found(Kind.NOT_LOADABLE if _resembles(name) and not is_folder else Kind.NO_SUBMISSION, "hidden")
    if is_folder:
        why = "report_folder" if is_of_reports(path) else _what_else(path)
        return Found(Kind.NO_SUBMISSION, why) if why else HAND_IN
    if needless.DATA in name:
        return Found(Kind.NO_SUBMISSION, "data")
    return _by_ending(path) if path.suffix or not _leads_nowhere(path) else HAND_IN


def _resembles(name: str) -> bool:
    """Tell whether a hidden file has the ending of a lab's: it may be somebody's whose name was left empty."""
    return name.endswith((".py", ".ipynb")) or is_archive(Path(f"x{name}"))


def _leads_nowhere(path: Path) -> bool:
    """Tell whether it is a link to nothing, which stands for a folder where it has no ending."""
    try:
        return path.is_symlink() and not path.exists()
    except (OSError, RuntimeError):
        return True


def _by_ending(path: Path) -> Found:
    name, ending = path.name.lower(), path.suffix.lower()
    if ending == ".py" or is_notebook(path) or is_archive(path):
        return HAND_IN
    if is_foreign(path):
        return Found(Kind.NOT_LOADABLE, "foreign_archive", {"file": path.name, "ending": ending})
    if ending in MARKS:
        return Found(Kind.NO_SUBMISSION, "list_of_marks")
    if ending in NOTES or name.startswith(NOTES_NAMES):
        return Found(Kind.NO_SUBMISSION, "notes")
    if not ending:
        return Found(Kind.NOT_LOADABLE, "no_ending")
    return Found(Kind.NOT_LOADABLE, "other_ending", {"ending": ending})


def _what_else(folder: Path) -> str:
    """Return the key of what a folder is that holds no hand-in: an environment, or data alone; nothing for another."""
    if os.path.lexists(folder / needless.ENVIRONMENT_FILE) or os.path.lexists(folder / needless.ENVIRONMENT_FOLDER):
        return "environment"
    names = [name for _, _, files in islice(os.walk(folder), LOOKED_AT) for name in files if name[0] != "."]
    return "data" if names and all(needless.DATA in name.lower() for name in names) else ""


def is_of_reports(folder: Path) -> bool:
    """Tell whether a grading of a class has written a folder: it has a gradebook, or a report for each student."""
    try:
        with os.scandir(folder) as found:
            entries = list(found)
        names = {entry.name for entry in entries}
        if GRADEBOOK in names:
            return True
        folders = [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
        others = names - {entry.name for entry in folders} - OURS
        return bool(folders) and not others and all(_is_report(Path(entry)) for entry in folders[:LOOKED_AT])
    except OSError:
        return False


def _is_report(folder: Path) -> bool:
    names = {entry.name for entry in folder.iterdir()}
    return "report.json" in names and names <= OURS
