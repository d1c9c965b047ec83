"""The seed that all of a class is graded with: drawn once, kept in the gradebook, told to no student."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graders.harness.base import seeds

if TYPE_CHECKING:
    from graders.commands.teacher.grades.store import Gradebook

FACT = "seed"


def given_seed(option: str | None, variable: str | None) -> int | None:
    """Return the seed that somebody chose by an option or a variable, None for `random`. Raises ConfigurationError."""
    text, by = (option, "--grading-seed") if option is not None else (variable or seeds.RANDOM, f"${seeds.VARIABLE}")
    return None if text == seeds.RANDOM else seeds.parse(text, by)


def seed_of(book: Gradebook, given: int | None) -> int:
    """Return the class's seed: what was given, or kept from an earlier run, or else a secret one; it is kept."""
    if given is None:
        return int(book.remember(FACT, str(seeds.draw()), first=True))
    return int(book.remember(FACT, str(given)))
