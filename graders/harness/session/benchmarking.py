"""How checks that time something get on with pytest-benchmark: its options, and its absence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Untimed:
    """Takes the place of pytest-benchmark where that is not loaded: checks find it switched off."""

    enabled = False

    @pytest.fixture
    def benchmark(self) -> Untimed:
        """Return what pytest-benchmark's fixture is when it is switched off."""
        return self


class Repeated:
    """Takes the place of pytest-benchmark's fixture where a check runs once more, since that one serves one run.

    It runs what it is to time, and keeps nothing.
    """

    def __init__(self, enabled: bool) -> None:
        self.enabled = enabled
        self.group, self.extra_info = "", dict[str, Any]()

    def __call__(self, target: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run a function."""
        return target(*args, **kwargs)

    def pedantic(
        self, target: Callable[[], T], setup: Callable[[], Any], teardown: Callable[[], Any], rounds: int = 1
    ) -> T:
        """Run a function in rounds."""
        for _ in range(rounds):
            setup()
            done = target()
            teardown()
        return done

    @property
    def stats(self) -> Repeated:
        """What statistics would be gathered in."""
        return self

    def update(self, seconds: float) -> None:
        """Let a round's time pass."""


def begin(config: pytest.Config) -> None:
    """See to it that there is a fixture `benchmark`."""
    if config.getoption("benchmark_only", None) is None:  # pytest-benchmark is not loaded
        config.pluginmanager.register(Untimed())


def choose(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what pytest-benchmark's options leave out, which it would skip: a run without them is no whole grade."""
    only, without = config.getoption("benchmark_only", False), config.getoption("benchmark_skip", False)
    left_out = [item for item in items if (only and not _is_timed(item)) or (without and _is_timed(item))]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _is_timed(item: pytest.Item) -> bool:
    return "benchmark" in getattr(item, "fixturenames", ())
