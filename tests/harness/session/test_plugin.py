"""The pytest side: what somebody who runs `pytest graders` sees, and what a machine reads afterwards."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from graders.harness.judge.rubric import load_rubric
from graders.harness.render.terminal import columns
from graders.spec import SPEC

ROOT = Path(__file__).parents[3]
SCORE_LINE = re.compile(r"^total .*$", re.MULTILINE)
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs the nursery, or names that are bytes")


def score_line(output: str) -> str:
    """Return the line with the score; there has to be one."""
    found = SCORE_LINE.search(output)
    assert found is not None, output
    return found[0]


@dataclass(frozen=True)
class Graded:
    """A run with all that it left."""

    run: subprocess.CompletedProcess[str]
    report: dict[str, Any] | None
    junit: ElementTree.Element

    @property
    def checks(self) -> list[dict[str, Any]]:
        """All checks of the report."""
        assert self.report is not None
        return [check for part in self.report["parts"] for check in part["checks"]]


@pytest.fixture(scope="module")
def grade(run_pytest, tmp_path_factory):
    """Return a function that runs `pytest graders` with a report and a JUnit file."""

    def run(*options: object) -> Graded:
        out = tmp_path_factory.mktemp("out")
        done = run_pytest("graders", "--report-dir", out, "--junitxml", out / "junit.xml", *options)
        report, junit = out / "report.json", out / "junit.xml"
        read = json.loads(report.read_text(encoding="utf-8")) if report.exists() else None
        return Graded(done, read, ElementTree.parse(junit).getroot())

    return run


@pytest.fixture(scope="module")
def template(grade):
    """Grade the untouched template, which starts no worker."""
    return grade("--submission", "student_template")


@pytest.fixture(scope="module")
def broken(grade, tmp_path_factory):
    """Grade a file with a syntax error, which starts no worker either."""
    folder = tmp_path_factory.mktemp("broken")
    (folder / "lab.py").write_text("import torch\n\ndef load_mnist(:\n    pass\n", encoding="utf-8")
    return grade("--submission", folder)


def output(run: subprocess.CompletedProcess[str]) -> str:
    """Return what a run wrote to either stream."""
    return run.stdout + run.stderr


# ---- the untouched template


def test_unfinished_submission_ends_with_1(template):
    """Work that is not done is pytest's failure."""
    assert template.run.returncode == pytest.ExitCode.TESTS_FAILED


def test_unfinished_submission_is_graded_zero(template):
    """A template scores nothing, and that is a grade."""
    assert (template.report["status"], template.report["score"]) == ("graded", 0)


def test_unfinished_work_is_no_failure_page(template):
    """Pytest's pages of failures stay away: the table says what to write."""
    assert "FAILURES" not in template.run.stdout
    assert "short test summary" not in template.run.stdout
    assert "write load_mnist (lab.py:" in template.run.stdout


def test_unfinished_checks_have_letters_and_names_of_their_own(template):
    """Unwritten and blocked checks are counted as such."""
    assert re.search(r"\d+ unwritten, \d+ blocked in", template.run.stdout)


def test_header_says_what_is_graded(template):
    """Path and isolation are said at the start."""
    level = template.report["isolation"]
    assert level in ("sandbox", "process")
    assert f"grading student_template (isolation: {level}" in template.run.stdout


def test_report_names_every_check_once(template):
    """The report has a check for every name in the rubric, in its order."""
    names = [check["name"] for check in template.checks]
    rubric = load_rubric(ROOT / "graders" / "rubric.toml", SPEC.thresholds, SPEC.tiers)
    assert names == [name for part in rubric.parts for name in part.checks]


def test_report_says_where_the_unwritten_function_is(template):
    """A machine finds the place of what is to be written."""
    check = template.report["parts"][0]["checks"][0]
    source = (ROOT / "student_template" / "lab.py").read_text(encoding="utf-8").splitlines()
    assert check["where"]["file"] == "lab.py"
    assert source[check["where"]["line"] - 1].startswith("def load_mnist(")


