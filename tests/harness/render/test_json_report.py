"""report.json, schema version 1."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from graders.harness.base.exhibits import Exhibit, PackedArray
from graders.harness.base.model import Status, Visibility, Where
from graders.harness.base.rows import Excerpt, Key, Row
from graders.harness.base.speed import Throughput
from graders.harness.judge.messages import Messages
from graders.harness.render import json_report
from graders.harness.render.tame import tame

MESSAGES = [Path(__file__).parents[3] / "graders" / "harness" / "messages"]
WORDS = Messages(MESSAGES, "en").words
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


def labels(language):
    """Return a language's labels."""
    return Messages(MESSAGES, language).section("labels")


def no_labels(language):
    """Stand for labels that nobody needs: rows have keys."""
    raise AssertionError(language)


@pytest.fixture
def written(make_report, make_check):
    """Return a report with a passed and a failed check, written and read again."""
    failed = make_check(
        "test_b",
        status=Status.FAILED,
        said={"asked": "f(1)", "got": "3"},
        hint="생각",
        mistakes=("loss-summed",),
        where=Where("lab.py", 4),
        duration_s=0.12345,
    )
    return json.loads(json_report.render(tame(make_report(make_check(), failed)), WORDS))


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
    assert check["where"] == {"file": "lab.py", "line": 4, "cell": None}
    assert check["duration_s"] == 0.123


def test_passed_check_has_no_place(written):
    """A check that passed points to nothing."""
    check = written["parts"][0]["checks"][0]
    assert (check["status"], check["where"], check["mistake"], check["message"]) == ("passed", None, None, "")


def test_void_report_has_no_score(make_report, make_check):
    """Our own fault is null, never zero."""
    report = make_report(make_check(status=Status.VOID), status="void", score=None)
    assert json.loads(json_report.render(tame(report), WORDS))["score"] is None


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_nan_is_never_written(make_report, make_check, number):
    """A number that JSON does not have is refused rather than written."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_report.render(tame(make_report(make_check(), score=number)), WORDS)


def test_report_ends_with_a_newline_and_keeps_letters(make_report, make_check):
    """The file is readable text: Korean letters stay letters."""
    text = json_report.render(tame(make_report(make_check(hint="한글"))), WORDS)
    assert text.endswith("}\n")
    assert "한글" in text


def test_report_is_read_back_as_it_was(make_report, make_check):
    """All that a format needs is in the file."""
    exhibit = Exhibit("seen", {"rows": PackedArray.of(np.arange(6, dtype=np.uint8).reshape(2, 3))})
    failed = make_check(
        "test_b",
        status=Status.FAILED,
        said={"asked": "f(1: 2)", "got": "3: 4"},
        hint="생각",
        mistakes=("loss-summed", "other"),
        where=Where("lab.py", 4),
        source_line="return 3",
        excerpt=Excerpt(3, ("def f():", "    return 3")),
        standins=("g",),
        unwritten="h",
        unloadable=True,
        credit=0.5,
        figures={"accuracy": 0.5},
        exhibits=(exhibit,),
    )
    report = make_report(
        make_check(), failed, duration_s=1.25, throughput=(TIMED,), language="ko", data="mnist", student="anna"
    )
    part = replace(report.parts[0], visibility=Visibility.HIDDEN, title="알파")
    report = replace(report, parts=(part,))
    assert json_report.parse(json_report.render(tame(report), WORDS), no_labels) == report


def test_report_of_the_first_version_is_read(make_report, make_check):
    """A report without the fields that came later gets what stands for them: its names for titles."""
    plain = json_report.to_dict(tame(make_report(make_check())), WORDS)
    first = {field: plain[field] for field in FIELDS}
    first["parts"] = [
        {
            **{key: part[key] for key in ("name", "status", "points", "max_points")},
            "checks": [{key: check[key] for key in CHECK_FIELDS} for check in part["checks"]],
        }
        for part in plain["parts"]
    ]
    read = json_report.parse(json.dumps(first), labels)
    assert (read.title, read.parts[0].title, read.checks[0].title) == ("tiny", "alpha", "test_a")
    assert (read.score, read.checks_in_rubric) == (10.0, 1)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_message_of_an_earlier_version_is_understood(make_report, make_check, language):
    """Rows were written in words alone; they get their keys again, by which formats know them."""
    said = {"asked": "f(1: 2)", "expected": "2", "got": "", "mistake": "m", "idea": "i", "why": "w"}
    report = tame(make_report(make_check(said=said), make_check("test_b"), language=language))
    plain = json_report.to_dict(report, Messages(MESSAGES, language).words)
    for check in plain["parts"][0]["checks"]:
        del check["rows"]
    assert json_report.parse(json.dumps(plain), labels).checks == report.checks


def test_line_without_a_known_label_is_a_text(make_report, make_check):
    """Why a check was skipped has no label, and a teacher may have changed one; nothing is lost."""
    plain = json_report.to_dict(tame(make_report(make_check())), WORDS)
    (check,) = plain["parts"][0]["checks"]
    del check["rows"]
    check["message"] = "no GPU: here\npoints: 3\n\ngot: 4"
    rows = (Row(None, "no GPU: here"), Row(None, "points: 3"), Row(Key.GOT, "4"))
    assert json_report.parse(json.dumps(plain), labels).checks[0].rows == rows


def test_schema_knows_every_key_of_a_row():
    """A row that the model has is one that the file may have."""
    schema = json.loads(json_report.SCHEMA_FILE.read_text(encoding="utf-8"))
    assert schema["$defs"]["row"]["properties"]["key"]["enum"] == [None, *Key]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is no JSON"),
        ("[]", "is no report"),
        ("{}", "is no report"),
        ('{"schema": 2}', "has schema version 2; this grader reads version 1"),
        ('{"schema": 1, "parts": []}', "is no whole report: $: 'lab' is a required property"),
        ('{"schema": 1, "parts": NaN}', "NaN is no number there"),
    ],
)
def test_what_is_no_report_is_refused(text, words):
    """Whatever else a file holds is told in words."""
    with pytest.raises(json_report.UnreadableReport, match=re.escape(words)):
        json_report.parse(text, no_labels)


def test_packed_array_is_the_same_unpacked():
    """Exhibits lose nothing on their way through JSON."""
    array = np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4)
    packed = PackedArray.of(array)
    assert np.array_equal(packed.unpack(), array)
    assert packed.unpack().dtype == array.dtype


@pytest.mark.parametrize(
    "packed",
    [
        PackedArray("object", (1,), ""),
        PackedArray("uint8", (1,), "AAAA"),
        PackedArray("uint8", (3,), PackedArray.of(np.zeros(2, np.uint8)).data),
        PackedArray("uint8", (2**26,), PackedArray.of(np.zeros(2**26, np.uint8)).data),
    ],
    ids=["dtype", "bytes", "shape", "bomb"],
)
def test_what_is_no_array_is_refused(packed):
    """A file that was tampered with gives no array, and no gigabytes."""
    with pytest.raises(ValueError, match=r"array|buffer"):
        packed.unpack()


TIMED = Throughput("cpu", "some processor", 2e6, 1.9e6, 1.05, 1.02, 1.08, 80)


def test_throughput_is_listed_by_device(make_report, make_check):
    """What was timed stands at the end, an object a device."""
    written = json.loads(json_report.render(tame(make_report(make_check(), throughput=(TIMED,))), WORDS))
    (timed,) = written["throughput"]
    assert (timed["device"], timed["ratio"], timed["ratio_low"], timed["ratio_high"]) == ("cpu", 1.05, 1.02, 1.08)
