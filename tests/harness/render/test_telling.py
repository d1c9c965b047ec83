"""What every format tells of a report: each thing to fix once, however many checks it costs."""

from __future__ import annotations

import pytest

from graders.harness.base.model import Status, Where
from graders.harness.judge.messages import Messages
from graders.harness.render.tame import tame
from graders.harness.render.telling import causes, footnotes, total, verdict
from graders.spec import SPEC

WORDS = Messages.of_lab(SPEC.folder, "en").words
RAISED = {"got": "it raised TypeError", "mistake": "a pair was expected"}
NUMBERS = {"expected": "3", "got": "4", "mistake": "summed"}


@pytest.fixture
def told(make_report, make_check):
    """Return a function that tells, of failed checks, which of them have one cause."""

    def make(*checks: tuple[str, dict[str, str], tuple[str, ...], int]) -> list[list[str]]:
        made = [
            make_check(
                f"test_{number}",
                part,
                Status.FAILED,
                said={"asked": f"f({number})", **said},
                mistakes=mistakes,
                where=Where("lab.py", line),
            )
            for number, (part, said, mistakes, line) in enumerate(checks)
        ]
        return [[check.name[5:] for check in cause.checks] for cause in causes(tame(make_report(*made)), WORDS)]

    return make


def test_an_exception_is_told_once_with_a_name_and_without(told):
    """Also where it costs two parts, whatever was asked."""
    for mistakes in ((), ("pair",)):
        assert told(("alpha", RAISED, mistakes, 3), ("alpha", RAISED, mistakes, 3), ("beta", RAISED, mistakes, 3)) == [
            ["0", "1", "2"]
        ]


def test_a_mistake_shows_in_many_ways_within_its_part(told):
    """Other numbers, another line; another part's is another one."""
    other = {**NUMBERS, "got": "5"}
    assert told(("alpha", NUMBERS, ("sum",), 3), ("alpha", other, ("sum",), 7), ("beta", other, ("sum",), 7)) == [
        ["0", "1"],
        ["2"],
    ]


def test_other_mistakes_and_other_lines_are_told_by_themselves(told):
    """What has no name is the same where message and line are."""
    assert told(("alpha", RAISED, ("pair",), 3), ("alpha", RAISED, ("other",), 4)) == [["0"], ["1"]]
    assert told(("alpha", RAISED, (), 3), ("alpha", RAISED, (), 4)) == [["0"], ["1"]]


@pytest.mark.parametrize(
    ("status", "said"),
    [(Status.PASSED, "everything is right, well done"), (Status.FAILED, ""), (Status.BLOCKED, "")],
)
def test_praise_hangs_on_checks_and_not_on_rounded_points(make_report, make_check, status, said):
    """A check of weight 0.001 costs nothing that points show; whoever fails it is not told that everything is right."""
    report = tame(make_report(make_check("test_a"), make_check("test_b", status=status), score=95.0, max_score=95.0))
    assert verdict(report, WORDS) == said


def test_a_skipped_check_takes_no_praise_away(make_report, make_check):
    """What this machine cannot run is nobody's mistake."""
    report = tame(make_report(make_check(), make_check("test_b", status=Status.SKIPPED), score=10.0, max_score=10.0))
    assert verdict(report, WORDS) == "everything is right, well done"


@pytest.mark.parametrize(
    ("skipped", "line"),
    [
        (["test_b"], "title of test_b: no GPU here"),
        (["test_b", "test_c"], "title of test_b; title of test_c: no GPU here"),
        (["test_b", "test_c", "test_d", "test_e"], "no GPU here"),  # as of a script, which is asked less
        ([], "no GPU here"),  # what a check could not look at that was run
    ],
)
def test_a_skipped_check_is_told_by_its_title(make_report, make_check, skipped, line):
    """Where there are few, in every format's footnotes."""
    checks = [make_check(name, status=Status.SKIPPED, said={"got": "no GPU here"}) for name in skipped]
    report = tame(make_report(make_check(), *checks, skipped=("no GPU here",)))
    assert line in footnotes(report, WORDS)


@pytest.mark.parametrize(("score", "said"), [(94.99, "94.99 / 95"), (94.9, "94.9 / 95"), (95.0, "95.0 / 95")])
def test_points_are_not_rounded_up_to_all_of_them(make_report, make_check, score, said):
    """95.0 / 95 is said of those who have 95."""
    assert total(tame(make_report(make_check(), score=score, max_score=95.0))) == said
