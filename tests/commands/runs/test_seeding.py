"""A class's seed: one for all, drawn once, on no command line, and on nothing that students are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graders.commands import judging
from graders.commands.teacher.grades.store import Gradebook
from graders.commands.teacher.runs.seeding import given_seed, seed_of
from graders.harness.base.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_class_keeps_the_seed_that_was_drawn(tmp_path: Path) -> None:
    """A later run grades whoever is new with the same one; another class has another."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    with Gradebook.open(tmp_path / "one") as book:
        drawn = seed_of(book, None)
    with Gradebook.open(tmp_path / "one") as book, Gradebook.open(tmp_path / "two") as other:
        assert seed_of(book, None) == drawn != seed_of(other, None)
    assert drawn >= 2**31


def test_a_seed_that_is_given_holds_from_then_on(tmp_path: Path) -> None:
    """Until another one is given."""
    with Gradebook.open(tmp_path) as book:
        assert [seed_of(book, given) for given in (None, 5, None, 6, None)][1:] == [5, 5, 6, 6]


@pytest.mark.parametrize(
    ("option", "variable", "seed"),
    [
        ("3", "4", 3),
        (None, "4", 4),
        (None, None, None),
        (None, "", None),
        ("random", "4", None),
        (None, "random", None),
    ],
)
def test_the_option_wins_over_the_variable(option: str | None, variable: str | None, seed: int | None) -> None:
    """Where neither says a number, the class has its own."""
    assert given_seed(option, variable) == seed


@pytest.mark.parametrize(
    ("option", "variable", "who"),
    [("x", "4", "--grading-seed x"), ("", None, "--grading-seed "), (None, "x", "$GRADING_SEED x")],
)
def test_a_wrong_seed_is_told_before_anything_is_made(option: str | None, variable: str | None, who: str) -> None:
    """By its name."""
    with pytest.raises(ConfigurationError) as raised:
        given_seed(option, variable)
    assert str(raised.value).startswith(f"{who}: a seed is")


@pytest.mark.parametrize("words", [["--grading-seed", "99"], ["--grading-seed=99"]])
def test_a_judges_seed_is_on_no_command_line(words: list[str]) -> None:
    """The environment of a process is its user's and the system's to read, a command line is everybody's."""
    shown, variables = judging.without_seed(["graders", *words, "--no-page"])
    assert (shown, variables) == (["graders", "--no-page"], {"GRADING_SEED": "99"})


def test_without_a_seed_nothing_is_given() -> None:
    """Then the judge looks for itself."""
    assert judging.without_seed(["graders", "-q"]) == (["graders", "-q"], {})