def test_junit_has_a_testcase_a_check(template):
    """JUnit's readers see each check, parametrised runs one by one."""
    names = {case.get("name").partition("[")[0] for case in template.junit.iter("testcase")}
    assert names == {check["name"] for check in template.checks}


@pytest.mark.parametrize("graded", ["template", "broken"])
def test_junit_has_messages_without_frames_of_ours(graded, request):
    """A failure in JUnit's file is the student's message, not a traceback through the harness."""
    failures = list(request.getfixturevalue(graded).junit.iter("failure"))
    assert failures
    for failure in failures:
        told = (failure.get("message") or "") + (failure.text or "")
        assert "got: " in told
        assert not re.search(r"harness|site-packages|Traceback|\.py:\d+: in ", told)


# ---- files that cannot be loaded


def test_syntax_error_is_said_exactly_once(broken):
    """One slip that stops everything is one message."""
    assert broken.run.returncode == pytest.ExitCode.TESTS_FAILED
    assert broken.run.stdout.count("no valid Python") == 1
    assert "lab.py:3" in broken.run.stdout


def test_syntax_error_is_graded_zero(broken):
    """A file that is no Python is the student's, and graded."""
    assert (broken.report["status"], broken.report["score"]) == ("graded", 0)
    assert {check["status"] for check in broken.checks} == {"failed"}


def test_what_raises_on_import_was_measured_on_no_digits(grade, tmp_path):
    """Nothing says that an accuracy was measured; a known mistake is named once."""
    (tmp_path / "lab.py").write_text("import torch\n\nlayer = torch.nn.linear(784, 10)\n", encoding="utf-8")
    done = grade("--submission", tmp_path)
    assert done.report["data"] is None
    assert {check["mistake"] for check in done.checks} == {"attribute-misspelt"}
    assert done.run.stdout.count("there is `Linear`") == 1


def test_missing_file_is_said_exactly_once(run_pytest, tmp_path):
    """A folder without a lab is one message, which names what is there."""
    (tmp_path / "lab.py.txt").write_text("", encoding="utf-8")
    done = run_pytest("graders", "--submission", tmp_path)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert done.stdout.count("lab.py.txt") == 1


NO_WORKER = """
from graders.harness.link import workers
def refuse(*arguments, **named):
    raise AssertionError("a worker was started")
workers.transport_for = refuse
"""


def test_untouched_template_starts_no_worker(run_pytest, tmp_path, monkeypatch):
    """Where nothing is written there is nothing to run: no check waits for torch."""
    (tmp_path / "noworker.py").write_text(NO_WORKER, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    done = run_pytest("graders", "-p", "noworker", fresh=True)
    assert "a worker was started" not in output(done)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED


# ---- wrong options


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--submission", "no/such/place"], "--submission no/such/place: there is no such file or folder"),
        (["--language", "xx"], "--language xx: there are no messages in it"),
        (["--rubric", "LICENSE"], "LICENSE: is no TOML"),
        (["--rubric", "nowhere.toml"], "nowhere.toml: cannot be read"),
        (["--report-dir", "LICENSE/out"], "--report-dir LICENSE/out: cannot be made"),
    ],
    ids=["submission", "language", "no_toml", "no_rubric", "report_dir"],
)
def test_wrong_option_is_said_once_and_ends_with_4(run_pytest, options, words):
    """What cannot be used is said in one line, without a traceback."""
    done = run_pytest("graders", *options)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert output(done).count(words) == 1
    assert "Traceback" not in output(done)


def test_check_that_the_rubric_does_not_know_ends_with_4(tiny_lab, tmp_path):
    """A check without points is refused before anything runs."""
    tiny_lab("--collect-only")
    rubric = tmp_path / "checks" / "rubric.toml"
    other = tmp_path / "other.toml"
    other.write_text(rubric.read_text(encoding="utf-8").replace("test_third", "test_fourth"), encoding="utf-8")
    done = tiny_lab("--rubric", other)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "parts.beta.checks.test_fourth: there is no such check; there are: test_third" in output(done)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="whoever is root may write anywhere")
