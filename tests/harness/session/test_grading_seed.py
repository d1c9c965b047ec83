"""Which seed a run has, and who is told: report.json always, nothing that a student sees unless it is the known one."""

from __future__ import annotations

import json

import pytest

SECRET = 2**40 + 987654321


@pytest.fixture
def seed_of(tiny_lab, tmp_path):
    """Return a function that grades the tiny lab and returns the seed in report.json."""

    def run(*options, **environment):
        out = tmp_path / "out"
        done = tiny_lab("--report-dir", out, *options, environment=environment)
        assert done.returncode == 0, done.stdout
        return json.loads((out / "report.json").read_text(encoding="utf-8"))["seed"]

    return run


def test_a_self_check_has_the_known_seed(seed_of):
    """Nobody has to ask for it."""
    assert seed_of() == 0


def test_the_variable_gives_a_seed_and_the_option_wins(seed_of):
    """An empty variable is none."""
    assert seed_of(GRADING_SEED="12") == 12
    assert seed_of("--grading-seed", "3", GRADING_SEED="12") == 3
    assert seed_of(GRADING_SEED="") == 0


def test_a_random_seed_is_large_and_in_the_report(seed_of):
    """Each run draws its own."""
    first, second = seed_of("--grading-seed", "random"), seed_of(GRADING_SEED="random")
    assert first != second
    assert min(first, second) >= 2**31


@pytest.mark.parametrize(
    ("options", "environment", "line"),
    [
        (["--grading-seed", "soon"], {}, "ERROR: --grading-seed soon: "),
        ([], {"GRADING_SEED": "-1"}, "ERROR: $GRADING_SEED -1: "),
    ],
)
def test_a_wrong_seed_is_refused_in_one_line(tiny_lab, options, environment, line):
    """It says which, and what there can be."""
    done = tiny_lab(*options, environment=environment)
    said = [one for one in (done.stdout + done.stderr).splitlines() if one]
    assert (done.returncode, said) == (4, [f"{line}a seed is a whole number from 0 to 9007199254740992, or random"])


def test_a_secret_seed_is_on_nothing_that_students_see(tiny_lab, tmp_path):
    """Neither the terminal nor the page nor any other format tells it; report.json does."""
    out, csv = tmp_path / "out", tmp_path / "class.csv"
    done = tiny_lab("--report-dir", out, "--csv", csv, "--grading-seed", SECRET, "-v", first="odd()")
    texts = {path.name: path.read_text(encoding="utf-8") for path in [csv, *out.rglob("*")] if path.is_file()}
    assert {"report.json", "report.html"} <= set(texts)
    assert [name for name, text in texts.items() if str(SECRET) in text] == ["report.json"]
    assert str(SECRET) not in done.stdout + done.stderr


def test_the_known_seed_is_on_the_page(tiny_lab, tmp_path):
    """Whoever checks their own work may repeat it elsewhere."""
    tiny_lab("--report-dir", tmp_path / "out")
    assert "seed 0" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
