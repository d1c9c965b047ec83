"""Where a run's results go: pages, tables and what CI systems read, written by whole runs of a tiny lab."""

from __future__ import annotations

import csv
import json
import re
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

import pytest

from graders.harness.base import files
from graders.harness.base.errors import ConfigurationError


@pytest.fixture
def github(tmp_path):
    """Return options to set in a run's environment, as GitHub Actions does."""
    return {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}


def test_page_is_written_beside_the_report(tiny_lab, tmp_path):
    """--report-dir has a page for people and a file for machines."""
    tiny_lab("--report-dir", tmp_path / "out", first="odd()")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "an even number" in page
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["report.html", "report.json"]


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (
            "lambda report, words, missed: missed('curve', ValueError()) or ()",
            "the page lacks the picture curve: Value",
        ),
        ("lambda report, words, missed: 1 / 0", "the page has no pictures: ZeroDivisionError"),
    ],
)
def test_picture_that_cannot_be_drawn_costs_nothing_else(tiny_lab, tmp_path, draw, said):
    """The page is written without it, and the exit code is the grade's."""
    done = tiny_lab("--report-dir", tmp_path / "out", draw=draw)
    assert done.returncode == 0
    assert said in done.stdout
    assert (tmp_path / "out" / "report.html").is_file()


def test_void_run_has_a_page_without_a_score(tiny_lab, tmp_path):
    """The page says whose fault it is, and shows no zero."""
    tiny_lab("--report-dir", tmp_path / "out", first="raise RuntimeError('broken check')")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "no grade: the grader failed, not you" in page
    assert '<p class="score"><strong>-</strong>' in page


def test_junit_file_has_the_parts_as_suites(tiny_lab, tmp_path):
    """--junitxml of a run of checks has the parts and their points."""
    tiny_lab("--junitxml", tmp_path / "junit.xml", first="odd()")
    root = ElementTree.parse(tmp_path / "junit.xml").getroot()
    points = [each.get("value") for each in root.findall("*/properties/property[@name='points']")]
    assert ([suite.get("name") for suite in root], points) == (["alpha", "beta"], ["4", "4"])


def test_junit_file_of_other_tests_is_pytests_own(tiny_lab, tmp_path):
    """Where ordinary tests run beside the checks, no test is left out of the file."""
    tiny_lab("--collect-only")
    (tmp_path / "test_plain.py").write_text("def test_plain():\n    pass\n", encoding="utf-8")
    tiny_lab("--junitxml", tmp_path / "junit.xml", tmp_path / "test_plain.py")
    names = {case.get("name") for case in ElementTree.parse(tmp_path / "junit.xml").getroot().iter("testcase")}
    assert {"test_plain", "test_first"} <= names


# ---- GitHub and GitLab


def test_github_gets_annotations_and_a_summary(tiny_lab, tmp_path, github):
    """In a workflow, the last lines are commands and the step summary is Markdown."""
    done = tiny_lab(first="odd(line=2)", environment=github)
    lines = done.stdout.splitlines()
    assert re.match(r"::error file=.*submission/lab\.py,line=2,", lines[-3])
    assert lines[-2] == "::notice title=Autograding complete::Points 8/10"
    assert (tmp_path / "summary.md").read_text(encoding="utf-8").startswith("## Tiny lab: 8.0 / 10")


def test_github_takes_no_commands_from_a_submission(tiny_lab, github):
    """All that is printed before our own commands stands between stop-commands and its secret end."""
    done = tiny_lab("--tb=short", first="odd('::error file=x::pwned')", environment=github)
    lines = done.stdout.splitlines()
    token = next(line for line in lines if line.startswith("::stop-commands::")).rpartition("::")[2]
    assert re.fullmatch("[0-9a-f]{32}", token)
    said = [number for number, line in enumerate(lines) if "pwned" in line and not line.startswith("::error")]
    assert said
    assert lines.index(f"::stop-commands::{token}") < min(said)
    assert max(said) < lines.index(f"::{token}::")


def test_nobody_else_gets_commands(tiny_lab):
    """On a student's machine nothing of that is printed."""
    assert "::" not in tiny_lab(first="odd()").stdout


def test_gitlab_gets_a_code_quality_report(tiny_lab, tmp_path):
    """In a GitLab job it lies beside the report."""
    tiny_lab("--report-dir", tmp_path / "out", first="odd(line=2)", environment={"GITLAB_CI": "true"})
    (issue,) = json.loads((tmp_path / "out" / "gl-code-quality-report.json").read_text(encoding="utf-8"))
    assert issue["location"]["lines"]["begin"] == 2


# ---- the gradebook


def rows(path):
    """Return a table's rows."""
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_each_student_has_a_row(tiny_lab, tmp_path):
    """The table begins with the columns' names, once; the student is the submission's name, or as said."""
    table = tmp_path / "grades.csv"
    tiny_lab("--csv", table)
    tiny_lab("--csv", table, "--student", "anna", "--report-dir", tmp_path / "out", first="odd()")
    read = rows(table)
    assert [(row["SIS Login ID"], row["tiny"]) for row in read] == [("submission", "10"), ("anna", "8")]
    assert read[1]["Feedback file"].endswith("/out/report.html")


