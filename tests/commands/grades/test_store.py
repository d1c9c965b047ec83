"""The gradebook's file: results as they land, claims, and what a newer grader has written."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from graders.commands.teacher.grades import store, tables
from graders.commands.teacher.grades.keys import ALL, ALL_PARTS, NOTHING, POINTS, Key, Plan, Step, plan
from graders.commands.teacher.grades.results import Outcome, Word, WordKind
from graders.commands.teacher.grades.store import Gradebook
from graders.commands.teacher.handed_in.hand_in import ClassFolder, Entry, HandIn, Kind
from graders.harness.base.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = Key(
    "sub", "rubric", "points", "grader", {"data": "d1", "loss": "l1", "speed": "s1"}, "mnist", 7, {"language": "en"}
)


def made(**points: float | None) -> str:
    """Return a made-up report.json of parts with these points of 10; None is void."""
    parts: list[dict[str, Any]] = [
        {
            "name": name,
            "title": name.title(),
            "status": "void" if got is None else "passed",
            "points": got or 0.0,
            "max_points": 10,
        }
        for name, got in points.items()
    ]
    status = "void" if None in points.values() else "graded" if points.keys() == KEY.parts.keys() else "partial"
    score = sum(got or 0.0 for got in points.values()) if status == "graded" else None
    report: dict[str, Any] = {
        "schema": 1,
        "status": status,
        "score": score,
        "max_score": 10 * len(parts),
        "parts": parts,
    }
    return json.dumps({**report, "suspicions": [{"kind": "k", "what": "w", "where": None}]})


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with Gradebook.open(tmp_path) as opened:
        yield opened


def test_a_result_is_there_for_the_next_process_as_it_was_recorded(tmp_path, book):
    text = made(data=10, loss=4.5, speed=0)
    assert book.claim("김민수", KEY)
    assert book.record("김민수", KEY, text, seconds=1.5)
    with Gradebook.open(tmp_path, create=False) as other:
        (result,) = other.results()
    assert (result.student, result.outcome, result.points, result.judged, result.max_points) == (
        "김민수", Outcome.GRADED, 14.5, 14.5, 30,
    )  # fmt: skip
    assert [(mark.name, mark.title, mark.points, mark.max_points) for mark in result.marks] == [
        ("data", "Data", 10, 10), ("loss", "Loss", 4.5, 10), ("speed", "Speed", 0, 10),
    ]  # fmt: skip
    assert result.key == KEY
    assert result.suspicions == 1
    with Gradebook.open(tmp_path) as third:
        assert next(third.results()).text == text


def test_one_row_a_student_sorted_and_the_last_result_counts(book):
    for student in ("b", "a", "b"):
        book.record(student, KEY, made(data=1 if student == "a" else 2, loss=0, speed=0))
    book.record("b", KEY, made(data=9, loss=0, speed=0))
    assert [(one.student, one.points) for one in book.results()] == [("a", 1), ("b", 9)]
    assert [one.points for one in book.history("b")] == [2, 2, 9]


def test_more_students_than_are_read_at_a_time(book, monkeypatch):
    monkeypatch.setattr(store, "PAGE", 3)
    names = [f"s{number:02}" for number in range(10)]
    for name in reversed(names):
        book.record(name, KEY, None, Outcome.TIMED_OUT)
        book.say(name, Word(WordKind.NOTE, f"of {name}", "2026-01-01T00:00:00Z"))
    assert [(one.student, one.notes) for one in book.results()] == [(name, (f"of {name}",)) for name in names]


def test_who_was_ended_by_a_shorter_limit_is_judged_again(book):
    """Where the limit is a larger one now; what stands for longer than that stays."""
    for name, seconds in {"slow": 600.4, "slower": 1200.1}.items():
        book.record(name, KEY, None, Outcome.TIMED_OUT, seconds=seconds)
    book.record("done", KEY, made(data=1, loss=1, speed=1), seconds=600.4)
    for limit, claimed in {600: [], 1200: ["slow"], 1300: ["slow", "slower"]}.items():
        book.retry_slow(limit)
        assert [name for name in ("done", "slow", "slower") if book.claim(name, KEY)] == claimed
        for name in claimed:
            book.release(name)
    book.record("slow", KEY, None, Outcome.TIMED_OUT, seconds=1300.2)
    book.retry_slow(1300)
    assert not book.claim("slow", KEY)


def test_everybody_of_the_class_has_a_row(tmp_path, book):
    """Also who has handed in nothing, and what nobody reads."""
    anna = HandIn("anna", tmp_path / "anna.py", "Anna", late=True, attempts=2, identities={"canvas": "17"})
    entries = (
        Entry("anna.py", Kind.HAND_IN, "anna"),
        Entry("ben.docx", Kind.NOT_LOADABLE, "ben", "word_file", {"file": "ben.docx"}),
        Entry("list.csv", Kind.NO_SUBMISSION),
    )
    found = ClassFolder(entries, (anna,), (HandIn("cho", tmp_path),))
    book.enter(found, tmp_path)
    book.enter(found, tmp_path)  # a second run
    assert [(one.student, one.outcome) for one in book.results()] == [
        ("anna", Outcome.WAITING), ("ben", Outcome.NOT_LOADABLE), ("cho", Outcome.MISSING),
    ]  # fmt: skip
    assert book.entries() == entries
    book.record("anna", KEY, made(data=1, loss=1, speed=1))
    first, second, _ = book.results()
    assert (first.name, first.late, first.attempts, first.identities) == ("Anna", True, 2, {"canvas": "17"})
    assert (second.why, second.params) == ("word_file", {"file": "ben.docx"})


def test_who_has_left_the_folder_leaves_the_rows_but_not_the_history(tmp_path, book):
    here = [HandIn(name, tmp_path / name) for name in ("anna", "anna (1)")]
    book.enter(ClassFolder((), tuple(here)), tmp_path)
    book.record("anna (1)", KEY, made(data=1, loss=1, speed=1))
    book.enter(ClassFolder((), (here[0],)), tmp_path)
    assert book.students() == ["anna"]
    assert len(book.history("anna (1)")) == 1


def test_a_second_class_in_the_same_place_takes_nobody_away(tmp_path, book):
    for folder in ("monday", "friday"):
        book.enter(
            ClassFolder((Entry(f"{folder}.py", Kind.HAND_IN, folder),), (HandIn(folder, tmp_path),)), tmp_path / folder
        )
    assert book.students() == ["friday", "monday"]
    assert [entry.name for entry in book.entries()] == ["friday.py", "monday.py"]


@contextmanager
def _raw(out: Path) -> Iterator[sqlite3.Connection]:
    """Yield the gradebook's file as SQLite has it."""
    with closing(sqlite3.connect(out / store.FILE)) as connection, connection:
        yield connection


