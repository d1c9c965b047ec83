"""The fixtures that checks of any lab may ask for: a pytest plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .grading import Grading, Notes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .messages import Messages
    from .rubric import Rubric
    from .submission import Submission

GRADING = pytest.StashKey[Grading]()
NOTES = pytest.StashKey[Notes]()


@pytest.fixture(scope="session")
def submission(request: pytest.FixtureRequest) -> Submission:
    """Return the submission that is graded."""
    return request.config.stash[GRADING].submission


@pytest.fixture(scope="session")
def rubric(request: pytest.FixtureRequest) -> Rubric:
    """Return the rubric in force."""
    return request.config.stash[GRADING].rubric


@pytest.fixture(scope="session")
def seed(request: pytest.FixtureRequest) -> int:
    """Return the seed of every random input of this run."""
    return request.config.stash[GRADING].options.seed


@pytest.fixture(scope="session")
def beside(request: pytest.FixtureRequest) -> Callable[[Path], Submission]:
    """Return a function that opens a file of the lab's own as a second submission."""
    return request.config.stash[GRADING].beside


@pytest.fixture(scope="session")
def words(request: pytest.FixtureRequest) -> Messages:
    """Return the words of the language in force."""
    return request.config.stash[GRADING].messages


@pytest.fixture
def notes(request: pytest.FixtureRequest) -> Notes:
    """Return what this check notes down on its way."""
    wanted = request.config.stash[GRADING].options.exhibits
    kept: Notes = request.node.stash.setdefault(NOTES, Notes(wanted=wanted))
    return kept
