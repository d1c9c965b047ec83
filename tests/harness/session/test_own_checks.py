"""A teacher's own checks: collected, weighed and told as the lab's; what is wrong with them is told at once."""

from __future__ import annotations

import json
import shutil

import pytest

OWN = """
import pytest
from graders.harness.base.errors import CheckFailed
from graders.harness.base.model import Failure
pytestmark = pytest.mark.part("own")

def test_a_thing_of_ours():
    '''Our thing is there.

    More for the teacher.
    '''
    {body}

def test_more_of_it():
    pass
"""
RUBRIC = """
[lab]
name = "tiny"
file = "lab.py"
[parts.alpha]
points = 6
functions = ["f"]
[parts.alpha.checks]
test_first = 1
test_second = 2
[parts.beta]
points = 4
[parts.beta.checks]
test_third = 1
[parts.own]
points = 10
functions = ["f"]
visibility = "hidden"
[parts.own.checks]
test_a_thing_of_ours = 3
test_more_of_it = 1
"""
WRONG = 'raise CheckFailed(Failure("plain", {"expected": "4", "got": "3"}, "f(1)"))'


@pytest.fixture
def own(tmp_path, tiny_lab):
    """Return a function that grades with a folder of own checks, and returns the run and its report, or None."""

    def grade(*options, body="pass", text=OWN, rubric=RUBRIC, words="", name="test_ours.py"):
        folder = tmp_path / "own"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / name).write_text(text.replace("{body}", body), encoding="utf-8")
        for file, content in {"rubric.toml": rubric, "messages.toml": words}.items():
            if content:
                (folder / file).write_text(content, encoding="utf-8")
        done = tiny_lab("--private", folder, "--report-dir", tmp_path / "out", "--no-page", *options)
        path = tmp_path / "out" / "report.json"
        return done, json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None

    return grade


def part(report, name="own"):
    return next(part for part in report["parts"] if part["name"] == name)


def test_own_checks_are_weighed_by_the_rubric_beside_them(own):
    """The part is in the total, with its visibility, its functions and the docstrings' first lines."""
    done, report = own(body=WRONG)
    assert done.returncode == 1, done.stdout
    ours = part(report)
    assert (ours["points"], ours["max_points"], ours["visibility"]) == (2.5, 10, "hidden")
    assert ours["functions"] == ["f"]
    assert (report["score"], report["max_score"]) == (12.5, 20)
    assert [check["title"] for check in ours["checks"]] == ["Our thing is there", "more of it"]
    assert "own: Our thing is there" in done.stdout


def test_words_of_ones_own_come_before_docstrings(own):
    """In the language of the run where it has them, else as they are."""
    words = """
[parts]
own = "our own part"
[checks.test_a_thing_of_ours]
title = "it is there"
hint = "look again"
[ko.checks.test_a_thing_of_ours]
title = "있어요"
"""
    _, report = own(body=WRONG, words=words)
    assert part(report)["title"] == "our own part"
    assert part(report)["checks"][0]["title"] == "it is there"
    assert part(report)["checks"][0]["hint"] == "look again"


def test_a_fault_in_an_own_check_is_void(own):
    """No zero comes of what a teacher has overlooked."""
    done, report = own(body="1 / 0")
    assert done.returncode == 3, done.stdout
    assert (report["status"], report["score"]) == ("void", None)


def test_reports_of_other_checks_have_other_fingerprints(own):
    """A gradebook knows which parts to judge anew."""
    _, report = own()
    first = report["fingerprints"]
    _, report = own(body="return None")
    second = report["fingerprints"]
    changed = {name for name, value in second["parts"].items() if first["parts"][name] != value}
    assert changed == {"own"}
    assert {first["grader"], first["rubric"]} == {second["grader"], second["rubric"]}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "ours.py"}, "holds no checks: no file test_"),
        ({"text": "def test_a(): pass\n"}, "says no part: pytestmark"),
        ({"body": "this is no Python"}, "is no Python"),
        ({"rubric": RUBRIC.replace("test_more_of_it = 1", "")}, "parts.own.checks has no test_more_of_it"),
        ({"rubric": RUBRIC.replace("parts.alpha", "parts.alfa")}, "there are: alpha, beta, own; did you mean alpha?"),
        ({"rubric": f"{RUBRIC}test_gone = 1\n"}, "parts.own.checks.test_gone: there is no such check"),
        ({"words": "parts = 3"}, "parts: must be a table"),
        ({"words": '[checks.test_more_of_it]\ntitle = "{x}"\n'}, "checks.test_more_of_it.title: nothing is filled in"),
        ({"words": "[parts"}, "messages.toml: cannot be read"),
        (
            {
                "text": OWN.replace("test_more_of_it", "test_third").replace('"own"', '"beta"'),
                "rubric": RUBRIC.partition("[parts.own]")[0] + "test_a_thing_of_ours = 1\n",
            },
            "the lab has a check called test_third, too",
        ),
    ],
)
def test_what_is_wrong_with_a_folder_is_told_before_anything_runs(own, changes, said):
    """A wrong option, exit code 4, and no report."""
    done, report = own(**changes)
    assert done.returncode == 4, done.stdout
    assert said in done.stdout + done.stderr
    assert report is None
