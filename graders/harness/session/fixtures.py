"""The fixtures that checks of any lab may ask for: a pytest plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graders.harness.judge.grading import Grading
from graders.harness.judge.lab import Lab, Shared
from graders.harness.judge.notes import Notes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from graders.harness.judge.messages import Messages
    from graders.harness.judge.rubric import Rubric
    from graders.harness.judge.spec import LabSpec
    from graders.harness.judge.submission import Submission

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


@pytest.fixture(scope="session")
def shared(request: pytest.FixtureRequest) -> Shared:
    """Return what the checks of this run share."""
    grading = request.config.stash[GRADING]
    return Shared(correct=lambda: grading.correct)


@pytest.fixture
def lab(request: pytest.FixtureRequest, submission: Submission, seed: int, notes: Notes, shared: Shared) -> Lab:
    """Return the submission, with correct stand-ins where a piece of it is not sound."""
    spec: LabSpec = request.config.stash[GRADING].spec
    view = spec.view() if spec.view else Lab
    return view(spec, submission, seed, notes, shared)


@pytest.fixture
def notes(request: pytest.FixtureRequest) -> Notes:
    """Return what this check notes down on its way."""
    wanted = request.config.stash[GRADING].options.exhibits
    kept: Notes = request.node.stash.setdefault(NOTES, Notes(wanted=wanted))
    return kept