def test_a_second_run_takes_the_place_of_the_first(tiny_lab, tmp_path):
    """A student has one row, where it was; some of the checks alone leave it as it is."""
    table = tmp_path / "grades.csv"
    tiny_lab("--csv", table, "--student", "anna", first="odd()")
    tiny_lab("--csv", table, "--student", "ben")
    tiny_lab("--csv", table, "--student", "anna")
    done = tiny_lab("--csv", table, "--student", "ben", "-k", "first", first="odd()")
    assert [(row["Student"], row["tiny"]) for row in rows(table)] == [("anna", "10"), ("ben", "10")]
    assert "grades.csv has no row of this run, which is no whole one" in done.stdout


@pytest.mark.parametrize("content", ["name,grade\nanna,1\n", "", "\xff\xfe"])
def test_other_table_is_refused_before_anything_is_graded(tiny_lab, tmp_path, content):
    """It is told in one line, and kept as it is."""
    table = tmp_path / "grades.csv"
    table.write_bytes(content.encode("latin-1"))
    done = tiny_lab("--csv", table, "--report-dir", tmp_path / "out")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    (said,) = [line for line in (done.stdout + done.stderr).splitlines() if "grades.csv" in line]
    assert said.endswith("grades.csv: has other columns; give a new file, or one that --csv has written")
    assert table.read_bytes() == content.encode("latin-1")
    assert not (tmp_path / "out" / "report.json").exists()


def test_table_in_no_folder_is_refused_before_anything_is_graded(tiny_lab, tmp_path):
    """A slip in a path would else cost the row when all is done."""
    done = tiny_lab("--csv", tmp_path / "nowhere" / "grades.csv")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "grades.csv: there is no folder " in done.stdout + done.stderr


def test_paths_are_those_of_the_folder_in_which_pytest_was_started(tiny_lab, tmp_path):
    """Wherever a submission that shares the process has gone meanwhile."""
    away = f"import os; os.chdir({str(tmp_path.parent)!r})"
    tiny_lab("--csv", "grades.csv", "--report-dir", "out", first=away, cwd=tmp_path)
    assert [row["Feedback file"] for row in rows(tmp_path / "grades.csv")] == ["out/report.html"]
    assert (tmp_path / "out" / "report.json").is_file()


def test_a_new_table_in_korean_has_the_mark_by_which_excel_knows_utf_8(tmp_path):
    """Once, however many rows come; one that is there stays as it is, in any language."""
    korean, english = tmp_path / "ko.csv", tmp_path / "en.csv"
    for row in ("가,1\n", "나,2\n"):
        files.put_rows(korean, "n,x\n", [row], "ko")
        files.put_rows(english, "n,x\n", [row], "en")
    files.put_rows(english, "n,x\n", ["다,3\n"], "ko")
    files.put_rows(korean, "n,x\n", ["다,3\n"], "en")
    files.expect_table(korean, "n,x\n")
    rows = "n,x\n가,1\n나,2\n다,3\n"
    assert korean.read_bytes() == b"\xef\xbb\xbf" + rows.encode()
    assert english.read_bytes() == rows.encode()


def test_row_of_the_same_student_is_replaced_and_all_else_stays(tmp_path):
    """A byte order mark, other rows as a teacher has changed them, what stands in quotes; doubles go."""
    table = tmp_path / "grades.csv"
    table.write_bytes(b'\xef\xbb\xbfn,x\r\na,1\r\n"b, c","2\n3"\na,4\n')
    files.put_rows(table, "n,x\n", ["a,5\n"])
    assert table.read_bytes() == b'\xef\xbb\xbfn,x\na,5\n"b, c","2\n3"\n'
    files.put_rows(table, "n,x\n", ["d,6\n"])
    assert table.read_bytes().endswith(b'"b, c","2\n3"\nd,6\n')


def test_rows_of_many_writers_are_all_kept(tmp_path):
    """Runs side by side lose no row of each other's, and leave no half file behind."""
    table = tmp_path / "grades.csv"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: files.put_rows(table, "n\n", [f"{n}\n"]), range(60)))
    assert sorted(int(row["n"]) for row in rows(table)) == list(range(60))
    assert {path.name for path in tmp_path.iterdir()} <= {"grades.csv", "grades.csv.lock"}


def test_row_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    """A disk that fills up costs the row, not the table."""
    table = tmp_path / "grades.csv"
    files.put_rows(table, "n\n", ["1\n"])

    def full(path, text, **_options):
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(table), "write_text", full)
    with pytest.raises(OSError, match="No space left"):
        files.put_rows(table, "n\n", ["2\n"])
    assert [row["n"] for row in rows(table)] == ["1"]
    assert {path.name for path in tmp_path.iterdir()} <= {"grades.csv", "grades.csv.lock"}


def test_table_without_a_final_newline_gets_one(tmp_path):
    """What an editor left off does not join two rows."""
    table = tmp_path / "grades.csv"
    table.write_text("n\n1", encoding="utf-8")
    files.put_rows(table, "n\n", ["2\n"])
    assert [row["n"] for row in rows(table)] == ["1", "2"]


def test_empty_table_is_refused(tmp_path):
    """A file that has no header is not one of ours."""
    table = tmp_path / "grades.csv"
    table.touch()
    with pytest.raises(ConfigurationError, match="has other columns"):
        files.put_rows(table, "n\n", ["1\n"])
