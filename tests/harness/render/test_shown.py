"""What students may see while a part is kept from them: nothing of it, in any format, and no total that tells it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from graders.commands import report as command
from graders.harness.base.fingerprints import Fingerprints
from graders.harness.base.model import Status, Visibility, Where
from graders.harness.base.speed import Throughput
from graders.harness.judge.messages import Messages
from graders.harness.render import json_report, terminal
from graders.harness.render.shown import by_students
from graders.harness.render.tame import tame
from graders.spec import SPEC

MESSAGES = Messages.of_lab(SPEC.folder, "en")
FORMATS = {
    **command.FORMATS,
    "terminal": lambda report, messages: terminal.render(report, terminal.Style(messages.words, False, 100)),
    "json": lambda report, messages: json_report.render(report, messages.words),
}
# What only the hidden part has: names, texts, points and speeds, however a format writes them.
SECRETS = ("secret", "3.25", "13.2", "31337", "0.6543", "7.77", "4242")


@pytest.fixture
def graded(make_report, make_check):
    """Return a report in which a part has failed that students shall not see, with all that could tell of it."""
    wrong = Where("lab.py", 4242)
    mine = make_check("test_a", "mine", Status.PASSED, standins=("secret_function",))
    waits = make_check(
        *("test_b", "mine", Status.BLOCKED),
        said={"got": "secret_function is wrong"},
        unwritten="secret_function",
        failure="charged",
        credit=0.5,
        where=wrong,
        source_line="secret()",
    )
    same = {"said": {"got": "it raised TypeError"}, "where": Where("lab.py", 7)}
    both = make_check("test_c", "mine", Status.FAILED, **same)
    hidden = make_check("test_secret_1", "hidden", Status.FAILED, **same, figures={"secret_accuracy": 0.6543})
    more = make_check("test_secret_2", "hidden", Status.FAILED, said={"got": "secret"}, unseen=("secret device",))
    timed = Throughput("cpu", "secret processor", 2e6, 1.9e6, 7.77, 7.77, 7.77, 80, part="hidden")
    report = make_report(mine, waits, both, hidden, more, titles={"mine": "visible", "hidden": "secret part"})
    own, other = report.parts
    parts = (
        replace(own, points=10.0, max_points=12.0, functions=("f",)),
        replace(
            other, points=3.25, max_points=8.0, functions=("secret_function",), visibility=Visibility.AFTER_DUE_DATE
        ),
    )
    return tame(
        replace(
            report,
            parts=parts,
            score=13.25,
            max_score=20.0,
            seed=31337,
            skipped=("secret device",),
            throughput=(timed,),
            by_teacher=("secret: 3.25",),
            duration_s=1.5,
            fingerprints=Fingerprints(parts={"mine": "a", "hidden": "secret"}),
        )
    )


@pytest.mark.parametrize("format_name", FORMATS)
def test_nothing_of_a_hidden_part_is_in_what_students_see(graded, format_name):
    """No name, text, point, speed or place of it, nor the seed by which the grade asked."""
    if format_name != "gradescope":  # which has the hidden part, too, and is told who may see it
        assert [secret for secret in SECRETS if secret in FORMATS[format_name](graded, MESSAGES)] != []
    shown = FORMATS[format_name](by_students(graded), MESSAGES)
    assert [secret for secret in SECRETS if secret in shown] == []


def test_the_total_is_of_what_is_shown(graded):
    """And nobody is told that all of it is right while something is not told."""
    shown = by_students(graded)
    assert (shown.score, shown.max_score, shown.seed, shown.withheld) == (10.0, 12.0, None, 1)
    markdown = FORMATS["markdown"](shown, MESSAGES)
    assert "10.0 / 12" in markdown
    assert "parts that follow later: 1" in markdown.replace("\\", "")


def test_where_nothing_is_hidden_only_the_seed_is_kept(graded):
    """The points are all points."""
    visible = tame(replace(graded, parts=tuple(replace(part, visibility=Visibility.VISIBLE) for part in graded.parts)))
    assert by_students(visible) == replace(visible, seed=None)


def test_no_grade_stays_none(graded):
    """A void report has no points of any part."""
    assert by_students(tame(replace(graded, score=None, status="void"))).score is None


def test_nothing_that_gradescope_shows_gives_a_hidden_part_away(graded):
    """Neither the text above, nor other parts' texts, nor the leaderboard, nor a total; the part itself is there."""
    result = json.loads(FORMATS["gradescope"](graded, MESSAGES))
    tests = {test["visibility"]: test for test in result.pop("tests")}
    seen = json.dumps([result, tests["visible"]])
    assert [secret for secret in SECRETS if secret in seen] == []
    assert "score" not in result
    hidden = tests["after_due_date"]
    assert (hidden["score"], hidden["max_score"], hidden["name"]) == (3.25, 8.0, "secret part")
    assert "secret" in hidden["output"]
    assert result["leaderboard"] == []


def test_what_is_shown_can_be_kept_as_a_report(graded, tmp_path):
    """report.json of it is one that is read back: the schema knows a seed that is not told."""
    path = tmp_path / "report.json"
    path.write_text(FORMATS["json"](by_students(graded), MESSAGES), encoding="utf-8")
    assert command.read(path) == by_students(graded)


def test_an_old_report_is_rendered_as_students_may_see_it(graded, tmp_path):
    """What a teacher hands out of a gradebook's reports."""
    path, page = tmp_path / "report.json", tmp_path / "page.md"
    path.write_text(FORMATS["json"](graded, MESSAGES), encoding="utf-8")
    assert command.main([str(path), "--to", "markdown", "--for-students", "--output", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "10.0 / 12" in text
    assert [secret for secret in SECRETS if secret in text] == []
