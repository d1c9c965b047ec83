"""Introduces this lab to the engine; fixtures that its checks use."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from graders.harness.session import own_checks
from graders.harness.session.fixtures import GRADING
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable

    from graders.digits.find import Digits
    from graders.harness.judge.rubric import Rubric
    from graders.harness.judge.spec import LabSpec
    from graders.harness.judge.submission import Submission


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that concern this lab alone."""
    group = parser.getgroup("grading")
    group.addoption("--mnist-root", metavar="DIR", help="where MNIST lies, as torchvision has it ($MNIST_ROOT)")


def pytest_configure(config: pytest.Config) -> None:
    """Give fixtures to checks that lie elsewhere."""
    config.pluginmanager.register(Everywhere(), "lab-fixtures")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Have no checks looked for in the lab's rooms: its own lie beside this file, and a teacher's where they are named.

    Going through some 250 files takes a sixth of what a judge needs to start.
    """
    if collection_path.parent != SPEC.folder or collection_path.suffix:
        return None
    own = own_checks.folder(config)
    return None if own and own.is_relative_to(collection_path) else True


def pytest_lab(config: pytest.Config) -> LabSpec:
    """Introduce the lab to the engine."""
    return SPEC


def pytest_collection_finish(session: pytest.Session) -> None:
    """Import what the checks will need while the worker imports torch and the judge would only wait for it."""
    grading = session.config.stash.get(GRADING, None)
    if grading and grading.submission.started and any(item.path.name == "test_2_reshape.py" for item in session.items):
        import hypothesis  # noqa: F401  # for test_2_reshape, which uses it after the wait
    if grading and grading.submission.started and grading.options.exhibits:
        from graders.pictures import figures

        figures.prepare()


@pytest.fixture(scope="session")
def yardstick(beside: Callable[[Path], Submission]) -> Submission:
    """Return the lesson's own loop, beside which submissions are timed."""
    return beside(SPEC.folder / "child" / "yardstick.py")


@pytest.fixture(scope="session", autouse=True)
def warm_yardstick(request: pytest.FixtureRequest, submission: Submission, yardstick: Submission) -> None:
    """Start the yardstick's worker while others import and check: it takes seconds, too."""
    timed = any(item.path.name == "test_9_throughput.py" for item in request.session.items)
    timed = timed and not request.config.getoption("benchmark_disable", True)
    if timed and submission.started and not submission.source.is_unwritten("train_epoch"):
        yardstick.start(["train_epoch"])


class Everywhere:
    """Fixtures of this lab that a teacher's own checks may ask for, too, wherever they lie."""

    @pytest.fixture  # of a check: pytest warns of wider ones that are methods, and a student would read it
    def find_digits(self, rubric: Rubric, request: pytest.FixtureRequest) -> Callable[[], Digits]:
        """Return a function that fetches the digits of the examination; the first call may take a second."""
        from graders.digits import find

        given = request.config.getoption("mnist_root") or os.environ.get("MNIST_ROOT")
        sizes = int(rubric.thresholds["accuracy_train_digits"]), int(rubric.thresholds["accuracy_test_digits"])
        root = Path(given).expanduser() if given else None
        return lambda: find.find_digits(root, train_size=sizes[0], test_size=sizes[1])
