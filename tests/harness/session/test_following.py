"""Runs that a program follows: which checks come first, and what is written meanwhile."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from corpus import BUGS, bug_source

from graders.commands import judging
from graders.harness.render import sequence
from graders.spec import SPEC

if TYPE_CHECKING:
    from pathlib import Path

    from graders.harness.base.tamed import Tamed

pytest_plugins = ["grading"]
BUG = next(bug for bug in BUGS if bug.name == "loss-summed")


def reports(output: str) -> list[Tamed]:
    """Return the reports in what a judge has written."""
    read = (sequence.read(line) for line in output.encode().splitlines(keepends=True))
    return [report for report in read if report is not None]


def without_times(plain: dict[str, Any]) -> dict[str, Any]:
    """Return a report's values but for what took how long."""
    for value in (plain, *(check for part in plain["parts"] for check in part["checks"])):
        del value["duration_s"]
    del plain["graded_at"]
    return plain


def test_first_parts_are_judged_and_told_of_first(run_pytest):
    """Of an untouched lab: the parts that were asked for, in the rubric's order, and then all."""
    options = ["--submission", "student_template", "--follow", "--first", "loss, reshape"]
    first, whole = reports(run_pytest("graders", *options).stdout)
    assert [part.name for part in first.parts] == ["reshape", "loss"]
    assert (first.status, first.score) == ("partial", None)
    assert len(first.checks) < len(whole.checks) == whole.checks_in_rubric
    assert (whole.status, whole.score) == ("graded", 0)


@pytest.mark.parametrize("first", [[], ["--first", "loss"]])
def test_where_nothing_else_is_judged_there_is_one_report(run_pytest, first):
    """The end has a report of its own."""
    options = ["--submission", "student_template", "--follow", "-k", "test_cost"]
    (report,) = reports(run_pytest("graders", *options, *first).stdout)
    assert [part.name for part in report.parts] == ["loss"]


def test_nobody_else_is_written_to(run_pytest):
    """Without `--follow`, the order changes and nothing is written."""
    done = run_pytest("graders", "--submission", "student_template", "--first", "loss", "-v")
    assert reports(done.stdout) == []
    modules = [line.partition("::")[0] for line in done.stdout.splitlines() if "::test_" in line]
    assert list(dict.fromkeys(modules))[:2] == ["graders/test_4_loss.py", "graders/test_0_data.py"]


def test_unknown_part_is_refused(run_pytest):
    """What is wrong is said in one line."""
    done = run_pytest("graders", "--first", "reshape,los")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert judging.refusal(done.stdout).startswith(
        "--first los: there is no such part; there are: data, loader, reshape"
    )


def test_record_is_in_ascii_and_one_line(make_check, make_report):
    """Whatever the report says; and it comes back as it was."""
    from graders.harness.render.tame import tame

    report = tame(make_report(make_check(title="손실: a\nb\x1e", hint="\x1e{}")))
    record = sequence.render(report)
    assert record.isascii()
    assert (record.count("\x1e"), record.count("\n")) == (1, 1)
    assert sequence.read(record.encode()) == report
    assert sequence.read(b"..F " + record.encode()) == report  # pytest's own signs stand before it
    assert sequence.read(b"..F\n") is None


@pytest.mark.sample
def test_a_judge_that_is_followed_finds_what_any_other_does(warm: judging.Nurseries, tmp_path: Path) -> None:
    """Order and company change nothing: the report is that of a plain run, all messages and points of it."""
    import single

    from graders.harness.judge.messages import Messages
    from graders.harness.render import json_report

    (tmp_path / "lab.py").write_text(bug_source(BUG), encoding="utf-8")
    plain = single.grade("plain", tmp_path / "lab.py", tmp_path / "out", ["-p", "no:benchmark", "--no-page"], warm)
    assert plain.report is not None
    given = judging.arguments(tmp_path / "lab.py", warm, SPEC, "--follow", "--first", BUG.part)
    judge = judging.start(given, warm, SPEC)
    assert judge.stdout is not None
    first, whole = reports(judge.stdout.read().decode())
    assert judge.wait() == 1
    assert [part.name for part in first.parts] == [BUG.part]
    words = Messages.of_lab(SPEC.folder, "en").words
    told = json.loads(json.dumps(json_report.to_dict(whole, words)))
    assert without_times(told) == without_times(plain.report)
