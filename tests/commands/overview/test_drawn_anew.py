"""The file of a class's page is drawn where something has changed that it shows, and only there."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from made_up_class import Made

from graders.commands.teacher.grades.keys import ALL_PARTS, Key
from graders.commands.teacher.grades.results import Word, WordKind
from graders.commands.teacher.grades.store import Gradebook
from graders.commands.teacher.handed_in.hand_in import ClassFolder, Entry, HandIn, Kind
from graders.commands.teacher.overview import classroom, drawn, facts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from graders.commands.teacher.overview.classroom import Drawn

KEY = Key("1", "r", "p", "g", {part: "x" for part, _ in facts.order()})
NOTE = Word(WordKind.NOTE, "talked to her", "2026-01-31T12:00:00Z")


class Room:
    """A class of two, its gradebook, and how often its page was drawn."""

    def __init__(self, folder: Path, book: Gradebook) -> None:
        self.out, self.labs, self.book, self.times = folder, folder / "class", book, 0
        self.labs.mkdir()
        self.hand_ins = tuple(HandIn(name, self.labs / f"{name}.py") for name in ("anna", "ben"))
        for one in self.hand_ins:
            one.path.write_text("x = 1\n", encoding="utf-8")
            (folder / one.student).mkdir()
        self.enter()
        for one in self.hand_ins:
            book.record(one.student, KEY, json.dumps(Made().report))

    def enter(self, *entries: Entry) -> None:
        """Look through the class's folder."""
        self.book.enter(ClassFolder(entries, self.hand_ins), self.labs)

    def put(self, language: str = "en") -> int:
        """Have the page lie there; returns how often it was drawn for that."""
        before = self.times
        drawn.put(self.book, self.out, language)
        return self.times - before


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """Return a class whose page is drawn."""
    with Gradebook.open(tmp_path) as book:
        made = Room(tmp_path, book)
        draw = classroom.draw

        def counted(*given: Any, **named: Any) -> Drawn:
            made.times += 1
            return draw(*given, **named)

        monkeypatch.setattr(classroom, "draw", counted)
        assert made.put() == 1
        yield made


def test_what_has_not_changed_is_not_drawn(room: Room) -> None:
    """Whoever looks through the class again, or wants something judged again: no word of the page is another."""
    page = room.out / drawn.FILE
    before = page.read_bytes(), page.stat().st_mtime_ns
    room.enter()
    room.book.begin_run(room.labs, {})
    room.book.again("ben", [ALL_PARTS])
    assert room.put() == 0
    assert (page.read_bytes(), page.stat().st_mtime_ns) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda room: room.book.record("ben", KEY, json.dumps(Made(mistakes=[], speed=2.0).report)),
        lambda room: room.book.say("anna", NOTE),
        lambda room: room.enter(Entry("grades.csv", Kind.NO_SUBMISSION, "", "list_of_marks")),
        lambda room: room.book.enter(ClassFolder((), room.hand_ins[:1]), room.labs),
        lambda room: room.book.enter(ClassFolder((), (HandIn("anna", room.labs / "anna.py", late=True),)), room.labs),
        lambda room: (room.out / "ben" / "report.html").write_text("", encoding="utf-8"),
        lambda room: (room.out / drawn.FILE).write_text("mine", encoding="utf-8"),
        lambda room: (room.out / drawn.FILE).unlink(),
    ],
    ids=["result", "word", "entry", "leaves", "late", "page", "edited", "removed"],
)
def test_what_has_changed_is_drawn_once(room: Room, change: Callable[[Room], object]) -> None:
    """And it is the page that is drawn from nothing."""
    change(room)
    assert [room.put(), room.put()] == [1, 0]
    assert (room.out / drawn.FILE).read_text(encoding="utf-8") == classroom.draw(room.book, "en", out=room.out).text


def test_a_word_that_is_undone_is_drawn(room: Room) -> None:
    """As one that is said."""
    room.book.say("anna", NOTE)
    room.put()
    assert room.book.unsay("anna", NOTE)
    assert room.put() == 1


def test_another_language_is_another_page(room: Room) -> None:
    """The last one that was asked for lies there."""
    assert [room.put("ko"), room.put("ko"), room.put()] == [1, 0, 1]


def test_another_grader_draws_anew(room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its words, its template or its code may be others."""
    shutil.copytree(drawn.GRADER / "commands", tmp_path / "grader")
    monkeypatch.setattr(drawn, "GRADER", tmp_path / "grader")
    assert [room.put(), room.put()] == [1, 0]
    words = next((tmp_path / "grader").rglob("overview.toml"))
    words.write_text(words.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert room.put() == 1


def test_a_hand_in_that_was_away_is_compared_when_it_is_back(room: Room) -> None:
    """Its class lay on a disk that was not there, say."""
    for one in room.hand_ins:
        one.path.unlink()
        room.book.record(one.student, Key("2", "r", "p", "g", KEY.parts), json.dumps(Made().report))
    assert [room.put(), room.put()] == [1, 1]
    for one in room.hand_ins:
        one.path.write_text("x = 1\n", encoding="utf-8")
    assert [room.put(), room.put()] == [1, 0]
