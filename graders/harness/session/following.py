"""Runs that a program follows: some parts are judged first, and told of before the others are."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from graders.harness.render import sequence
from graders.harness.render.tame import tame

from .running import part_of

if TYPE_CHECKING:
    from graders.harness.base.tamed import Tamed
    from graders.harness.judge.grading import Grading


def add_options(group: pytest.OptionGroup) -> None:
    """Add the options of those who follow a run."""
    group.addoption("--first", default="", metavar="PARTS", help="judge these parts before the others: reshape,model")
    group.addoption("--follow", action="store_true", help="write reports between the lines for a program (see watch)")


class Following:
    """A plugin object for one grading run. Raises ConfigurationError for a part that the rubric does not know."""

    def __init__(self, grading: Grading, config: pytest.Config) -> None:
        self._grading, self._followed = grading, config.getoption("follow")
        self._first = [name.strip() for name in config.getoption("first").split(",") if name.strip()]
        self._left: set[str] = set()
        grading.rubric.expect_parts("--first", self._first)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Have the checks of the first parts run first; the others keep their order."""
        items.sort(key=lambda item: part_of(item) not in self._first)
        first = {item.nodeid for item in items if part_of(item) in self._first}
        self._left = first if len(first) < len(items) else set()  # the end has a report of its own

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Tell of the first parts when the last check of theirs has run."""
        if nodeid in self._left:
            self._left.remove(nodeid)
            if not self._left and self._followed:
                write(tame(self._grading.report()))


def write(report: Tamed) -> None:
    """Write a report for who follows."""
    sys.stdout.write(sequence.render(report))
    sys.stdout.flush()