# ---- what is to be done


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, NOTHING),
        ({"points": "other"}, POINTS),
        ({"parts": {"data": "d1", "loss": "l2", "speed": "s1"}}, Plan(Step.PARTS, ("loss",))),
        ({"parts": {"data": "d1", "loss": "l2", "speed": "s1"}, "points": "other"}, Plan(Step.PARTS, ("loss",))),
        ({"parts": {"data": "d2", "loss": "l2", "speed": "s2"}}, ALL),
        ({"parts": {**KEY.parts, "new": "n1"}}, Plan(Step.PARTS, ("new",))),
        ({"parts": {"data": "d1", "loss": "l1"}}, POINTS),
        ({"submission": "other"}, ALL),
        ({"rubric": "other"}, ALL),
        ({"grader": "other"}, ALL),
        ({"digits": "other"}, ALL),
        ({"seed": 8}, ALL),
        ({"options": {"language": "ko"}}, ALL),
    ],
)
def test_as_little_is_judged_as_has_changed(book, change, expected):
    book.record("anna", KEY, made(data=1, loss=1, speed=1))
    new = replace(KEY, **change)
    assert plan(book.current("anna").key, new) == expected
    assert book.claim("anna", new) == (expected.step in (Step.PARTS, Step.ALL))


def test_nobody_was_graded_before(book):
    assert plan(None, KEY) == ALL
    assert book.claim("anna", KEY)


@pytest.mark.parametrize(
    ("report", "outcome", "expected"),
    [
        (made(data=1, loss=1), None, Plan(Step.PARTS, ("speed",))),  # the first of two phases
        (made(data=1, loss=None, speed=1), None, Plan(Step.PARTS, ("loss",))),  # a fault of ours
        (None, Outcome.FAILED, ALL),
        (None, Outcome.VOID, ALL),
        (None, Outcome.TIMED_OUT, NOTHING),
        (made(data=1), Outcome.TIMED_OUT, NOTHING),
        (None, Outcome.KILLED, NOTHING),
    ],
)
def test_what_was_not_judged_is_judged_by_the_next_run(book, report, outcome, expected):
    book.record("anna", KEY, report, outcome)
    assert plan(book.current("anna").key, KEY) == expected


