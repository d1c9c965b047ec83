"""The closing summary for a terminal."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from graders.harness.base.model import Status, Suspicion, Where
from graders.harness.judge.messages import Messages
from graders.harness.render import terminal
from graders.harness.render.tame import tame
from graders.harness.render.terminal import MAX_LINES, Style, columns
from graders.spec import SPEC

if TYPE_CHECKING:
    from graders.harness.base.model import Report

MESSAGES = Messages.of_lab(SPEC.folder, "en")
PLAIN = Style(MESSAGES.words, colour=False, width=100)
ODD = {"asked": "f(1)", "expected": "an even number", "got": "3", "why": "it is the contract"}


def lines(report: Report, style: Style = PLAIN) -> list[str]:
    """Return the summary's lines."""
    return terminal.render(tame(report), style).splitlines()


def table(report: Report, style: Style = PLAIN) -> list[str]:
    """Return the table's lines, without what is before and after it."""
    shown = lines(report, style)
    start = next(number for number, line in enumerate(shown) if line.startswith("part"))
    rest = shown[start:]
    return rest[: rest.index("")] if "" in rest else rest


@pytest.fixture
def failed(make_check):
    """Return a function that makes a failed check."""

    def make(name: str = "test_a", part: str = "alpha", **rest):
        values = {"said": ODD, "hint": "think", "where": Where("lab.py", 3), "source_line": "return 3", **rest}
        return make_check(name, part, Status.FAILED, **values)

    return make


def test_columns_count_wide_letters_twice():
    """A Korean letter takes two columns of a terminal, a Latin one takes one."""
    assert (columns("abc"), columns("손글씨"), columns("a손")) == (3, 6, 3)


@pytest.mark.parametrize("title", ["loss", "손실 함수", "a title that is longer than the others"])
def test_columns_of_the_table_are_aligned(make_report, make_check, title):
    """Points end and counts begin in the same column in every row, also after wide letters."""
    report = make_report(make_check(), make_check("test_b", "beta"), titles={"alpha": title})
    rows = [line for line in table(report) if " / " in line]
    assert len(rows) == 3
    assert len({columns(row[: row.index(" / ") + 5]) for row in rows}) == 1
    assert len({columns(row[: row.index("1/1")]) for row in rows[:2]}) == 1


def test_table_has_a_row_a_part_and_the_total(make_report, make_check):
    """Title, points and passed checks of each part, and of all."""
    rows = table(make_report(make_check(), make_check("test_b", "beta")))
    assert [row.split()[0] for row in rows if not row.startswith("-")] == ["part", "alpha", "beta", "total"]
    assert "10.0 / 10" in rows[2]
    assert "20.0 / 20" in rows[-1]


@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_line_is_wider_than_the_terminal(make_report, make_check, failed, width):
    """Long texts are wrapped or cut, with spaces or without."""
    long = {"expected": "many words " * 30, "got": "x" * 300}
    report = make_report(failed(said=long, hint="think " * 50), make_check("test_b", "beta"))
    assert max(map(columns, lines(report, replace(PLAIN, width=width)))) <= width


def test_heading_of_a_failure_is_cut_to_the_width(make_report, failed):
    """A long title does not break into the next line."""
    report = make_report(failed(title="title " * 40))
    assert max(map(columns, lines(report))) <= PLAIN.width


def test_korean_rows_are_wrapped_at_the_width(make_report, failed):
    """A long Korean text is wrapped by columns."""
    report = make_report(failed(said={"got": "한글로된아주긴문장 " * 20}))
    assert max(map(columns, lines(report))) <= PLAIN.width


def test_reason_is_cut_to_the_width(make_report, failed):
    """The last column of the table ends at the terminal's edge with a sign that there is more."""
    rows = table(make_report(failed(title="word " * 60)))
    row = next(row for row in rows if row.startswith("alpha"))
    assert row.endswith(" …")
    assert columns(row) <= PLAIN.width


