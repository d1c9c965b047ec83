"""A teacher's word wins, says that it does, and outlives what is judged later."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from graders.commands import report as report_command
from graders.commands.teacher.grades import pages, reports
from graders.commands.teacher.grades.results import Result, Word, WordKind
from graders.harness.base.model import Status, Visibility
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from graders.commands.teacher.grades.keys import Key
    from graders.commands.teacher.grades.store import Gradebook
    from graders.harness.base.model import Report

AT = "2026-03-02T10:00:00Z"
LOSS = Word(WordKind.OVERRIDE, "right by another way", AT, "loss", 12)
WHOLE = Word(WordKind.OVERRIDE, "an agreement", AT, "", 50)
TENTH = Word(WordKind.LATE, "", AT, "", 10, percent=True)
SIX = Word(WordKind.LATE, "two days", AT, "", 6)
LOST = {"test_cost_is_the_mean_over_the_batch": Status.FAILED}


def current(book: Gradebook, student: str = "101") -> Result:
    """Return a student's row."""
    found = book.current(student)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("words", "points"),
    [
        ([], 96),
        ([LOSS], 100),
        ([TENTH], 86.4),
        ([SIX], 90),
        ([LOSS, TENTH], 90),
        ([TENTH, LOSS], 90),
        ([LOSS, WHOLE], 50),
        ([WHOLE, SIX], 44),
        ([SIX, TENTH], 86.4),  # the later one holds
        ([LOSS, replace(LOSS, value=10)], 98),
        ([replace(SIX, value=1000)], 0),
        ([Word(WordKind.NOTE, "a note", AT)], 96),
    ],
)
def test_words_count_in_one_order(classroom: Gradebook, words: list[Word], points: float) -> None:
    """Points of parts, points of the whole, a penalty; whichever was said first."""
    for word in words:
        classroom.say("101", word)
    result = current(classroom)
    assert (result.points, result.judged) == (points, 96)


def test_a_word_outlives_regrading_and_can_be_undone(classroom: Gradebook, key: Key, text: Callable[..., str]) -> None:
    classroom.say("101", LOSS)
    classroom.record("101", key, text("101", test_cost_is_a_scalar=Status.FAILED, **LOST))
    result = current(classroom)
    assert (result.points, result.judged) == (100, 95)
    assert classroom.unsay("101", LOSS)
    assert not classroom.unsay("101", LOSS)
    assert current(classroom).points == 95
    (kept,) = classroom.words("101")
    assert kept.undone_at


def test_points_for_what_we_could_not_judge_make_a_grade(classroom: Gradebook) -> None:
    assert current(classroom, "unlucky").points is None
    classroom.say("unlucky", LOSS)
    assert current(classroom, "unlucky").points == 100


def test_points_for_who_has_no_report(classroom: Gradebook) -> None:
    for student in ("slow", "gone", "doc"):
        classroom.say(student, WHOLE)
        assert current(classroom, student).points == 50


# ---- the student's page


def page(out: Path, student: str = "101") -> str:
    return (out / student / "report.html").read_text(encoding="utf-8")


def test_the_page_says_what_a_teacher_has_set(classroom: Gradebook, tmp_path: Path) -> None:
    classroom.say("101", LOSS)
    classroom.say("101", SIX)
    classroom.say("101", Word(WordKind.NOTE, "looks copied", AT))
    assert pages.rewrite(tmp_path, current(classroom), SPEC)
    shown = page(tmp_path)
    assert "set by your teacher: loss: 12 instead of 8 points (right by another way)" in shown
    assert "set by your teacher: 6 points less for being late (two days)" in shown
    assert "94.0 / 100" in shown
    assert "looks copied" not in shown
    written = reports.read((tmp_path / "101" / "report.json").read_text(encoding="utf-8"))
    assert (written.score, len(written.by_teacher)) == (94, 2)
    assert {part.name: part.points for part in written.parts}["loss"] == 12
    assert reports.read(current(classroom).text or "").score == 96  # what was judged stays


def test_the_page_says_it_in_korean(
    classroom: Gradebook, tmp_path: Path, key: Key, make: Callable[..., Report]
) -> None:
    korean = replace(make("101", **LOST), language="ko")
    classroom.record("101", key, reports.write(korean, SPEC))
    for word in (LOSS, WHOLE, TENTH):
        classroom.say("101", word)
    pages.rewrite(tmp_path, current(classroom), SPEC)
    for said in (
        "선생님이 정한 점수예요: loss 8점 대신 12점 (right by another way)",
        "선생님이 정한 점수예요: 모두 50점 (an agreement)",
        "선생님이 정한 점수예요: 늦게 내서 10% 감점",
    ):
        assert said in page(tmp_path)


@pytest.mark.parametrize(
    ("penalty", "left", "said"),
    [(TENTH, "68.4 / 80", "10% less"), (SIX, "70.0 / 80", "6 points less")],
    ids=["a share", "points"],
)
def test_students_see_a_penalty_while_a_part_is_hidden(
    classroom: Gradebook, tmp_path: Path, key: Key, make: Callable[..., Report], penalty: Word, left: str, said: str
) -> None:
    """It is taken off what is shown; what else a teacher has set may be of the part that is not."""
    report = make("101", **LOST)
    hidden = tuple(
        replace(part, visibility=Visibility.HIDDEN) if part.name == "training" else part for part in report.parts
    )
    classroom.record("101", key, reports.write(replace(report, parts=hidden), SPEC))
    for word in (penalty, Word(WordKind.OVERRIDE, "secret", AT, "training", 3.0)):
        classroom.say("101", word)
    pages.rewrite(tmp_path, current(classroom), SPEC)
    shown = tmp_path / "shown.md"
    words = [str(tmp_path / "101" / "report.json"), "--to", "markdown", "--for-students", "--output", str(shown)]
    assert report_command.main(words) == 0
    text = shown.read_text(encoding="utf-8").replace("\\", "")
    assert (left in text, f"set by your teacher: {said} for being late" in text, "secret" in text) == (
        True,
        True,
        False,
    )


def test_a_part_that_was_void_has_its_points_on_the_page(classroom: Gradebook, tmp_path: Path) -> None:
    classroom.say("unlucky", LOSS)
    pages.rewrite(tmp_path, current(classroom, "unlucky"), SPEC)
    assert "12.0 / 12" in page(tmp_path, "unlucky")
    assert "loss: 12 instead of - points" in page(tmp_path, "unlucky")


def test_who_has_no_report_has_no_page(classroom: Gradebook, tmp_path: Path) -> None:
    assert not pages.rewrite(tmp_path, current(classroom, "slow"), SPEC)
    assert not (tmp_path / "slow").exists()


def test_pictures_are_kept_unless_they_are_to_be_drawn_again(classroom: Gradebook, tmp_path: Path) -> None:
    """Drawing them takes most of a page's time."""
    drawn = []

    def draw(*_: object) -> tuple[()]:
        drawn.append(1)
        return ()

    spec = replace(SPEC, draw=draw)
    pages.rewrite(tmp_path, current(classroom), spec)
    pictures = '<section aria-labelledby="pictures">\n<p>a picture</p>\n</section>\n'
    before = page(tmp_path)
    (tmp_path / "101" / "report.html").write_text(before.replace("</main>", f"{pictures}</main>"), encoding="utf-8")
    classroom.say("101", LOSS)
    pages.rewrite(tmp_path, current(classroom), spec)
    assert pictures in page(tmp_path)
    assert len(drawn) == 1
    pages.rewrite(tmp_path, current(classroom), spec, redraw=True)
    assert pictures not in page(tmp_path)
    assert len(drawn) == 2
