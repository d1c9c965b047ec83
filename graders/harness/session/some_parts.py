"""Runs of some parts alone, and runs of a lab that does without some for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .running import part_of

if TYPE_CHECKING:
    import pytest

    from graders.harness.judge.rubric import Rubric


def add_options(group: pytest.OptionGroup) -> None:
    """Add the options that say which parts are judged."""
    group.addoption("--parts", default="", metavar="PARTS", help="judge these parts alone, without a score: loss,model")
    group.addoption(
        "--without", default="", metavar="PARTS", help="leave these parts out, of the maximum too: throughput"
    )


def names(config: pytest.Config, option: str) -> tuple[str, ...]:
    """Return the parts that an option names."""
    return tuple(name.strip() for name in config.getoption(option).split(",") if name.strip())


def expect_known(config: pytest.Config, rubric: Rubric) -> None:
    """Raise ConfigurationError for a part that the rubric does not know."""
    rubric.expect_parts("--parts", names(config, "parts"))


def choose(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the checks of other parts than those that are judged."""
    wanted, without = names(config, "parts"), names(config, "without")
    left_out = [
        item
        for item in items
        if (part := part_of(item)) is not None and (part in without or (wanted and part not in wanted))
    ]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
