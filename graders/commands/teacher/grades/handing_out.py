"""Students' pages as they are handed out: by a teacher's word, without what the rubric keeps from students."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graders.harness.base import files
from graders.harness.render.shown import by_students
from graders.harness.render.tame import tame

from . import pages, reports

if TYPE_CHECKING:
    from pathlib import Path

    from graders.harness.judge.spec import LabSpec

    from .results import Result


def hand_out(result: Result, out: Path, folder: Path, spec: LabSpec) -> Path | None:
    """Write a student's page into a folder; returns where, or None where nothing was judged that a page could tell.

    The pictures of the page in `out` serve again, unless some of them might be of what is hidden. Raises OSError.
    """
    if result.text is None:
        return None
    report = reports.read(result.text, spec)
    messages = reports.messages_of(report, spec)
    shown = by_students(tame(pages.spoken(report, result, messages.words.notes)))
    own, handed = out / result.folder / pages.PAGE, folder / f"{result.folder}.html"
    files.write(handed, pages.page_of(shown, own, spec, messages, redraw=bool(shown.withheld)))
    return handed