def test_a_teacher_has_parts_judged_again_once(book):
    book.record("anna", KEY, made(data=1, loss=1, speed=1))
    book.again("anna", ["speed"])
    book.again("anna", ["loss"])
    result = book.current("anna")
    assert plan(result.key, KEY, result.again) == Plan(Step.PARTS, ("loss", "speed"))
    assert book.claim("anna", KEY)
    book.record("anna", KEY, made(data=1, loss=2, speed=1), judged=["loss"])  # the timing comes later
    result = book.current("anna")
    assert plan(result.key, KEY, result.again) == Plan(Step.PARTS, ("speed",))
    book.record("anna", KEY, made(data=1, loss=2, speed=2), judged=["speed"])
    assert not book.claim("anna", KEY)
    book.again("anna", [ALL_PARTS])
    result = book.current("anna")
    assert plan(result.key, KEY, result.again) == ALL


# ---- claims


def test_a_living_coordinators_claim_is_nobody_elses(tmp_path, book):
    assert book.claim("anna", KEY)
    with Gradebook.open(tmp_path) as other:
        assert not other.claim("anna", KEY)
        assert other.claim("ben", KEY)
        book.release("anna")
        assert other.claim("anna", KEY)
        assert not book.record("anna", KEY, made(data=1, loss=1, speed=1))
        assert book.current("anna") is None
    assert book.claim("ben", KEY)  # the other one has gone


@pytest.mark.parametrize(("pid", "started"), [(2**22 + 1, 0.0), (1, 0.0)], ids=["gone", "another process by now"])
def test_a_dead_coordinators_claim_is_free(tmp_path, book, pid, started):
    assert book.claim("anna", KEY)
    with _raw(tmp_path) as raw:
        raw.execute("UPDATE coordinators SET pid = ?, started = ?", (pid, started))
    with Gradebook.open(tmp_path) as other:
        assert other.claim("anna", KEY)


@pytest.mark.parametrize(("ago", "free"), [(0.0, False), (10_000.0, True)])
def test_another_machines_coordinator_lives_as_long_as_it_gives_signs(tmp_path, book, ago, free):
    assert book.claim("anna", KEY)
    with _raw(tmp_path) as raw:
        raw.execute("UPDATE coordinators SET host = 'elsewhere', beat = beat - ?", (ago,))
    with Gradebook.open(tmp_path) as other:
        assert other.claim("anna", KEY) is free


# ---- the file


def test_a_newer_graders_gradebook_is_refused_in_one_line(tmp_path):
    Gradebook.open(tmp_path).close()
    with _raw(tmp_path) as raw:
        raw.execute(f"PRAGMA user_version = {tables.VERSION + 1}")
    with pytest.raises(ConfigurationError, match=r"gradebook\.sqlite: was written by a newer grader") as caught:
        Gradebook.open(tmp_path)
    assert "\n" not in str(caught.value)


def test_what_is_no_gradebook_is_left_alone(tmp_path):
    (tmp_path / store.FILE).write_bytes(b"no database, but long enough to be looked at as one" * 10)
    with pytest.raises(ConfigurationError, match="cannot be opened as a gradebook"):
        Gradebook.open(tmp_path)
    (tmp_path / store.FILE).unlink()
    with _raw(tmp_path) as raw:
        raw.execute("CREATE TABLE somebodys (x)")
    with pytest.raises(ConfigurationError, match="is no gradebook"):
        Gradebook.open(tmp_path)
    (tmp_path / store.FILE).unlink()
    with pytest.raises(ConfigurationError, match="has no gradebook"):
        Gradebook.open(tmp_path, create=False)


def test_facts_are_remembered_and_the_first_one_can_stay(book):
    assert book.fact("seed") is None
    assert book.remember("seed", "17", first=True) == "17"
    assert book.remember("seed", "99", first=True) == "17"
    assert book.remember("seed", "99") == "99"
    assert book.fact("seed") == "99"


def test_runs_are_noted(tmp_path, book):
    number = book.begin_run(tmp_path, {"language": "en"})
    book.record("anna", KEY, made(data=1, loss=1, speed=1))
    book.end_run("finished")
    with _raw(tmp_path) as raw:
        assert raw.execute("SELECT id, outcome FROM runs").fetchall() == [(number, "finished")]
        assert raw.execute("SELECT run FROM results").fetchall() == [(number,)]


def test_nothing_is_left_beside_the_file(tmp_path):
    with Gradebook.open(tmp_path) as book:
        book.record("anna", KEY, made(data=1, loss=1, speed=1))
    assert [path.name for path in tmp_path.iterdir()] == [store.FILE]
