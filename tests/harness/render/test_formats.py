"""Every format of a report: what it holds, and that nothing a submission says gets out of hand in it."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import jsonschema
import pytest
from lxml import etree
from readers import LARGEST, QUALITY_SCHEMA, RESULTS_SCHEMA, Page

from graders.commands import report as command
from graders.harness.base.model import Status, Suspicion, Visibility, Where
from graders.harness.base.rows import Excerpt, Key, Row
from graders.harness.base.speed import Throughput
from graders.harness.judge.messages import Messages
from graders.harness.render import (
    csv_row,
    github,
    gitlab,
    gradescope,
    html,
    json_report,
    junit,
    markdown,
    terminal,
)
from graders.harness.render.tame import MAX_NAME, MAX_TEXT, tame
from graders.spec import SPEC

WORDS = Messages.of_lab(SPEC.folder, "en").words


def header_of(report):
    """Return the columns of a report's row."""
    return csv_row.header(report.lab, [part.name for part in report.parts])


FORMATS = {
    "terminal": lambda report: terminal.render(tame(report), terminal.Style(WORDS, colour=False, width=100)),
    "json": lambda report: json_report.render(tame(report), WORDS),
    "html": lambda report: html.render(tame(report), WORDS),
    "markdown": lambda report: markdown.render(tame(report), WORDS),
    "github": lambda report: github.render(tame(report), WORDS),
    "gitlab": lambda report: gitlab.render(tame(report), WORDS),
    "junit": lambda report: junit.render(tame(report), WORDS),
    "gradescope": lambda report: gradescope.render(tame(report), WORDS),
    "csv": lambda report: header_of(tame(report)) + csv_row.render(tame(report)),
}
EVIL = (
    "</style></pre><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }}\n::error file=x,line=1::pwned\r"
    "##[error]pwned\x1b[31m\x00\u202e\ud800\u2028|`*_[a](http://x)]]><!--\t=cmd()"
)
MILLIONS = 100_000_000  # letters

each_format = pytest.mark.parametrize("format_name", FORMATS)


@pytest.fixture
def failed(make_check):
    """Return a function that makes a failed check with a place and everything."""

    def make(name="test_b", text="3", **rest):
        values = {
            "said": {"asked": "f(1)", "got": text, "why": "it counts"},
            "hint": "think",
            "where": Where("lab.py", 4),
            "source_line": "return 3",
            "excerpt": Excerpt(3, ("def f():", "    return 3")),
            **rest,
        }
        return make_check(name, "alpha", Status.FAILED, **values)

    return make


@pytest.fixture
def report(make_report, make_check, failed):
    """Return a report with something of everything."""
    timed = Throughput("cpu", "some processor", 2e6, 1.9e6, 1.05, 1.02, 1.08, 80, part="alpha")
    checks = (
        make_check(figures={"accuracy": 0.876}),
        failed(),
        make_check("test_c", "beta", Status.FAILED, unwritten="g", where=Where("lab.py", 9), said={"got": "nothing"}),
        make_check("test_d", "beta", Status.BLOCKED, unwritten="f", said={"got": "nothing"}),
        make_check("test_e", "gamma", Status.SKIPPED),
    )
    return make_report(*checks, submission="work/anna", throughput=(timed,), data="mnist")


@pytest.fixture
def evil(make_report, failed):
    """Return a function that makes a report in which a text stands wherever a submission might put one."""

    def make(text):
        check = failed(
            text=text,
            name=text,
            title=text,
            hint=text,
            where=Where(text, 4),
            source_line=text,
            excerpt=Excerpt(4, (text,)),
            standins=(text,),
            mistakes=(text,),
            unloadable=False,
        )
        unwritten = failed("test_c", unwritten=text)
        said = {
            "throughput": (Throughput("cpu", text, 2e6, 1.9e6, 1.05, 1.02, 1.08, 80),),
            "suspicions": (Suspicion("patched", text, Where(text, 4)),),
            "skipped": (text,),
            "unsandboxed": text,
        }
        named = {"submission": text, "student": text, "title": text, "versions": {text: text}}
        report = make_report(check, unwritten, **named, **said)
        return replace(report, parts=tuple(replace(part, title=text) for part in report.parts))

    return make


