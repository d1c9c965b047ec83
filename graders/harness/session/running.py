"""How a check is run: anew where no fault of its own has stopped it, and with its mistake named where it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graders.harness.base.errors import (
    CheckFailed,
    HarnessFault,
    Spoilt,
    StaleHandle,
    StandinLacks,
    Unloadable,
)
from graders.harness.judge.lab import Lab
from graders.harness.judge.notes import Notes

from .fixtures import NOTES

if TYPE_CHECKING:
    from collections.abc import Generator

MAX_RERUNS = 20  # of one check; each needs another function that kills the worker, and a lab has a dozen


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Run a check anew where it was stopped by what is no fault of its own, and name the mistake behind its failure."""
    try:
        try:
            return (yield)
        except (StaleHandle, StandinLacks) as stopped:
            return _run_anew(pyfuncitem, stopped)
    except Unloadable:
        raise
    except CheckFailed as failed:
        lab = pyfuncitem.funcargs.get("lab")
        if not isinstance(lab, Lab):
            raise
        from graders.harness.judge import naming  # only a failing check needs it

        raise CheckFailed(naming.name(lab, pyfuncitem.originalname, failed.failure)) from None


def _run_anew(pyfuncitem: pytest.Function, stopped: StaleHandle | StandinLacks) -> bool:
    """Run a check anew when a worker died under it while something else was looked at, a function's soundness say.

    Also when a stand-in lacked what the student's own piece has: with that piece then. What fails with it is no fault
    of the check's part, for the piece was found wrong. Raises Spoilt in that case.
    """
    notes = pyfuncitem.stash.setdefault(NOTES, Notes())
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    for _ in range(MAX_RERUNS):
        if isinstance(stopped, StandinLacks):
            notes.keep(stopped.function)
        try:
            pyfuncitem.obj(**arguments)
            return True
        except StaleHandle as error:
            stopped = error
        except CheckFailed as error:
            if isinstance(error, StandinLacks) and error.function not in notes.own:
                stopped = error
            elif notes.own:
                raise Spoilt(min(notes.own)) from None
            else:
                raise
    raise HarnessFault("a check was run again and again, and came to no end")
