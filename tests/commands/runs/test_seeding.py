"""A class's seed: one for all, drawn once, on no command line, and on nothing that students are given."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest

from graders.commands import judging
from graders.commands.teacher.grades.store import Gradebook
from graders.commands.teacher.runs.seeding import given_seed, seed_of
from graders.harness.base.errors import ConfigurationError
from graders.spec import SPEC


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


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there are no nurseries")
def test_what_judges_are_forked_from_draws_by_a_seed_that_nobody_can_read() -> None:
    """It is told neither on its command line nor in its environment, and it still draws ahead by it."""
    seed = "31415926535897"
    with judging.nurseries(SPEC, ["--grading-seed", seed, "-q"]):
        started = [
            child for child in psutil.Process().children(recursive=True) if "nursery" in " ".join(child.cmdline())
        ]
        lines = [Path(f"/proc/{child.pid}/cmdline").read_bytes() for child in started]
        assert len(lines) >= 2
        assert not any(seed.encode() in line for line in lines)
    assert judging.drawn_ahead(SPEC, ["--grading-seed", seed]) == [f"graders.measuring.ahead:draw={seed}"]


@pytest.mark.parametrize(
    ("words", "variable", "seed"),
    [([], "", "0"), ([], "7", "7"), (["--grading-seed=8"], "7", "8"), (["--grading-seed", "random"], "7", None)],
)
def test_what_is_drawn_ahead_is_what_judges_will_ask_for(
    words: list[str], variable: str, seed: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They look for their seed in the same places; where each draws its own, nothing can be drawn ahead."""
    monkeypatch.setenv("GRADING_SEED", variable)
    found = judging.drawn_ahead(SPEC, words)
    assert found == ([f"graders.measuring.ahead:draw={seed}"] if seed else [])