# ---- whatever a submission says


@each_format
def test_hostile_text_has_no_control_characters(evil, format_name):
    """No escape sequence, surrogate or reversed direction comes out of any format, which can be written as UTF-8."""
    text = FORMATS[format_name](evil(EVIL))
    text.encode("utf-8")
    assert [c for c in text if not c.isprintable() and c != "\n"] == []


@each_format
def test_endless_text_is_capped(evil, format_name):
    """100 MB of text become a readable length."""
    assert len(FORMATS[format_name](evil("x" * MILLIONS))) < LARGEST


@each_format
def test_endless_lines_are_capped(evil, make_report, failed, format_name):
    """Nor do many lines, or many rows."""
    assert len(FORMATS[format_name](evil("got\tx\n" * 1_000_000))) < LARGEST
    assert len(FORMATS[format_name](make_report(failed(rows=(Row(Key.GOT, "x"),) * 1_000_000)))) < LARGEST


@each_format
@pytest.mark.parametrize("text", ["x", "\U0001f600", '"', "<&>", "\x1b", "\U000e0001", "한", "\ud800"])
def test_no_report_is_larger_than_1_mb(make_report, failed, format_name, text):
    """Whatever stands in every text of a whole lab's failed checks, and however much is to be looked at."""
    long = text * 5_000
    rows = tuple(Row(key, long) for key in Key)
    said = {"hint": long, "where": Where(long, 1), "source_line": long, "excerpt": Excerpt(1, (long,) * 50)}
    checks = [failed(f"test_{n}", rows=rows, standins=(long,) * 11, mistakes=(long,) * 2, **said) for n in range(60)]
    strange = tuple(Suspicion("patched", f"{n}{long}", Where(long, n)) for n in range(5_000))
    written = FORMATS[format_name](make_report(*checks, suspicions=strange))
    assert len(written.encode()) <= 2**20


def test_report_with_too_much_text_is_cut_evenly(make_report, failed):
    """Of each text something is left, and a second taming leaves it so."""
    once = tame(make_report(*(failed(f"test_{n}", text="long " * 500) for n in range(500))))
    assert {len(row.text) for check in once.checks for row in check.rows if row.key is Key.GOT} <= {51, 251}
    assert tame(once) == once


def test_taming_leaves_honest_texts_alone(report):
    """What is short and printable stays, Korean too."""
    korean = replace(report, title="손글씨　실습", submission="제출물")
    assert tame(korean) == korean


def test_taming_twice_changes_nothing_more(evil):
    """A report that was read back from report.json is shown as it was."""
    once = tame(evil(EVIL))
    assert tame(once) == once


def test_report_is_tamed_where_it_is_read(evil, tmp_path):
    """An old file is as hostile as a submission: what `python -m graders report` renders is tame."""
    (tmp_path / "report.json").write_text(json_report.render(evil("x" * 2 * MAX_TEXT), WORDS), encoding="utf-8")
    read = command.read(tmp_path / "report.json")
    assert read.checks[0].title == "x" * MAX_NAME + "…"
    assert read == tame(read)


def test_texts_are_cut_with_a_sign(evil):
    """Who reads a cut text sees that it was cut."""
    check = tame(evil("y" * 10_000)).checks[0]
    assert check.title == "y" * MAX_NAME + "…"
    assert check.hint == "y" * MAX_TEXT + "…"


def test_page_has_no_script_whatever_is_said(evil):
    """Script elements, handlers and pictures from elsewhere are text on the page."""
    page = Page(FORMATS["html"](evil(EVIL)))
    assert not {"script", "img", "iframe", "object", "link", "form"} & set(page.elements)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "style")]
    assert "<script>alert(1)</script>" in "".join(page.texts)
    assert "{{ 7 * 7 }}" in "".join(page.texts)