def test_folder_that_cannot_be_written_is_told(tiny_lab, tmp_path):
    """A report that cannot be written is said and ends with an error's code."""
    out = tmp_path / "out"
    out.mkdir(mode=0o500)
    done = tiny_lab("--report-dir", out)
    assert done.returncode == pytest.ExitCode.INTERNAL_ERROR
    assert "cannot be written" in done.stdout


def test_report_that_cannot_take_its_place_is_told(tiny_lab, tmp_path):
    """A folder in the report's place is said, ends with an error's code, and leaves no half report."""
    out = tmp_path / "out"
    (out / "report.json").mkdir(parents=True)
    done = tiny_lab("--report-dir", out)
    assert done.returncode == pytest.ExitCode.INTERNAL_ERROR
    assert "report.json: cannot be written" in done.stdout
    assert sorted(path.name for path in out.iterdir()) == ["report.html", "report.json"]


@linux
def test_path_that_is_no_utf_8_is_graded(run_pytest, tmp_path):
    """A folder named in a legacy encoding, as old zip files bring it, gets its report."""
    folder = Path(os.fsdecode(bytes(tmp_path) + b"/\xb0\xfa\xc1\xa6"))
    folder.mkdir()
    shutil.copy(ROOT / "student_template" / "lab.py", folder)
    done = run_pytest("graders", "--submission", folder, "--report-dir", tmp_path / "out")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert (tmp_path / "out" / "report.json").exists()


# ---- any lab: three checks, no worker


def test_everything_right_ends_with_0(tiny_lab):
    """All checks passed is pytest's success, with all the points."""
    done = tiny_lab()
    assert done.returncode == pytest.ExitCode.OK
    assert score_line(done.stdout).startswith("total  10.0 / 10")


def test_failure_is_told_in_words(tiny_lab):
    """A failed check shows its message, its place with the student's line, and no traceback."""
    done = tiny_lab(first="odd(line=2)")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    for words in ("알파: first title", "an even number", "first why", "first hint", "lab.py:2: return x"):
        assert words in done.stdout
    assert "test_alpha.py:" not in done.stdout


def test_failed_check_costs_its_weight_only(tiny_lab):
    """The rest of the points is kept."""
    assert score_line(tiny_lab(first="odd()").stdout).split()[1] == "8.0"


def test_short_tracebacks_still_work(tiny_lab):
    """Who asks for pytest's pages gets them, with the student's message in them."""
    done = tiny_lab("--tb=short", first="odd()")
    assert "FAILURES" in done.stdout
    assert "got: 3" in done.stdout


def test_our_own_fault_voids_the_grade(tiny_lab, tmp_path):
    """A check that raises gives exit code 3, status void and no score, and says whose fault it is."""
    done = tiny_lab("--report-dir", tmp_path / "out", first="raise RuntimeError('broken check')")
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert done.returncode == pytest.ExitCode.INTERNAL_ERROR
    assert (report["status"], report["score"]) == ("void", None)
    assert "RuntimeError: broken check (test_alpha.py:" in done.stdout
    assert "no grade: the grader failed, not you" in score_line(done.stdout)


def test_our_own_fault_shows_its_traceback_when_asked(tiny_lab):
    """With --tb=short the grader's own fault shows where it broke."""
    done = tiny_lab("--tb=short", first="raise RuntimeError('broken check')")
    assert re.search(r"test_alpha\.py:\d+: in test_first", done.stdout)


@pytest.mark.parametrize("first", ["assert 1 == 2", "import no_such_module"])
def test_any_exception_in_a_check_is_our_fault(tiny_lab, first):
    """Whatever a check raises beside a failure is the grader's, an assertion too."""
    assert tiny_lab(first=first).returncode == pytest.ExitCode.INTERNAL_ERROR


