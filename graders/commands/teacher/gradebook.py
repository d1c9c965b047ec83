"""A class's gradebook: look into it, export it, and have a teacher's word count."""

from __future__ import annotations

import argparse
import difflib
import sqlite3
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from graders.harness.base import files
from graders.harness.base.errors import ConfigurationError
from graders.harness.base.times import utc
from graders.harness.judge.messages import Messages
from graders.spec import SPEC

from .grades import exports, handing_out, pages, shown
from .grades.keys import ALL_PARTS
from .grades.results import Word, WordKind
from .grades.store import FILE, Gradebook
from .overview import drawn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from graders.harness.judge.spec import LabSpec

    from .grades.results import Result

NEAREST = 3  # names that are told where nobody is called so


def find(book: Gradebook, given: str) -> str:
    """Return the student whom somebody calls so: by the name in the tables, else by another one or an identity.

    Raises ConfigurationError, with the nearest names, where that is nobody or several.
    """
    given = unicodedata.normalize("NFC", given)
    if book.current(given):
        return given
    known: dict[str, set[str]] = {}
    for result in book.results():
        for called in (result.student, result.name, *result.identities.values()):
            known.setdefault(called, set()).add(result.student)
    found = known.get(given, set())
    if len(found) == 1:
        return found.pop()
    if found:
        raise ConfigurationError(f"{given}: several are called so: {', '.join(sorted(found))}")
    near = difflib.get_close_matches(given, filter(None, known), NEAREST, 0.5)
    told = dict.fromkeys(f"{name} ({next(iter(known[name]))})" if name not in known[name] else name for name in near)
    raise ConfigurationError(f"{given}: nobody is called so{'; near to it: ' if told else ''}{', '.join(told)}")


def main(arguments: Sequence[str], spec: LabSpec = SPEC) -> int:
    """Run `python -m graders gradebook OUT COMMAND …`."""
    options = _parser().parse_args(arguments)
    try:
        with Gradebook.open(options.out, create=False) as book:
            if "student" in options:
                options.student = find(book, options.student)
            options.run(book, options, spec)
    except sqlite3.Error as error:  # another process keeps it locked, or the disk is full
        raise ConfigurationError(f"{options.out / FILE}: {error}") from None
    return 0


# ---- looking


def _list(book: Gradebook, _options: argparse.Namespace, _spec: LabSpec) -> None:
    _print(shown.table(book.results()))


def _show(book: Gradebook, options: argparse.Namespace, spec: LabSpec) -> None:
    _print(shown.details(_current(book, options.student), Messages.of_lab(spec.folder, options.language)))


def _history(book: Gradebook, options: argparse.Namespace, _spec: LabSpec) -> None:
    _print(shown.history(book.history(options.student), book.words(options.student)))


def _export(book: Gradebook, options: argparse.Namespace, _spec: LabSpec) -> None:
    text = files.BYTE_ORDER_MARK if options.excel else ""
    text += "".join(exports.FORMATS[options.to](book.results, options.assignment or _lab(book)))
    if options.output is None:
        sys.stdout.buffer.write(text.encode("utf-8"))  # whatever the terminal's encoding is
        return
    try:
        files.write(options.output, text)
    except OSError as error:
        raise ConfigurationError(f"{options.output}: cannot be written ({error.strerror})") from None


def _lab(book: Gradebook) -> str:
    """Return the lab's name, as reports have it."""
    return next((str(result.report["lab"]) for result in book.results() if result.marks and result.report), "lab")


def _page(book: Gradebook, options: argparse.Namespace, spec: LabSpec) -> None:
    try:
        path = drawn.put(book, options.out, options.language, spec)
    except OSError as error:
        raise ConfigurationError(f"{options.out / drawn.FILE}: cannot be written ({error.strerror})") from None
    print(path)


def _hand_out(book: Gradebook, options: argparse.Namespace, spec: LabSpec) -> None:
    folder, left = options.folder.expanduser(), list[str]()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for result in book.results():
            if handing_out.hand_out(result, options.out, folder, spec) is None:
                left.append(result.student)
    except OSError as error:
        raise ConfigurationError(f"{error.filename or folder}: cannot be written ({error.strerror})") from None
    print(folder)
    if left:
        print(f"nothing was judged, so there is no page: {', '.join(left)}", file=sys.stderr)


# ---- a teacher's word


def _regrade(book: Gradebook, options: argparse.Namespace, _spec: LabSpec) -> None:
    for part in options.part:
        _expect_part(book, options.student, part)
    book.again(options.student, options.part or [ALL_PARTS])
    what = ", ".join(options.part) or "everything"
    print(
        f"{options.student}: {what} is judged again by the next `python -m graders batch … --report-dir {options.out}`"
    )


def _note(book: Gradebook, options: argparse.Namespace, spec: LabSpec) -> None:
    _say(book, options, spec, Word(WordKind.NOTE, options.text or "", utc()), options.text is not None)