def test_page_forbids_scripts(report):
    """Its policy comes before anything else that could load, and allows the page's own style sheet alone."""
    text = FORMATS["html"](report)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert text.index("Content-Security-Policy") < text.index("<title>")
    assert policy[1].startswith("default-src &#39;none&#39;; style-src &#39;sha256-")
    assert "unsafe" not in policy[1]
    assert "script-src" not in policy[1]


@pytest.mark.parametrize(
    ("given", "student", "shown"),
    [
        ("student_template", "student_template", "student_template"),
        ("/home/teacher/class/kim", "kim", "kim"),
        (r"C:\class\kim.zip", "", "kim.zip"),
        ("C:/class/kim", "20260001", "20260001"),
    ],
)
def test_page_tells_no_path_of_a_machine(report, given, student, shown):
    """A teacher's class lies somewhere; a path that was typed short says what a student knows."""
    text = FORMATS["html"](replace(report, submission=given, student=student))
    assert f'<p class="submission">{shown}</p>' in text
    assert "class/kim" not in text


def test_page_loads_nothing(report):
    """There is no address in it to load from."""
    assert not re.search(r"https?:|url\((?!#)|@import", FORMATS["html"](report))


def test_commands_of_github_are_ours_only(evil):
    """A text can neither begin a command of its own nor end ours."""
    lines = FORMATS["github"](evil(EVIL)).splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["::error", "::error", "::notice", "::notice"]
    for line in lines:
        _, properties, _data = line.split("::", 2)
        assert properties.count("title=") == 1


def test_summary_is_one_that_github_still_shows(make_report, failed):
    """Of more than 1 MiB it shows nothing: what comes last is left out, whole, however many bytes a letter takes."""
    rows = tuple(Row(Key.GOT, chr(0x1F600) * 1000) for _ in range(9))
    checks = [failed(f"test_{n}", rows=(Row(Key.ASKED, str(n)), Row(Key.GOT, str(n)), *rows)) for n in range(60)]
    text = FORMATS["markdown"](make_report(*checks))
    assert len(text.encode()) < 2**20
    assert text.count("### ") > 20
    assert text.count("**where**") == text.count("### ")


def test_markdown_shows_signs_as_they_are(evil):
    """Every sign that Markdown or HTML would take for its own is escaped."""
    text = FORMATS["markdown"](evil("<script>|*a*`b`[c](d)"))
    assert r"\<script\>\|\*a\*\`b\`\[c\]\(d\)" in text
    assert "<script>" not in text.replace(r"\<script\>", "")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}"])
def test_cell_is_never_a_formula(report, sign):
    """A spreadsheet computes nothing that a submission's name says."""
    cells = next(csv.reader([csv_row.render(tame(replace(report, student=f"{sign}cmd()")))]))
    assert cells[0] == f"'{sign}cmd()"
    names = next(csv.reader([header_of(tame(replace(report, lab=f"{sign}cmd()")))]))
    assert [name for name in names if name.startswith(sign)] == []


# ---- what each holds


def test_markdown_has_a_row_a_part_and_a_heading_a_cause(report):
    """The table of parts, then what to fix."""
    text = FORMATS["markdown"](report)
    assert text.startswith("## Tiny lab: 0.0 / 30\n")
    assert "| ❌ alpha | 0.0 / 10 | 1/2 | lab\\.py\\:4\\: title of test\\_b |" in text
    assert "### alpha\\: title of test\\_b" in text
    assert "- **where** lab\\.py\\:4\\: return 3" in text


def test_annotation_stands_on_the_students_line(report):
    """The path is the submission's, as GitHub knows it from the repository's root; unwritten work has one, too."""
    lines = FORMATS["github"](report).splitlines()
    assert lines[0].startswith(
        "::error file=work/anna/lab.py,line=4,title=alpha%3A title of test_b::asked: f(1)%0Agot: 3"
    )
    assert lines[1] == "::error file=work/anna/lab.py,line=9,title=title of test_c::write g (lab.py:9)"


