"""A student's report.json and page as they stand by a teacher's word."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from graders.harness.base import files
from graders.harness.base.late import Late
from graders.harness.base.model import Report, Status
from graders.harness.render import html, json_report
from graders.harness.render.tame import tame

from . import reports
from .results import WordKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from graders.harness.base.exhibits import Picture
    from graders.harness.base.tamed import Tamed
    from graders.harness.judge.messages import Messages
    from graders.harness.judge.spec import LabSpec

    from .results import Result, Word

REPORT, PAGE = "report.json", "report.html"


def rewrite(out: Path, result: Result, spec: LabSpec, *, redraw: bool = False) -> bool:
    """Write a student's report and page, where there is a report; tells whether there is one.

    The pictures of the page that is there are kept, unless they are to be drawn again. Raises OSError.
    """
    text = result.text
    if text is None:
        return False
    report = reports.read(text, spec)
    messages = reports.messages_of(report, spec)
    shown = tame(spoken(report, result, messages.words.notes))
    folder = out / result.folder
    folder.mkdir(parents=True, exist_ok=True)
    page = page_of(shown, folder / PAGE, spec, messages, redraw=redraw)
    files.write(folder / REPORT, json_report.render(shown, messages.words))
    files.write(folder / PAGE, page)
    return True


def page_of(report: Tamed, earlier: Path, spec: LabSpec, messages: Messages, *, redraw: bool = False) -> str:
    """Return a report's page, with the pictures of an earlier one, if it is there and they need not be drawn again."""
    kept = "" if redraw or not earlier.is_file() else earlier.read_text(encoding="utf-8")
    return html.render(report, messages.words, () if kept else _drawn(report, spec, messages), kept)


def standing_text(text: str, result: Result | None, spec: LabSpec) -> str:
    """Return a student's report.json as it stands by a teacher's word; the same text where nothing was set."""
    if result is None or all(word.kind is WordKind.NOTE for word in result.words):
        return text
    report = reports.read(text, spec)
    return reports.write(spoken(report, result, reports.messages_of(report, spec).words.notes), spec)


def spoken(report: Report, result: Result, notes: Mapping[str, str]) -> Report:
    """Return a report with the points that stand, and what a teacher has set in the words of `notes`."""
    set_parts = {word.part for word in result.words if word.kind is WordKind.OVERRIDE}
    points = {mark.name: mark.points for mark in result.marks if mark.name in set_parts}
    parts = tuple(
        replace(
            part,
            points=points.get(part.name, part.points),
            status=Status.FAILED if part.name in points and part.status is Status.VOID else part.status,
        )
        for part in report.parts
    )
    graded = result.points is not None
    told = [(word, said) for word in result.words if (said := _told(word, result, notes))]
    late = (Late(word.value, word.percent, said) for word, said in told if word.kind is WordKind.LATE)
    return replace(
        report,
        parts=parts,
        score=result.points,
        status="graded" if graded else report.status,
        by_teacher=tuple(said for _, said in told),
        late=next(late, None),
    )


def _told(word: Word, result: Result, notes: Mapping[str, str]) -> str:
    """Return what a teacher has set by a word, in words; nothing for notes, which are the teacher's own."""
    judged = {mark.name: mark for mark in result.marks}
    why = notes["by_teacher_why"].format(why=word.text) if word.text else ""
    points = f"{word.value:g}"
    if word.kind is WordKind.LATE:
        return notes["by_teacher_late_share" if word.percent else "by_teacher_late"].format(points=points, why=why)
    if word.kind is WordKind.OVERRIDE and word.part in judged:
        mark = judged[word.part]
        was = "-" if mark.status == "void" else f"{mark.judged:g}"
        return notes["by_teacher_part"].format(part=mark.title, points=points, judged=was, why=why)
    if word.kind is WordKind.OVERRIDE and not word.part:
        return notes["by_teacher_whole"].format(points=points, why=why)
    return ""


def _drawn(report: Tamed, spec: LabSpec, messages: Messages) -> tuple[Picture, ...]:
    """Draw the pictures; a page without them is better than none."""
    try:
        return spec.draw(report, messages.section("pictures"), lambda *_: None) if spec.draw else ()
    except Exception:  # matplotlib cannot be imported, say
        return ()


def standing(word: Word) -> str:
    """Return a word as a teacher reads it in a list."""
    about = f" for {word.part}" if word.part else ""
    why = f": {word.text}" if word.text else ""
    if word.kind is WordKind.NOTE:
        return f"note{why}"
    if word.kind is WordKind.LATE:
        return f"{word.value:g}{'%' if word.percent else ' points'} less for being late{why}"
    return f"set to {word.value:g} points{about}{why}"
