"""What lies in OUT for each student: report.json, the page, and what a judge said where it went wrong."""

from __future__ import annotations

import os
from datetime import datetime
from typing import TYPE_CHECKING

from graders.commands.teacher.grades.pages import PAGE, REPORT
from graders.harness.base import files

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from graders.commands.teacher.grades.results import Result

OUTPUT = "judge.txt"
CLOCK_SECONDS = 2.0  # by which a file may seem older than it is: its system may count in such steps


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

    def judged(self, student: str, text: str, page: bytes | None, *, own: bool) -> None:
        """Write what a judge has found. `page` is the judge's, if there is one, whose `own` report `text` is or was."""
        earlier = page.decode("utf-8") if page else ""
        self._write(student, text, lambda: earlier if own and earlier else self._drawn(text, earlier))

    def rescored(self, student: str, text: str) -> None:
        """Write a report whose points were worked out anew; pictures show none, so they stay."""
        self._write(student, text, lambda: self._drawn(text, _read(self.folder(student) / PAGE)))

    def is_stale(self, student: str, result: Result) -> bool:
        """Tell whether something lacks of an unchanged result, or is older: a run was killed before it was written."""
        if not result.graded_at:
            return False
        graded = datetime.fromisoformat(result.graded_at).timestamp() - CLOCK_SECONDS
        names = (REPORT, PAGE) if self._draw is not None else (REPORT,)
        return any(_written(self.folder(student) / name) < graded for name in names)

    def rewritten(self, student: str, text: str) -> None:
        """Write what was stale."""
        self._write(student, text, lambda: self._drawn(text, ""))

    def missed(self, student: str) -> None:
        """Remove what is there of a student without a report: an old one must not stand in for a new one."""
        for name in (REPORT, PAGE):
            (self.folder(student) / name).unlink(missing_ok=True)

    def keep(self, student: str, output: str) -> None:
        """Keep what a judge has said that went wrong; nothing where it did not."""
        if output:
            _write(self._made(student) / OUTPUT, output)
        else:
            (self.folder(student) / OUTPUT).unlink(missing_ok=True)

    def _write(self, student: str, text: str, page: Callable[[], str]) -> None:
        folder = self._made(student)
        _write(folder / REPORT, text)
        if self._draw is not None:
            _write(folder / PAGE, page())

    def _drawn(self, text: str, earlier: str) -> str:
        assert self._draw is not None  # asked for where pages are wanted
        return self._draw(text, earlier)

    def _made(self, student: str) -> Path:
        folder = self.folder(student)
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def _write(path: Path, text: str) -> None:
    """Write what has changed; what has not is as fresh as what has."""
    if _read(path) != text:
        files.write(path, text)
    else:
        os.utime(path)


def _written(path: Path) -> float:
    """Return when a file was written, in seconds since 1970; 0 where there is none."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