def test_skipped_check_leaves_its_points_to_the_others(tiny_lab):
    """A check that this machine cannot run costs nothing."""
    done = tiny_lab(first="pytest.skip('no accelerator')")
    assert done.returncode == pytest.ExitCode.OK
    assert score_line(done.stdout).startswith("total  10.0 / 10")


def test_unwritten_function_of_another_part_blocks(tiny_lab, tmp_path):
    """A check whose own part is done waits for the part that is not."""
    tiny_lab("--report-dir", tmp_path / "out", first="raise Unwritten('f')", third="raise Unwritten('f')")
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert [part["status"] for part in report["parts"]] == ["failed", "blocked"]


@pytest.mark.parametrize("options", [["-k", "first"], ["-x"]], ids=["k", "x"])
def test_part_of_the_checks_is_no_grade(tiny_lab, tmp_path, options):
    """A selection, or a run that stopped early, says so and gives no score."""
    done = tiny_lab("--report-dir", tmp_path / "out", *options, first="odd()")
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert (report["status"], report["score"]) == ("partial", None)
    assert "1 of 3 checks ran: no grade" in done.stdout


def test_last_failed_runs_only_those(tiny_lab):
    """--lf works as with any tests."""
    tiny_lab(first="odd()", cache=True)
    done = tiny_lab("--lf", first="odd()", cache=True)
    assert "1 of 3 checks ran: no grade" in done.stdout


def test_verbose_names_each_outcome(tiny_lab):
    """-v has a word for each kind of outcome."""
    done = tiny_lab("-v", first="odd()", second="raise Unwritten('f')", third="raise RuntimeError")
    for name, word in {"first": "FAILED", "second": "UNWRITTEN", "third": "VOID"}.items():
        assert re.search(rf"::test_{name} {word}", done.stdout)


def test_collecting_only_grades_nothing(tiny_lab, tmp_path):
    """--collect-only lists the checks, writes no report and prints no table."""
    done = tiny_lab("--collect-only", "-q", "--report-dir", tmp_path / "out")
    assert done.returncode == pytest.ExitCode.OK
    assert done.stdout.count("::test_") == 3
    assert "total" not in done.stdout
    assert list((tmp_path / "out").iterdir()) == []


def test_no_checks_is_no_grade(tiny_lab, tmp_path):
    """A selection of nothing ends as pytest ends it, without a report."""
    done = tiny_lab("-k", "nothing", "--report-dir", tmp_path / "out")
    assert done.returncode == pytest.ExitCode.NO_TESTS_COLLECTED
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("colour", ["yes", "no"])
def test_summary_is_in_colour_when_wanted(tiny_lab, colour):
    """--color decides for the summary as for the rest."""
    assert ("\033[31m" in tiny_lab(f"--color={colour}", first="odd()").stdout) is (colour == "yes")


def test_parallel_run_gives_the_same_report(tiny_lab, tmp_path):
    """With -n 2 the results of both processes make one report, in the rubric's order."""
    reports = []
    for number, options in enumerate(([], ["-p", "xdist", "-n", "2"])):
        out = tmp_path / f"out{number}"
        done = tiny_lab("--report-dir", out, *options, first="odd()", third="raise Unwritten('g')")
        assert done.returncode == pytest.ExitCode.TESTS_FAILED
        report = json.loads((out / "report.json").read_text(encoding="utf-8"))
        checks = [check for part in report["parts"] for check in part["checks"]]
        reports.append(
            [
                report["score"],
                report["status"],
                [{**check, "duration_s": 0} for check in checks],
                len(list(out.iterdir())),
            ]
        )
    assert reports[0] == reports[1]


