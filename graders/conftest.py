"""What the engine must know of this lab, and the fixture that its checks use."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from graders.harness.errors import CheckFailed, Unloadable
from graders.harness.fixtures import GRADING
from graders.harness.grading import LabSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

    from graders.digits import Digits
    from graders.harness.exhibits import Picture
    from graders.harness.grading import Notes
    from graders.harness.model import Report
    from graders.harness.rubric import Rubric
    from graders.harness.submission import Submission
    from graders.pieces import Lab, Shared

FOLDER = Path(__file__).parent
BESIDE_PROBES = ("timed.py", "watches.py")
IMPORTED_ONCE = ("torch", "torchvision", "matplotlib.figure")  # what every submission uses
THRESHOLDS = {  # the rubric's numbers for this lab: lowest and highest sensible value
    "accuracy_minimum": (0.1, 1.0),
    "accuracy_train_digits": (100, 60_000),
    "accuracy_test_digits": (100, 10_000),
    "accuracy_epochs": (1, 50),
    "throughput_seconds": (0.1, 600.0),
}
TIERS = ("throughput",)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that concern this lab alone."""
    group = parser.getgroup("grading")
    group.addoption("--mnist-root", metavar="DIR", help="where MNIST lies, as torchvision has it ($MNIST_ROOT)")


def pytest_lab(config: pytest.Config) -> LabSpec:
    """Introduce the lab to the engine."""
    return LabSpec(FOLDER, FOLDER.parent / "student_template", THRESHOLDS, TIERS, draw, BESIDE_PROBES, IMPORTED_ONCE)


def draw(report: Report, words: Mapping[str, str]) -> tuple[Picture, ...]:
    """Draw the pictures of a report's page."""
    from graders import pictures  # only a page needs it

    return pictures.draw(report, words)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Import what the checks will need while the worker imports torch and the judge would only wait for it."""
    grading = session.config.stash.get(GRADING, None)
    if grading and grading.submission.started and any(item.path.name == "test_2_reshape.py" for item in session.items):
        import hypothesis  # noqa: F401  # for test_2_reshape, which uses it after the wait
    if grading and grading.submission.started and grading.options.exhibits:
        from graders import pictures

        pictures.prepare()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Name the mistake behind a failed check, where it is a known one."""
    try:
        return (yield)
    except Unloadable:
        raise
    except CheckFailed as failed:
        from graders import mistakes  # only a failing check needs the catalogue

        lab = cast("Lab", pyfuncitem.funcargs["lab"])
        raise CheckFailed(mistakes.name(lab, pyfuncitem.originalname, failed.failure)) from None


@pytest.fixture(scope="session")
def shared() -> Shared:
    """Return what the checks of this run share."""
    from graders.pieces import Shared

    return Shared()


@pytest.fixture(scope="session")
def yardstick(beside: Callable[[Path], Submission]) -> Submission:
    """Return the lesson's own loop, beside which submissions are timed."""
    return beside(FOLDER / "yardstick.py")


@pytest.fixture(scope="session", autouse=True)
def warm_yardstick(request: pytest.FixtureRequest, submission: Submission, yardstick: Submission) -> None:
    """Start the yardstick's worker while others import and check: it takes seconds, too."""
    timed = any(item.path.name == "test_9_throughput.py" for item in request.session.items)
    timed = timed and not request.config.getoption("benchmark_disable", True)
    if timed and submission.started and not submission.source.is_unwritten("train_epoch"):
        yardstick.start(["train_epoch"])


@pytest.fixture
def lab(submission: Submission, seed: int, notes: Notes, shared: Shared) -> Lab:
    """Return the submission, with correct stand-ins where a piece of it is not sound."""
    from graders.pieces import Lab

    return Lab(submission, seed, notes, shared)


@pytest.fixture(scope="session")
def find_digits(rubric: Rubric, request: pytest.FixtureRequest) -> Callable[[], Digits]:
    """Return a function that fetches the digits of the examination; the first call may take a second."""
    from graders import digits

    given = request.config.getoption("mnist_root") or os.environ.get("MNIST_ROOT")
    sizes = int(rubric.thresholds["accuracy_train_digits"]), int(rubric.thresholds["accuracy_test_digits"])
    root = Path(given).expanduser() if given else None
    return lambda: digits.find_digits(root, train_size=sizes[0], test_size=sizes[1])
