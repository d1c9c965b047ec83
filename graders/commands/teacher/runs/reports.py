"""What lies in OUT for each student: report.json, the page, and what a judge said where it went wrong."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from graders.harness.base import files

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from graders.commands.teacher.grades.results import Result

LOG = logging.getLogger(__name__)
OUTPUT = "judge.txt"


class Reports:
    """Writes into a folder a student, whose names `folders` has, and only what has changed.

    `draw` makes a page of a report.json's text, from nothing or with the pictures of an earlier page; None where no
    pages are wanted.
    """

    def __init__(self, out: Path, folders: Mapping[str, str], draw: Callable[[str, str], str] | None) -> None:
        self._out, self._folders, self._draw = out, folders, draw

    def folder(self, student: str) -> Path:
        """Return a student's folder."""
        return self._out / self._folders[student]

    def judged(self, student: str, text: str, page: bytes | None, plain: Mapping[str, Any], output: str) -> None:
        """Write what a judge has found. A page is the judge's own, or drawn here of what was merged."""
        folder = self._made(student)
        _write(folder / "report.json", text)
        if self._draw is not None:
            _write(folder / "report.html", page.decode("utf-8") if page else self._draw(text, ""))
        if plain["status"] == "void":
            _write(folder / OUTPUT, output)
        else:
            (folder / OUTPUT).unlink(missing_ok=True)

    def rescored(self, student: str, text: str) -> None:
        """Write a report whose points were worked out anew; pictures show none, so they stay."""
        folder = self._made(student)
        _write(folder / "report.json", text)
        if self._draw is not None:
            _write(folder / "report.html", self._draw(text, _read(folder / "report.html")))

    def complete(self, student: str, result: Result | None) -> None:
        """Write what is missing of an unchanged result: somebody has removed it, or a run was killed before."""
        folder = self.folder(student)
        report, page = folder / "report.json", folder / "report.html"
        if report.is_file() and (self._draw is None or page.is_file()):
            return
        if (text := result.text if result else None) is not None:
            self._made(student)
            _write(report, text)
            if self._draw is not None and not page.is_file():
                _write(page, self._draw(text, ""))

    def missed(self, student: str, output: str) -> None:
        """Keep what a judge said that left no report; an old one must not stand in for a new one."""
        folder = self._made(student)
        for name in ("report.json", "report.html"):
            (folder / name).unlink(missing_ok=True)
        _write(folder / OUTPUT, output)

    def _made(self, student: str) -> Path:
        folder = self.folder(student)
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def _write(path: Path, text: str) -> None:
    if _read(path) != text:
        files.write(path, text)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
