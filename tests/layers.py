"""The layers of the tests: some run always, more with `--sample`, all with `--whole`.

A test, or a case of one, that is marked `sample` or `whole` waits for that option; what is not marked always runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SAMPLE, WHOLE = "sample", "whole"


def add_options(parser: pytest.Parser) -> None:
    """Add the options that choose a layer."""
    parser.addoption("--sample", action="store_true", help="run those marked `sample`, too: 12 minutes on two cores")
    parser.addoption("--whole", action="store_true", help="run all, every whole submission: two hours on two cores")


def describe(config: pytest.Config) -> None:
    """Make the marks known."""
    config.addinivalue_line("markers", "sample: runs with --sample or --whole")
    config.addinivalue_line("markers", "whole: runs with --whole")


def choose(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests of the layers that nobody asked for."""
    whole = config.getoption("whole")
    waiting = () if whole else (WHOLE,) if config.getoption("sample") else (SAMPLE, WHOLE)
    left_out = [item for item in items if any(item.get_closest_marker(mark) for mark in waiting)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def spread(cases: Sequence[Any], count: int) -> list[Any]:
    """Choose at most `count` cases at even distances."""
    count = min(count, len(cases))
    return [cases[index * len(cases) // count] for index in range(count)]


def layered(cases: Mapping[str, Any], few: int, some: int) -> list[Any]:
    """Return the cases as parameters: `few` of them run always, `some` are in the sample, the rest is in none."""
    sample = spread(range(len(cases)), some)
    always = spread(sample, few)
    marks = dict.fromkeys(sample, pytest.mark.sample) | dict.fromkeys(always, ())
    return [
        pytest.param(case, id=name, marks=marks.get(number, pytest.mark.whole))
        for number, (name, case) in enumerate(cases.items())
    ]
