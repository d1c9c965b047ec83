"""`python -m graders gradebook`: what a teacher types, and what comes of it."""

from __future__ import annotations

import csv
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from graders.commands.teacher import gradebook
from graders.commands.teacher.grades import reports
from graders.commands.teacher.grades.keys import ALL_PARTS
from graders.commands.teacher.grades.store import Gradebook
from graders.harness.base.errors import ConfigurationError
from graders.harness.base.model import Status, Visibility
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from graders.commands.teacher.grades.keys import Key
    from graders.harness.base.model import Report


@pytest.fixture
def run(classroom: Gradebook, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Return a function that runs the command and returns what it prints."""

    def typed(*arguments: str) -> str:
        assert gradebook.main([str(tmp_path), *arguments]) == 0
        return capsys.readouterr().out

    return typed


def test_list_has_a_line_for_everybody(run: Callable[..., str]) -> None:
    run("override", "101", "--part", "loss", "--points", "12", "--why", "right by another way")
    run("note", "slow", "asked for more time")
    assert run("list").splitlines() == [
        "101 Kim Minsu   100 / 100*",
        "202 이지우      100 / 100     late  3 attempts",
        "=cmd()          100 / 100",
        "doc             not loadable",
        "gone Gone Girl  missing",
        "slow            timed out     note: asked for more time",
        "unlucky         void",
    ]


def test_show_tells_what_was_judged_and_what_was_set(run: Callable[..., str]) -> None:
    run("override", "101", "--part", "loss", "--points", "12", "--why", "right by another way")
    shown = run("show", "101")
    assert "points     100 / 100*" in shown
    assert "judged     96" in shown
    assert "known as   canvas 101, email kim@school.example, sid S1" in shown
    assert "loss        12 / 12  failed  set by teacher, judged 8" in shown
    assert "set to 12 points for loss: right by another way" in shown


def test_history_has_results_and_words_in_their_order(run: Callable[..., str]) -> None:
    run("override", "101", "--part", "loss", "--points", "12", "--why", "so")
    run("override", "101", "--part", "loss", "--undo")
    lines = [line.split("  ", 1)[1] for line in run("history", "101").splitlines()]
    assert lines == [
        "96 / 100",
        "teacher: set to 12 points for loss: so",
        "teacher: undone: set to 12 points for loss: so",
    ]


def test_undo_gives_back_what_was_judged(run: Callable[..., str], tmp_path: Path) -> None:
    assert "100 / 100*" in run("override", "101", "--part", "loss", "--points", "12", "--why", "so")
    assert "set by your teacher" in (tmp_path / "101" / "report.html").read_text(encoding="utf-8")
    assert "96 / 100" in run("override", "101", "--part", "loss", "--undo")
    assert "set by your teacher" not in (tmp_path / "101" / "report.html").read_text(encoding="utf-8")
    assert "90 / 100*" in run("late", "202", "--penalty", "10%")
    assert "100 / 100" in run("late", "202", "--undo")


def test_regrade_marks_parts_for_the_next_run(run: Callable[..., str], classroom: Gradebook) -> None:
    assert "loss is judged again by the next" in run("regrade", "101", "--part", "loss")
    run("regrade", "202")
    marked = {result.student: result.again for result in classroom.results() if result.again}
    assert marked == {"101": {"loss"}, "202": {ALL_PARTS}}
    assert "is judged again by the next run" in run("list")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["show", "Kim Minsoo"], "Kim Minsoo: nobody is called so; near to it: Kim Minsu (101)"),
        (["show", "unluky"], "unluky: nobody is called so; near to it: unlucky"),
        (["show", "없는사람"], "없는사람: nobody is called so"),
        (["override", "101", "--part", "lose", "--undo"], "--part lose: 101 has no such part; there are: data, loader"),
        (["override", "101", "--part", "loss", "--points", "80", "--why", "x"], "--points 80: loss has 12 at most"),
        (["override", "101", "--points", "101", "--why", "x"], "--points 101: the whole has 100 at most"),
        (["override", "101", "--part", "loss", "--points", "8"], "--why is missing: it stands on the student's page"),
        (["override", "101", "--part", "loss"], "override: give what is to hold, or --undo, and not both"),
        (["override", "101", "--part", "loss", "--undo"], "101: there is nothing of that to be undone"),
        (["regrade", "slow", "--part", "loss"], "--part loss: slow has no such part: nothing of it was judged"),
        (["note", "101"], "note: give what is to hold, or --undo, and not both"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line(run: Callable[..., str], typed: list[str], said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        run(*typed)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_a_student_is_known_by_name_and_identity_too(run: Callable[..., str]) -> None:
    for called in ("Kim Minsu", "kim@school.example", "S1", "이지우"):
        assert "100" in run("show", called)
    assert "202" in run("show", "이지우")  # as a Mac types it


@pytest.mark.parametrize("points", ["nan", "-1", "inf", "x"])
def test_points_are_numbers(run: Callable[..., str], points: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        run("override", "101", "--part", "loss", f"--points={points}", "--why", "x")
    assert "--points" in capsys.readouterr().err.splitlines()[-1]


def test_export_writes_a_file_that_excel_reads(run: Callable[..., str], tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    run("export", "--to", "csv", "--excel", "--output", str(table))
    assert table.read_bytes().startswith(b"\xef\xbb\xbfStudent,")
    assert len(list(csv.reader(table.read_text(encoding="utf-8-sig").splitlines()))) == 8
    assert run("export", "--to", "canvas", "--assignment", "Lab (55)").startswith("Student,ID,SIS User ID")
    assert "mnist-softmax: loss" in run("export", "--to", "csv")


def test_page_draws_the_class_again(run: Callable[..., str], tmp_path: Path) -> None:
    run("override", "101", "--part", "loss", "--points", "12", "--why", "so")
    assert run("page", "--language", "ko").strip() == str(tmp_path / "index.html")
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert '<html lang="ko"' in page
    assert "이지우" in page


def test_a_gradebook_that_cannot_be_written_is_said_in_one_line(
    run: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Gradebook, "say", full)
    with pytest.raises(ConfigurationError, match=r"gradebook\.sqlite: database or disk is full"):
        run("note", "101", "text")


def test_without_a_gradebook_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="has no gradebook"):
        gradebook.main([str(tmp_path / "nowhere"), "list"])
    assert not (tmp_path / "nowhere").exists()


def test_hand_out_writes_a_page_for_everybody_who_was_judged(
    run: Callable[..., str], classroom: Gradebook, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By a teacher's word; whoever has no page is told."""
    run("late", "202", "--penalty", "10%", "--why", "one day")
    assert gradebook.main([str(tmp_path), "hand-out", str(tmp_path / "for" / "them")]) == 0
    printed = capsys.readouterr()
    judged = {result.folder for result in classroom.results() if result.text is not None}
    assert {path.stem for path in (tmp_path / "for" / "them").iterdir()} == judged
    assert printed.err == "nothing was judged, so there is no page: doc, gone, slow\n"
    assert "one day" in (tmp_path / "for" / "them" / "202.html").read_text(encoding="utf-8")


def test_hand_out_keeps_hidden_parts_back(
    run: Callable[..., str], classroom: Gradebook, tmp_path: Path, key: Key, make: Callable[..., Report]
) -> None:
    """The teacher's page has them, and pictures that were drawn of them are not taken over."""
    report = make("202", test_cost_is_a_scalar=Status.FAILED)
    hidden = [replace(part, visibility=Visibility.HIDDEN) if part.name == "loss" else part for part in report.parts]
    classroom.record("202", key, reports.write(replace(report, parts=tuple(hidden)), SPEC))
    run("late", "202", "--penalty", "1", "--why", "so late")
    own = tmp_path / "202" / "report.html"
    page = own.read_text(encoding="utf-8")
    assert "loss" in page
    run("hand-out", str(tmp_path / "them"))
    assert "loss" not in (tmp_path / "them" / "202.html").read_text(encoding="utf-8")
    assert own.read_text(encoding="utf-8") == page
