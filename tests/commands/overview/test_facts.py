"""What the class's page keeps of a report: all that it tells, little of it, and nothing that is not fit to be shown."""

from __future__ import annotations

import json

import pytest
from made_up_class import Made

from graders.commands.teacher.overview import facts

SUMMED = ("loss-summed", "the costs of the images are summed, not averaged")
EVIL = "</script>\x1b[31m\u202e\ud800\u2028" + "x" * 10_000


def facts_of(**made):
    """Return the facts of a made-up report."""
    return facts.of(Made(**made).report, facts.order())


def test_points_checks_mistakes_and_figures_are_kept():
    """A failed check costs its part; its mistake, what was raised, speed and accuracy are there."""
    failed = ["test_cost_is_the_mean_over_the_batch"]
    found = facts_of(failed=failed, mistakes=[SUMMED], raised="TypeError", speed=0.7, accuracy=0.875)
    assert (found.status, found.score, found.most) == ("graded", 96.0, 100)
    assert {part.name: part.points for part in found.parts}["loss"] == 8.0
    assert found.letters.count("f") == 1
    assert facts.order()[found.letters.index("f")] == ("loss", failed[0])
    assert found.mistakes == (SUMMED,)
    assert found.raised == ("TypeError",)
    assert (found.ratio, found.accuracy) == (0.7, 0.875)


def test_a_mistake_counts_once_however_many_checks_it_cost():
    """So does an exception."""
    failed = ["test_cost_is_the_mean_over_the_batch", "test_cost_is_a_scalar"]
    found = facts_of(failed=failed, mistakes=[SUMMED, SUMMED], raised="TypeError")
    assert found.mistakes == (SUMMED,)
    assert found.raised == ("TypeError",)


def test_two_mistakes_that_were_named_together_are_two():
    """What was told of both is neither's own."""
    found = facts_of(failed=["test_cost_is_a_scalar"], mistakes=[("loss-summed + softmax-twice", "both")])
    assert found.mistakes == (("loss-summed", ""), ("softmax-twice", ""))


@pytest.mark.parametrize("failure", ["timeout", "crashed", "too_much_memory", "out_of_time"])
def test_what_came_to_no_answer_is_told_by_its_kind(failure):
    """A hang, a crash, too much of something."""
    assert facts_of(failed=["test_cost_is_a_scalar"], failure=failure).raised == (failure,)


def test_wrong_numbers_are_no_crash():
    """A difference in value is neither raised nor an end."""
    assert facts_of(failed=["test_cost_is_a_scalar"]).raised == ()


def test_a_file_that_cannot_be_loaded_says_why():
    """In the words that its student got."""
    assert facts_of(unloadable="the file is no valid Python").unloadable == "the file is no valid Python"


def test_facts_come_back_as_they_were_kept():
    """Also those of a report in which everything is said."""
    place = {"file": "lab.py", "line": 3, "cell": None}
    suspicions = [{"kind": "network", "what": "socket.socket", "where": place}] * 7
    found = facts_of(failed=["test_cost_is_a_scalar"], mistakes=[SUMMED], raised="OSError", suspicions=suspicions)
    assert facts.load(facts.dump(found)) == found
    assert found.suspicious == 7
    assert found.suspicions[0] == ("network", "socket.socket", "lab.py:3")


def test_facts_of_other_checks_are_not_taken_for_these(monkeypatch):
    """A grader with one check more reads the report again."""
    kept, known = facts.dump(facts_of()), facts.order()
    monkeypatch.setattr(facts, "order", lambda spec: (*known, ("loss", "test_new")))
    assert facts.load(kept) is None


def test_a_report_of_the_first_version_has_facts():
    """It has neither what was raised, nor figures, suspicions, rows."""
    report = Made(failed=["test_cost_is_a_scalar"], mistakes=[SUMMED]).report
    for gone in ("throughput", "suspicions"):
        del report[gone]
    for part in report["parts"]:
        for check in part["checks"]:
            for gone in ("rows", "failure", "raised", "unloadable", "figures"):
                del check[gone]
    found = facts.of(report, facts.order())
    assert found.mistakes == (("loss-summed", ""),)
    assert (found.raised, found.ratio, found.accuracy, found.suspicious) == ((), None, None, 0)


def test_hostile_texts_are_tamed():
    """Whatever stands in a report's texts is short and printable, and few kilobytes are kept."""
    failed = [check for _, check in facts.order()]
    suspicions = [{"kind": EVIL, "what": EVIL, "where": {"file": EVIL, "line": 1, "cell": None}}] * 500
    found = facts_of(failed=failed, mistakes=[(EVIL, EVIL)] * 52, raised=EVIL, unloadable=EVIL, suspicions=suspicions)
    text = facts.dump(found)
    text.encode("utf-8")
    assert text.isprintable()
    assert len(text) < 10_000


def test_an_ordinary_reports_facts_take_half_a_kilobyte():
    """A hundred thousand of them are to fit beside their results."""
    found = facts_of(failed=["test_cost_is_a_scalar"], mistakes=[SUMMED])
    assert len(facts.dump(found).encode()) < 700
    assert json.loads(facts.dump(found))["score"] == found.score
