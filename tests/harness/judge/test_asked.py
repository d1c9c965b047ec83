"""A rubric asks for parts, checks and functions that are there; a teacher's own folder may have more of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graders.harness.base.errors import ConfigurationError
from graders.harness.judge.asked import expect_there
from graders.harness.judge.rubric import load_rubric
from graders.harness.judge.spec import LabSpec
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAD = 'import pytest\npytestmark = pytest.mark.part("{part}")\n'
RUBRIC = """
[lab]
name = "tiny"
file = "lab.py"
[parts.alpha]
points = 6
functions = ["double"]
[parts.alpha.checks]
test_first = 1
test_second = 2
"""
OWN = """
[parts.own]
points = 4
functions = ["thrice"]
[parts.own.checks]
test_ours = 1
"""


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., None]:
    """Return a function that writes a lab of one part, a rubric and perhaps a folder of own checks, and looks."""

    def look(rubric: str = RUBRIC, own: str | None = None, correct: str = "def double(x): ...\n") -> None:
        lab, private, path = tmp_path / "lab", tmp_path / "own", tmp_path / "rubric.toml"
        (lab / "child").mkdir(parents=True)
        checks = "def test_first(lab):\n    pass\n\n\nclass TestMore:\n    def test_second(self, lab):\n        pass\n"
        (lab / "test_alpha.py").write_text(HEAD.format(part="alpha") + checks, encoding="utf-8-sig")
        (lab / "child" / "standins.py").write_text(correct, encoding="utf-8")
        path.write_text(rubric, encoding="utf-8")
        if own is not None:
            private.mkdir()
            (private / "test_own.py").write_text(HEAD.format(part="own") + own, encoding="utf-8")
        spec = LabSpec(lab, tmp_path, {})
        expect_there(load_rubric(path, {}), path, spec, private if own is not None else None)

    return look


def test_what_is_there_is_taken(ask: Callable[..., None]) -> None:
    """Whether a check is a function or a method, and whether a file begins with a byte order mark."""
    ask()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("parts.alpha", "parts.alfa", "parts.alfa: there is no such part; there are: alpha; did you mean alpha?"),
        (
            *("test_first =", "test_frist ="),
            "parts.alpha.checks.test_frist: there is no such check; there are: test_first, test_second; "
            "did you mean test_first?",
        ),
        (
            *('"double"', '"doubel"'),
            "parts.alpha.functions: doubel: there is no such function; there are: double; did you mean double?",
        ),
    ],
    ids=["part", "check", "function"],
)
def test_what_is_not_there_is_refused_in_one_line(ask: Callable[..., None], old: str, new: str, said: str) -> None:
    """With what there is, and which of it was meant."""
    with pytest.raises(ConfigurationError) as raised:
        ask(RUBRIC.replace(old, new))
    assert str(raised.value).endswith(f"rubric.toml: {said}")


def test_a_part_of_ones_own_may_ask_for_a_function_of_its_own(ask: Callable[..., None]) -> None:
    """Where its checks call it by that name."""
    ask(RUBRIC + OWN, own='def test_ours(lab):\n    lab.call("thrice", 2)\n')


def test_a_slip_in_a_part_of_ones_own_is_told(ask: Callable[..., None]) -> None:
    """No check of it calls such a function."""
    with pytest.raises(ConfigurationError, match=r"parts\.own\.functions: thrice: there is no such function"):
        ask(RUBRIC + OWN, own="def test_ours(lab):\n    pass\n")


def test_a_lab_without_correct_functions_may_ask_for_any(ask: Callable[..., None]) -> None:
    """Nobody knows them then."""
    ask(RUBRIC.replace("double", "other"), correct="")


def test_the_labs_own_rubric_asks_for_what_is_there() -> None:
    """All of it."""
    path = SPEC.folder / "rubric.toml"
    expect_there(load_rubric(path, SPEC.thresholds, SPEC.tiers), path, SPEC)
