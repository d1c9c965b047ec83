"""report.json, schema version 1."""

from __future__ import annotations

import json
import math

import pytest

from graders.harness.grading import from_plain, to_plain
from graders.harness.model import Status, Where
from graders.harness.render import json_report
from graders.harness.speed import Throughput

FIELDS = [
    "schema",
    "lab",
    "submission",
    "status",
    "score",
    "max_score",
    "isolation",
    "data",
    "seed",
    "duration_s",
    "versions",
    "parts",
    "throughput",
]
CHECK_FIELDS = {"name", "status", "message", "mistake", "hint", "where", "duration_s"}


@pytest.fixture
def written(make_report, make_check):
    """Return a report with a passed and a failed check, written and read again."""
    failed = make_check(
        "test_b",
        status=Status.FAILED,
        message="asked\tf(1)\ngot\t3",
        hint="생각",
        mistakes=("loss-summed",),
        where=Where("lab.py", 4),
        duration_s=0.12345,
    )
    return json.loads(json_report.render(make_report(make_check(), failed)))


def test_report_has_the_fields_of_the_schema(written):
    """The fields of schema 1 are there, in their order."""
    assert [field for field in written if field in FIELDS] == FIELDS
    assert written["schema"] == 1


def test_part_has_the_fields_of_the_schema(written):
    """A part has its name, status, points and checks."""
    (part,) = written["parts"]
    assert {key: part[key] for key in ("name", "status", "points", "max_points")} == {
        "name": "alpha",
        "status": "failed",
        "points": 0.0,
        "max_points": 10.0,
    }


def test_check_has_the_fields_of_the_schema(written):
    """A failed check has its message in labelled lines, its mistake, its hint and its place."""
    check = written["parts"][0]["checks"][1]
    assert set(check) >= CHECK_FIELDS
    assert check["message"] == "asked: f(1)\ngot: 3"
    assert (check["mistake"], check["hint"]) == ("loss-summed", "생각")
    assert check["where"] == {"file": "lab.py", "line": 4}
    assert check["duration_s"] == 0.123


def test_passed_check_has_no_place(written):
    """A check that passed points to nothing."""
    check = written["parts"][0]["checks"][0]
    assert (check["status"], check["where"], check["mistake"], check["message"]) == ("passed", None, None, "")


def test_void_report_has_no_score(make_report, make_check):
    """Our own fault is null, never zero."""
    report = make_report(make_check(status=Status.VOID), status="void", score=None)
    assert json.loads(json_report.render(report))["score"] is None


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_nan_is_never_written(make_report, make_check, number):
    """A number that JSON does not have is refused rather than written."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_report.render(make_report(make_check(), score=number))


def test_report_ends_with_a_newline_and_keeps_letters(make_report, make_check):
    """The file is readable text: Korean letters stay letters."""
    text = json_report.render(make_report(make_check(hint="한글")))
    assert text.endswith("}\n")
    assert "한글" in text


TIMED = Throughput("cpu", "some processor", 2e6, 1.9e6, 1.05, 1.02, 1.08, 80)


def test_throughput_is_listed_by_device(make_report, make_check):
    """What was timed stands at the end, an object a device."""
    written = json.loads(json_report.render(make_report(make_check(), throughput=(TIMED,))))
    (timed,) = written["throughput"]
    assert (timed["device"], timed["ratio"], timed["ratio_low"], timed["ratio_high"]) == ("cpu", 1.05, 1.02, 1.08)


def test_throughput_survives_the_way_between_processes(make_check):
    """What a check timed is the same on the other side."""
    result = make_check(throughput=TIMED, credit=0.5)
    assert from_plain(json.loads(json.dumps(to_plain(result)))) == result


@pytest.mark.parametrize("where", [Where("lab.py", 4), None])
def test_result_survives_the_way_between_processes(make_check, where):
    """What pytest-xdist sends as plain values is the same result on the other side."""
    result = make_check(status=Status.BLOCKED, where=where, standins=("f", "g"), duration_s=0.5)
    assert from_plain(json.loads(json.dumps(to_plain(result)))) == result