def test_annotation_of_a_single_file_has_its_folder(report):
    """A submission that is a file is not a folder of the file."""
    text = FORMATS["github"](replace(report, submission="work/anna/lab.py"))
    assert text.startswith("::error file=work/anna/lab.py,line=4,")


def test_points_line_is_what_github_classroom_reads(report):
    """The two notices of its reporter, where there is a grade."""
    lines = FORMATS["github"](replace(report, score=86.5, max_score=95.0)).splitlines()
    assert lines[-2] == "::notice title=Autograding complete::Points 86.5/95"
    assert json.loads(lines[-1].partition("::notice title=Autograding report::")[2]) == {
        "totalPoints": 86.5,
        "maxPoints": 95.0,
    }
    assert "Points" not in FORMATS["github"](replace(report, score=None, status="void"))


def test_code_quality_is_as_gitlab_wants_it(report):
    """An issue a cause, on the student's line, with a fingerprint that stays when lines move."""
    issues = json.loads(FORMATS["gitlab"](report))
    jsonschema.validate(issues, QUALITY_SCHEMA)
    (issue,) = issues
    assert issue["location"] == {"path": "work/anna/lab.py", "lines": {"begin": 4}}
    moved = replace(report.parts[0].checks[1], where=Where("lab.py", 40))
    part = replace(report.parts[0], checks=(report.parts[0].checks[0], moved))
    (other,) = json.loads(FORMATS["gitlab"](replace(report, parts=(part, *report.parts[1:]))))
    assert other["fingerprint"] == issue["fingerprint"]


def test_junit_has_a_suite_a_part_with_its_points(report):
    """Parts are suites, points are properties, and the counts are those of the checks."""
    root = ElementTree.fromstring(FORMATS["junit"](report))
    suites = {suite.get("name"): suite for suite in root}
    assert list(suites) == ["alpha", "beta", "gamma"]
    properties = {p.get("name"): p.get("value") for p in suites["alpha"].findall("properties/property")}
    assert properties == {"title": "alpha", "points": "0", "max_points": "10"}
    counts = ("tests", "failures", "errors", "skipped")
    assert [suites["beta"].get(name) for name in counts] == ["2", "2", "0", "0"]
    assert [suites["gamma"].get(name) for name in counts] == ["1", "0", "0", "1"]
    assert (root.get("tests"), root.get("failures")) == ("5", "3")


@pytest.fixture
def published(junit_schema):
    """Return JUnit's published schema."""
    if junit_schema is None:
        pytest.skip("needs the package index, for pytest's source distribution, which carries the schema")
    return junit_schema


def test_junit_is_valid_by_the_published_schema(report, evil, make_check, make_report, published):
    """The schema of Jenkins's xUnit plugin takes it, whatever is said in it and if we failed."""
    void = make_report(make_check(status=Status.VOID, said={"got": "broken"}), status="void", score=None)
    for each in (report, evil(EVIL), void):
        published.assertValid(etree.fromstring(FORMATS["junit"](each).encode()))


@pytest.mark.parametrize(("right", "wrong"), [("classname=", "class="), ("<property ", "<entry "), ("1.050", "fast")])
def test_published_schema_refuses_what_is_not_junit(make_report, failed, published, right, wrong):
    """What the schema does not know is refused, so that the test above means something."""
    text = FORMATS["junit"](make_report(failed(duration_s=1.05)))
    published.assertValid(etree.fromstring(text.encode()))
    assert not published.validate(etree.fromstring(text.replace(right, wrong).encode()))


def test_our_own_fault_is_an_error_in_junit(make_check, make_report):
    """JUnit's readers tell the grader's fault from the student's."""
    report = make_report(make_check(status=Status.VOID, said={"got": "broken"}), status="void", score=None)
    root = ElementTree.fromstring(FORMATS["junit"](report))
    assert (root.get("errors"), root.get("failures")) == ("1", "0")