@pytest.mark.parametrize(("options", "needed"), [((), False), (("-p", "xdist", "-n", "2"), True)])
def test_results_become_plain_only_between_processes(tiny_lab, tmp_path, options, needed):
    """A run by itself keeps results as they are; what makes them plain is not even imported."""
    (tmp_path / "watching.py").write_text(
        "import sys\ndef pytest_unconfigure(config): print('cattrs' in sys.modules, file=sys.stderr)\n",
        encoding="utf-8",
    )
    done = tiny_lab("-p", "watching", *options, first="odd()", environment={"PYTHONPATH": str(tmp_path)}, fresh=True)
    assert done.stderr.split()[-1] == str(needed)


def test_korean_titles_keep_the_table_aligned(tiny_lab):
    """The table of a run has its points in one column, also beside a Korean title."""
    rows = re.findall(r"^.*\d / \d+", tiny_lab().stdout, re.MULTILINE)
    assert len(rows) == 3
    assert len({columns(row) for row in rows}) == 1


def test_tests_without_a_part_are_left_alone(run_pytest, tmp_path):
    """Beside the plugin, ordinary tests fail with pytest's own pages and get no table."""
    (tmp_path / "test_plain.py").write_text("def test_it():\n    assert 1 + 1 == 3\n", encoding="utf-8")
    done = run_pytest(tmp_path, "-p", "graders.harness.plugin", fresh=True)  # a plugin that is new to pytest
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    for words in ("FAILURES", "assert (1 + 1) == 3", "1 failed in"):
        assert words in done.stdout
    assert "grading" not in done.stdout
    assert "total" not in done.stdout


# ---- this lab with a worker


JUDGE = """
import sys, pytest
code = pytest.main(sys.argv[1:])
print("torch in the judge:", "torch" in sys.modules)
sys.exit(code)
"""


@pytest.fixture
def in_nursery(nursery_socket):
    """Return the options that let a run fork its worker."""
    return ["--nursery", str(nursery_socket)] if nursery_socket else []


def test_judge_grades_the_reference_without_importing_torch(in_nursery, tmp_path):
    """The reference passes every check, and the judge's process never holds torch."""
    options = ["graders", "--submission", "reference", "-k", "not accuracy and not throughput", *in_nursery]
    command = [sys.executable, "-c", JUDGE, *options, "-p", "no:cacheprovider", "--report-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert {check["status"] for part in report["parts"] for check in part["checks"]} == {"passed"}
    assert "torch in the judge: False" in done.stdout
    assert done.returncode == pytest.ExitCode.OK


def test_fault_in_a_check_of_this_lab_voids_the_grade(run_pytest, tmp_path):
    """A copy of the grader with one broken check gives no score to anybody."""
    for name in ("graders", "student_template"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "conftest.py", tmp_path)
    check = tmp_path / "graders" / "test_4_loss.py"
    signature = "def test_cost_is_a_scalar(lab: Lab, seed: int) -> None:\n"
    text = check.read_text(encoding="utf-8")
    assert signature in text
    check.write_text(text.replace(signature, signature + "    raise ZeroDivisionError\n"), encoding="utf-8")
    done = run_pytest("graders", "--report-dir", "out", cwd=tmp_path, fresh=True)
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert done.returncode == pytest.ExitCode.INTERNAL_ERROR
    assert (report["status"], report["score"]) == ("void", None)


@linux
def test_piece_that_crashes_is_the_students_fault(run_pytest, in_nursery, tmp_path):
    """A criterion that ends the process costs points: it does not void the grade of those who need one later."""
    text = (ROOT / "reference" / "lab.py").read_text(encoding="utf-8")
    crash = "\n\ndef build_criterion():\n    import os\n    return lambda logits, labels: os._exit(1)\n\n"
    before, _, after = text.partition('if __name__ == "__main__":')
    (tmp_path / "lab.py").write_text(before + crash + 'if __name__ == "__main__":' + after, encoding="utf-8")
    done = run_pytest("graders", "--submission", tmp_path, "-k", "one_batch_is_one_step", "-q", *in_nursery)
    assert "no grade: the grader failed" not in done.stdout
    assert done.returncode in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
