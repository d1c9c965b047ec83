"""What every format tells of a report: each thing to fix once, however many checks it costs."""

from __future__ import annotations

import pytest

from graders.harness.base.model import Status, Where
from graders.harness.judge.messages import Messages
from graders.harness.render.tame import tame
from graders.harness.render.telling import causes
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