@pytest.mark.parametrize("status", ["graded", "partial", "void"])
def test_gradescope_takes_every_report(report, status):
    """Graded, partial or void: the documented schema, and a score only where there is a grade."""
    result = json.loads(
        FORMATS["gradescope"](replace(report, status=status, score=7.0 if status == "graded" else None))
    )
    jsonschema.validate(result, RESULTS_SCHEMA)
    assert ("score" in result) is (status == "graded")
    assert ["score" in test for test in result["tests"]] == [status == "graded"] * 3


def test_gradescope_takes_what_is_said_without_a_report():
    """A grader that broke down says so, and gives no score."""
    result = json.loads(gradescope.failed("x" * 1_000_000))
    jsonschema.validate(result, RESULTS_SCHEMA)
    assert "score" not in result
    assert len(result["output"]) < LARGEST


def test_gradescope_has_partial_scores_visibility_and_a_leaderboard(report):
    """A test a part with its points and who may see it; what was measured is compared on the leaderboard."""
    first, last = replace(report.parts[0], points=4.0), replace(report.parts[-1], visibility=Visibility.AFTER_DUE_DATE)
    result = json.loads(FORMATS["gradescope"](replace(report, parts=(first, *report.parts[1:-1], last))))
    first = result["tests"][0]
    assert (first["score"], first["max_score"], first["visibility"]) == (4.0, 10.0, "visible")
    assert result["tests"][-1]["visibility"] == "after_due_date"
    assert result["leaderboard"] == [
        {"name": "accuracy", "value": 0.876, "order": "desc"},
        {"name": "throughput (cpu)", "value": 1.05, "order": "desc"},
    ]


def test_row_has_a_cell_for_each_column(report):
    """Who, score, each part's points, where the feedback is, under Canvas's names for who."""
    row = csv_row.render(tame(replace(report, score=12.5, student="anna")), "out/report.html")
    cells = dict(zip(next(csv.reader([header_of(tame(report))])), next(csv.reader([row])), strict=True))
    assert list(cells)[:5] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert (cells["SIS Login ID"], cells["tiny"], cells["tiny: alpha"]) == ("anna", "12.5", "0")
    assert (cells["Status"], cells["Feedback file"]) == ("graded", "out/report.html")


def test_row_without_a_grade_has_no_zero(report):
    """An empty cell leaves a gradebook as it is."""
    row = csv_row.render(tame(replace(report, score=None, status="void")))
    cells = dict(zip(next(csv.reader([header_of(tame(report))])), next(csv.reader([row])), strict=True))
    assert (cells["tiny"], cells["tiny: alpha"], cells["Status"]) == ("", "", "void")


def test_page_tells_of_every_cause_with_the_students_lines(report):
    """Asked, got, the place, and the lines around it with the one in question marked."""
    text = FORMATS["html"](report)
    assert re.search(r'<li class="here" aria-current="true"><span class="line">4</span><code>    return 3</code>', text)
    for said in ("f(1)", "think", "title of test_b", "work/anna", "write g (lab.py:9)"):
        assert said in text


def test_page_asks_nobody_to_mend_our_fault(make_report, make_check):
    """Where nothing but the grader failed, the page does not head it as the student's to fix."""
    report = make_report(make_check(status=Status.VOID, said={"got": "broken"}), status="void", score=None)
    for name in ("html", "markdown"):
        assert "0.0 / 10" not in FORMATS[name](report), name
    assert WORDS.page["fix"] not in FORMATS["html"](report)


def test_page_does_not_call_wrong_what_was_never_read(make_report, failed):
    """Where the file cannot be loaded, each part is not graded yet; one missing bracket is not ten mistakes."""
    text = FORMATS["html"](make_report(failed(unloadable=True), failed("test_c", unloadable=True)))
    assert 'aria-label="not right yet"' not in text
    assert text.count('aria-label="not graded yet"') == 3


def test_page_shows_what_stands_between_backticks_as_code(make_report, failed):
    """Messages set code apart by backticks, which a page need not show."""
    assert "<code>a &lt; b</code>" in FORMATS["html"](make_report(failed(hint="see `a < b`")))
