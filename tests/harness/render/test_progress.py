"""What became better and worse from one report to the next."""

from __future__ import annotations

import pytest

from graders.harness.base.model import Status, Where
from graders.harness.judge.messages import Messages
from graders.harness.render import progress
from graders.harness.render.tame import tame
from graders.harness.render.terminal import Style, columns
from graders.spec import SPEC

PLAIN = Style(Messages.of_lab(SPEC.folder, "en").words, colour=False, width=100)
CHECKS = (("test_a", "alpha"), ("test_b", "alpha"), ("test_c", "beta"))


@pytest.fixture
def report(make_check, make_report):
    """Return a function that makes a report of three checks in two parts, by their outcomes."""

    def make(*outcomes: Status, **changes):
        checks = [
            make_check(name, part, status, said={"got": name}, where=Where("lab.py", line))
            for line, ((name, part), status) in enumerate(zip(CHECKS, outcomes, strict=False), start=3)
        ]
        return tame(make_report(*checks, **changes))

    return make


def test_better_and_worse_are_told_by_part(report):
    """Checks that pass now and did not, and those that no longer do, each with its part, points before and after."""
    before = report(Status.FAILED, Status.PASSED, Status.FAILED)
    after = report(Status.PASSED, Status.FAILED, Status.PASSED)
    text = progress.render(after, before, PLAIN)
    assert "better  alpha: title of test_a\nworse   alpha: title of test_b\nbetter  beta: title of test_c\n" in text
    assert "beta   0.0 -> 10.0 / 10  1/1" in text
    assert "alpha          0.0 / 10  1/2     lab.py:4: title of test_b" in text
    assert "total  0.0 -> 10.0 / 20" in text


@pytest.mark.parametrize(
    ("then", "now"),
    [
        (Status.PASSED, Status.PASSED),
        (Status.FAILED, Status.BLOCKED),
        (Status.VOID, Status.PASSED),
        (Status.PASSED, Status.VOID),
        (Status.SKIPPED, Status.PASSED),
    ],
)
def test_what_says_nothing_of_the_work_is_neither(report, then, now):
    """A fault of ours, or a check that could not run, makes nothing better or worse."""
    assert progress.steps(report(then), report(now)) == []


def test_check_that_was_not_there_is_neither(report):
    """A report of the first parts has no check of the others."""
    assert progress.steps(report(Status.PASSED, Status.PASSED), report(*[Status.PASSED] * 3)) == []


def test_first_report_shows_all_that_is_to_fix(report):
    """With nothing before it, there is nothing better or worse."""
    text = progress.render(report(Status.FAILED, Status.PASSED, Status.FAILED), None, PLAIN)
    assert "alpha: title of test_a" in text
    assert "beta: title of test_c" in text
    assert "better" not in text
    assert "->" not in text


def test_what_was_told_is_not_told_again(report):
    """Beside the first parts, only what became worse is to fix; the table has all of it."""
    before = report(Status.FAILED, Status.FAILED, Status.PASSED)
    after = report(Status.PASSED, Status.FAILED, Status.FAILED)
    text = progress.render(after, before, PLAIN, told=["alpha"])
    assert text.startswith("beta: title of test_c\n")
    assert "worse   beta: title of test_c" in text
    assert "better" not in text
    assert "title of test_b" not in text.partition("\npart ")[0]
    assert "alpha" in text.partition("\npart ")[2]


def test_old_failures_of_other_parts_stay_in_the_table(report):
    """What fails as before is not told in full on each save."""
    after = report(Status.PASSED, Status.PASSED, Status.FAILED)
    text = progress.render(after, after, PLAIN, told=["alpha"])
    assert text.startswith("part ")


def test_first_parts_have_no_total(report):
    """What stands in the table is no grade yet."""
    text = progress.render(report(Status.PASSED, Status.PASSED, status="partial", score=None), None, PLAIN, total=False)
    assert "total" not in text
    assert text.endswith("alpha  10.0 / 10  2/2")


def test_skipped_part_has_no_row(report):
    """What is left out here has neither points nor a reason."""
    text = progress.render(report(Status.PASSED, Status.PASSED, Status.SKIPPED), None, PLAIN)
    assert "beta" not in text


def test_file_that_cannot_be_loaded_is_all_there_is_to_say(make_check, make_report):
    """Neither a table of noughts nor a list of all checks as worse."""
    broken = make_check("test_a", "alpha", Status.FAILED, said={"got": "no Python"}, unloadable=True)
    before = tame(make_report(make_check()))
    text = progress.render(tame(make_report(broken)), before, PLAIN)
    assert "no Python" in text
    assert "worse" not in text
    assert "total" not in text


@pytest.mark.parametrize("width", [60, 80])
def test_lines_are_no_wider_than_the_terminal(make_check, make_report, width):
    """Many titles are wrapped below one another."""
    names = [f"test_{number}" for number in range(12)]
    before = tame(make_report(*(make_check(name, status=Status.FAILED) for name in names)))
    text = progress.render(tame(make_report(*map(make_check, names))), before, Style(PLAIN.words, False, width))
    assert max(map(columns, text.splitlines())) <= width
    assert "test_11" in text