def test_message_has_a_few_lines_at_most(make_report, failed):
    """However much there is to say, a message stays readable."""
    endless = dict.fromkeys(("asked", "expected", "got", "why"), "word " * 200)
    shown = lines(make_report(failed(said=endless, hint="word " * 200)))
    assert shown.index("") == MAX_LINES


def test_message_shows_its_rows_in_order(make_report, failed):
    """Asked, expected, got, the place with its line, why, and the hint."""
    shown = lines(make_report(failed()))
    assert shown[0] == "alpha: title of test_a"
    assert [line.split()[0] for line in shown[1:7]] == ["asked", "expected", "got", "where", "why", "hint"]
    assert shown[4].split() == ["where", "lab.py:3:", "return", "3"]


def test_idea_gives_way_to_the_hint(make_report, failed):
    """The row with the lesson's idea is shown where there is room, and left out before it costs the hint's end."""
    rows = ["asked", "expected", "got", "mistake", "idea", "why"]
    few = dict.fromkeys(rows, "word")
    many = {key: "word " * (1 if key in ("got", "idea") else 20) for key in rows}
    shown = lines(make_report(failed(said=few)))
    assert [line.split()[0] for line in shown[1:9]] == [*rows[:5], "where", "why", "hint"]
    shown = lines(make_report(failed(said=many)))
    assert "idea" not in "\n".join(shown)
    assert shown[shown.index("") - 1].split() == ["hint", "think"]


def test_failure_that_repeats_itself_is_said_once(make_report, failed):
    """The same message at the same place is shown once, with how often it came."""
    shown = "\n".join(lines(make_report(failed(), failed("test_b"), failed("test_c", "beta"))))
    assert shown.count("an even number") == 1
    assert "for the same reason, other checks fail too: 2" in shown


def test_exception_is_said_once_whatever_was_asked(make_report, failed):
    """The same exception in the same line is one thing to mend, also where it costs another part."""
    raised = [
        failed(f"test_{x}", part, said={"asked": f"f({x})", "got": "it raised E"})
        for x, part in (("a", "alpha"), ("b", "beta"))
    ]
    shown = lines(make_report(*raised))
    assert shown[0] == "alpha, beta"
    assert "\n".join(shown).count("it raised E") == 1


def test_exception_nowhere_is_not_taken_for_another(make_report, failed):
    """Without a place in the student's file, what was asked is all that tells failures apart."""
    raised = [failed(f"test_{x}", said={"asked": f"f({x})", "got": "it raised E"}, where=None) for x in "ab"]
    assert "\n".join(lines(make_report(*raised))).count("it raised E") == 2


def test_raise_that_was_left_over_is_told(make_report, make_check):
    """Who wrote a function and left the template's raise in it is not told to write it."""
    left = {"unwritten": "f", "where": Where("lab.py", 9), "source_line": "raise NotImplementedError"}
    rows = table(make_report(make_check(status=Status.FAILED, **left), make_check("test_b", "beta")))
    assert rows[2].endswith("take the raise out of f (lab.py:9)")


def test_failures_that_differ_are_said_both(make_report, failed):
    """Another place is another failure."""
    shown = "\n".join(lines(make_report(failed(), failed("test_b", where=Where("lab.py", 9)))))
    assert shown.count("an even number") == 2


def test_unloadable_file_is_said_once_and_as_such(make_report, failed):
    """A file that cannot be loaded is one failure of the whole, and not of each check."""
    shown = lines(make_report(*(failed(f"test_{n}", f"part{n}", unloadable=True) for n in range(5))))
    assert shown[0] == MESSAGES.section("notes")["unloadable"]
    assert "\n".join(shown).count("an even number") == 1
    assert "\n".join(shown).count(MESSAGES.section("notes")["mend_file"]) == 5  # parts, each of which waits for that


def test_unwritten_work_is_a_line_of_the_table(make_report, make_check):
    """What is not written yet is no failure to be explained: the table says what to write."""
    check = make_check(
        status=Status.FAILED, unwritten="f", where=Where("lab.py", 1), said={"got": "f is not written yet"}
    )
    shown = lines(make_report(check))
    assert shown[0].startswith("part")
    assert "write f (lab.py:1)" in shown[2]