def _override(book: Gradebook, options: argparse.Namespace, spec: LabSpec) -> None:
    if options.part:
        most = _expect_part(book, options.student, options.part)
    else:
        most = _current(book, options.student).max_points
    given = options.points is not None
    if given and most and options.points > most:
        raise ConfigurationError(f"--points {options.points:g}: {options.part or 'the whole'} has {most:g} at most")
    if given and not options.why:
        raise ConfigurationError("--why is missing: it stands on the student's page")
    word = Word(WordKind.OVERRIDE, options.why, utc(), options.part, options.points or 0.0)
    _say(book, options, spec, word, given)


def _late(book: Gradebook, options: argparse.Namespace, spec: LabSpec) -> None:
    value, percent = options.penalty or (0.0, False)
    word = Word(WordKind.LATE, options.why, utc(), "", value, percent)
    _say(book, options, spec, word, options.penalty is not None)


def _say(book: Gradebook, options: argparse.Namespace, spec: LabSpec, word: Word, given: bool) -> None:
    """Have a word count, or no longer; then tell how the student stands, and show it on the page."""
    if given == options.undo:
        raise ConfigurationError(f"{options.command}: give what is to hold, or --undo, and not both")
    if given:
        book.say(options.student, word)
    elif not book.unsay(options.student, word):
        raise ConfigurationError(f"{options.student}: there is nothing of that to be undone")
    result = _current(book, options.student)
    if word.kind is not WordKind.NOTE:
        try:
            pages.rewrite(options.out, result, spec)
        except (OSError, ValueError) as error:
            print(f"the student's page could not be written: {error}", file=sys.stderr)
    _print(shown.table([result]))


def _expect_part(book: Gradebook, student: str, name: str) -> float:
    """Return the points that a part of a student's has. Raises ConfigurationError where there is no such part."""
    marks = {mark.name: mark.max_points for mark in _current(book, student).marks}
    if name in marks:
        return marks[name]
    told = f"; there are: {', '.join(marks)}" if marks else ": nothing of it was judged"
    raise ConfigurationError(f"--part {name}: {student} has no such part{told}")


def _current(book: Gradebook, student: str) -> Result:
    result = book.current(student)
    assert result is not None  # `find` has found it
    return result


# ---- the command line


def _penalty(text: str) -> tuple[float, bool]:
    percent = text.endswith("%")
    return _points(text.removesuffix("%"), 100.0 if percent else 1e6), percent


def _points(text: str, most: float = 1e6) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text}: is no number") from None
    if not 0 <= value <= most:  # also refuses nan
        raise argparse.ArgumentTypeError(f"{text}: must be between 0 and {most:g}")
    return value


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.buffer.write(f"{line}\n".encode(sys.stdout.encoding or "utf-8", "backslashreplace"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m graders gradebook", description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT", help="the folder of reports that `batch` was given")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, run: Callable[..., None], text: str, *, student: bool = True) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        if student:
            command.add_argument("student", metavar="ID", help="the student, as `list` has it")
        return command

    add("list", _list, "list every student with points, or what became of the hand-in", student=False)
    show = add("show", _show, "show all that is known of a student")
    page = add("page", _page, "draw the class's page, OUT/index.html, again", student=False)
    text = "write each student's page into a folder, without what the rubric hides from students"
    add("hand-out", _hand_out, text, student=False).add_argument("folder", type=Path, metavar="FOLDER")
    for command in (show, page):
        command.add_argument("--language", default="en", metavar="LANG", help="of the words (default: %(default)s)")
    add("history", _history, "list a student's results and what was said of them")
    export = add("export", _export, "write a table, or a line of JSON a student", student=False)
    export.add_argument("--to", choices=sorted(exports.FORMATS), required=True, help="for whom")
    export.add_argument("--excel", action="store_true", help="begin with a byte order mark, by which Excel knows UTF-8")
    export.add_argument("--assignment", metavar="NAME", help="what it is called there; Canvas knows one by `Name (ID)`")
    export.add_argument("--output", type=Path, metavar="FILE", help="where to (default: standard output)")
    regrade = add("regrade", _regrade, "have the next run judge a student's submission again, or parts of it")
    regrade.add_argument("--part", action="append", default=[], metavar="PART", help="that part alone; several times")
    note = add("note", _note, "note something that only teachers see")
    note.add_argument("text", nargs="?", metavar="TEXT")
    override = add("override", _override, "set a part's points, or those of all; the student's page says so")
    override.add_argument("--part", default="", metavar="PART", help="whose points (default: those of all)")
    override.add_argument("--points", type=_points, metavar="X")
    override.add_argument("--why", default="", metavar="TEXT", help="the reason; it stands on the student's page")
    late = add("late", _late, "take points away for being late; the student's page says so")
    late.add_argument("--penalty", type=_penalty, metavar="X", help="points, or percent as in 10%%")
    late.add_argument("--why", default="", metavar="TEXT", help="the reason, where there is more to be said")
    for command in (note, override, late):
        command.add_argument("--undo", action="store_true", help="take it back")
    return parser
