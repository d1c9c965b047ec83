"""The file of a class's page: drawn anew where something that it shows has changed since, and only there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from graders.commands.teacher.grades.pages import PAGE
from graders.harness.base import files
from graders.harness.source import fingerprint
from graders.spec import SPEC

if TYPE_CHECKING:
    from graders.commands.teacher.grades.store import Gradebook
    from graders.harness.judge.spec import LabSpec

FILE = "index.html"
FACT = "page"  # what a gradebook remembers of the file: what it was drawn of, and what it was then
GRADER = Path(__file__).parents[3]
CODE = {".py", ".toml", ".jinja", ".css", ".js"}  # endings of what draws a page, and has its words


def put(book: Gradebook, out: Path, language: str, spec: LabSpec = SPEC) -> Path:
    """Have the page lie in the folder of reports as the gradebook is now; returns its path.

    Raises ConfigurationError where there are no messages in the language, and OSError.
    """
    path = out / FILE
    of = _of(book, out, language, spec)  # before it is drawn: what comes meanwhile has it drawn once more
    if book.fact(FACT) == f"{of} {fingerprint.of_path(path)}":
        return path
    from . import classroom  # which knows the whole catalogue of mistakes

    drawn = classroom.draw(book, language, spec, out)
    files.write(path, drawn.text)
    book.remember(FACT, f"{of} {fingerprint.of_path(path)}" if drawn.whole else "")
    return path


def _of(book: Gradebook, out: Path, language: str, spec: LabSpec) -> str:
    """Return the fingerprint of all that a page is drawn of: results, who has a page to be linked, words and code."""
    linked = [folder for folder in book.folders() if (out / folder / PAGE).is_file()]
    folders = {GRADER, spec.folder.resolve()}
    code = [fingerprint.of_files(_code(folder), folder) for folder in sorted(folders)]
    return fingerprint.of(book.state(), language, spec.folder.name, *code, fingerprint.of(*linked))


def _code(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.suffix in CODE]