def test_blocked_work_says_what_it_waits_for(make_report, make_check):
    """A blocked check names the function that it needs."""
    assert "waits for f" in "\n".join(lines(make_report(make_check(status=Status.BLOCKED, unwritten="f"))))


def test_no_escape_sequences_without_colour(make_report, failed):
    """A pipe or a file gets plain text."""
    assert "\033" not in "\n".join(lines(make_report(failed())))


def test_colour_changes_no_letter(make_report, make_check, failed):
    """With colour the same text is shown, in colour."""
    report = make_report(failed(), make_check("test_b", "beta"))
    coloured = "\n".join(lines(report, replace(PLAIN, colour=True)))
    assert "\033[31m" in coloured
    assert "\033[32m" in coloured
    stripped = re.sub(r"\033\[\d+m", "", coloured)
    assert [line.rstrip() for line in stripped.splitlines()] == lines(report)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": "void", "score": None}, "no grade: the grader failed, not you"),
        ({"status": "partial", "score": None, "checks_in_rubric": 9}, "1 of 9 checks ran: no grade"),
        ({}, "everything is right, well done"),
    ],
)
def test_total_says_the_verdict(make_report, make_check, changes, words):
    """The last row says whether there is a grade, and why not."""
    row = table(make_report(make_check(), **changes))[-1]
    assert words in row
    assert (" / " in row) is (not changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"data": "mnist"}, "real MNIST"),
        ({"data": "synthetic"}, "synthetic digits"),
        ({"isolation": "none"}, "Not isolated"),
    ],
)
def test_footnote_says_what_a_reader_should_know(make_report, make_check, changes, words):
    """Where the digits came from and a missing isolation are said."""
    assert words in "\n".join(lines(make_report(make_check(), **changes)))
    assert words not in "\n".join(lines(make_report(make_check())))


def test_footnotes_are_wrapped_at_the_width(make_report, make_check):
    """A note that is longer than a line goes on in the next one, as far in as it began."""
    said = Suspicion("patched", "torch." + "x" * 80 + " and more", Where("lab.py", 5))
    shown = lines(make_report(make_check(standins=("f",) * 3), suspicions=(said,)), replace(PLAIN, width=60))
    assert max(map(columns, shown)) <= 60
    assert [line[:2] for line in shown[-3:]] == ["  "] * 3


def test_standins_are_named(make_report, make_check):
    """Functions that were replaced are named once."""
    report = make_report(make_check(standins=("g", "f")), make_check("test_b", standins=("f",)))
    assert "where f, g was needed" in "\n".join(lines(report))


@pytest.mark.parametrize("command", ["::error::x", "##[error]x", "x = 1  ##vso[task.complete]", "a ##teamcity[b]"])
def test_text_is_no_command_of_a_ci_service(make_report, failed, command):
    """What a submission says is broken up where a service that reads the log would obey it."""
    text = "\n".join(lines(make_report(failed(said={"got": command}, title=command, source_line=command))))
    assert not re.search(r"(?m)^\s*::|##\w*\[", text)


def test_checks_that_are_not_asked_are_not_counted(make_report, make_check):
    """Who passes all that is asked sees no fraction that looks like a loss."""
    checks = [make_check(), make_check(status=Status.SKIPPED)]
    row = next(line for line in table(make_report(*checks)) if line.startswith("alpha"))
    assert "1/1" in row.split()


def test_part_that_we_failed_shows_no_loss(make_report, make_check):
    """Where the grader failed, no points are lost and nothing is for the student to do next."""
    report = make_report(make_check(status=Status.VOID, said={"got": "broken"}), status="void", score=None)
    row = next(line for line in table(report) if line.startswith("alpha"))
    assert row.split() == ["alpha", "-", "0/1", "the", "grader", "failed"]


def test_skipped_part_is_not_said_to_be_wrong(make_report, make_check):
    """What this machine cannot run is said to be so."""
    assert "not possible on this machine" in "\n".join(lines(make_report(make_check(status=Status.SKIPPED))))
