"""Coordinators that share a machine: whoever takes a time has it alone."""

from __future__ import annotations

import secrets
import sys
import threading
from contextlib import ExitStack

import pytest

from graders.commands.teacher.runs import machine

PATIENCE = 30
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every coordinator minds its own alone")


class Someone:
    """One who has the machine, or waits for it, in a thread."""

    def __init__(self, prefix: str, alone: bool) -> None:
        self.has: bool | None = None
        self._looks, self._goes_on = 0, True
        self._ready, self._is_waiting, self._may_end = (threading.Event() for _ in range(3))
        self._thread = threading.Thread(target=self._hold, args=(prefix, alone), daemon=True)
        self._thread.start()

    def _hold(self, prefix: str, alone: bool) -> None:
        with machine.held(alone, self._asked, prefix) as is_ours:
            self.has = is_ours
            self._ready.set()
            self._may_end.wait()

    def _asked(self) -> bool:
        self._looks += 1
        if self._looks > 1:
            self._is_waiting.set()
        return self._goes_on

    def waits(self) -> bool:
        """Tell whether it has looked more than once, and still has not got it."""
        return self._is_waiting.wait(PATIENCE) and self.has is None

    def gets(self) -> bool:
        """Tell whether it gets the machine."""
        return self._ready.wait(PATIENCE) and bool(self.has)

    def end(self) -> None:
        """Have it let go."""
        self._may_end.set()
        self._thread.join(PATIENCE)

    def give_up(self) -> bool | None:
        """Have it wait no longer; returns whether it has got the machine."""
        self._goes_on = False
        self._ready.wait(PATIENCE)
        return self.has


@pytest.fixture
def someone():
    """Return a function that has somebody want a machine of the test's own."""
    prefix = f"test-{secrets.token_hex(8)}"
    with ExitStack() as ends:

        def make(alone: bool = False) -> Someone:
            made = Someone(prefix, alone)
            ends.callback(made.end)
            return made

        yield make


def test_judges_are_beside_one_another(someone):
    """Who takes no time minds nobody."""
    assert someone().gets()
    assert someone().gets()


def test_whoever_takes_a_time_waits_for_all_others(someone):
    """And goes first, when it is the machine's turn to be empty."""
    first, second = someone(), someone()
    assert first.gets()
    assert second.gets()
    timer = someone(alone=True)
    assert timer.waits()
    late = someone()
    assert late.waits()
    first.end()
    assert timer.has is None
    second.end()
    assert timer.gets()
    assert late.has is None
    timer.end()
    assert late.gets()


def test_times_are_taken_one_by_one(someone):
    """Also by two coordinators."""
    first = someone(alone=True)
    assert first.gets()
    second = someone(alone=True)
    assert second.waits()
    first.end()
    assert second.gets()


@pytest.mark.parametrize("alone", [True, False])
def test_whoever_is_stopped_waits_no_longer(someone, alone):
    """The run was ended meanwhile; what it had said is forgotten."""
    first = someone(alone=True)
    assert first.gets()
    second = someone(alone)
    assert second.waits()
    assert second.give_up() is False
    second.end()
    first.end()
    assert someone(alone=True).gets()
