"""How a check is run: anew where no fault of its own has stopped it, and with its mistake named where it fails.

A fault, anything that is raised and is no verdict, is tried by an experiment: with the lab's own correct functions in
the submission's place. What meets it there, too, is ours and void; else the submission has caused it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from graders.harness.base.errors import (
    Charged,
    CheckFailed,
    ConfigurationError,
    HarnessFault,
    Spoilt,
    StaleHandle,
    StandinLacks,
    Unloadable,
    Unwritten,
)
from graders.harness.judge import faults
from graders.harness.judge.lab import Lab
from graders.harness.judge.notes import Notes

from . import own_checks
from .benchmarking import Repeated
from .fixtures import GRADING, NOTES

if TYPE_CHECKING:
    from collections.abc import Generator

MAX_RERUNS = 20  # of one check; each needs another function that kills the worker, and a lab has a dozen
VERDICTS = (CheckFailed, Unwritten, Spoilt, Charged, ConfigurationError)


def part_of(item: pytest.Item) -> str | None:
    """Return the part that a check belongs to; None for a test that is no check."""
    marker = item.get_closest_marker("part")
    return marker.args[0] if marker else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave a check out that the submission is not asked."""
    grading = item.config.stash.get(GRADING, None)
    if grading and part_of(item) and not grading.asks(getattr(item, "originalname", item.name)):
        pytest.skip(grading.messages.text("words", "not_asked"))


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Run a check anew where it was stopped by what is no fault of its own, and name the mistake behind its failure."""
    check = Check(pyfuncitem, pyfuncitem.stash.setdefault(NOTES, Notes()))
    try:
        try:
            try:
                return (yield)
            except (StaleHandle, StandinLacks) as stopped:
                return check.run_anew(stopped)
        except VERDICTS:
            raise
        except Exception as fault:
            return check.try_fault(fault)
    except CheckFailed as failed:
        if check.lab is None:
            raise
        from graders.harness.judge import naming  # only a failing check needs it

        if isinstance(failed, Unloadable):  # there is nothing to look at
            raise type(failed)(naming.name_crash(check.lab, failed.failure)) from None
        raise CheckFailed(naming.name(check.lab, pyfuncitem.originalname, failed.failure)) from None


@dataclass(frozen=True, slots=True)
class Check:
    """A check that has run once."""

    item: pytest.Function
    notes: Notes

    @property
    def arguments(self) -> dict[str, Any]:
        """What the check was given."""
        return {name: self.item.funcargs[name] for name in self.item._fixtureinfo.argnames}

    @property
    def lab(self) -> Lab | None:
        """The view of the submission that it was given."""
        lab = self.item.funcargs.get("lab")
        return lab if isinstance(lab, Lab) else None

    def run_anew(self, stopped: StaleHandle | StandinLacks, lab: Lab | None = None) -> bool:
        """Run it anew when a worker died under it while something else was looked at, a function's soundness say.

        Also when a stand-in lacked what the student's own piece has: with that piece then. What fails with it is no
        fault of the check's part, for the piece was found wrong. Raises Spoilt in that case. One that was not used
        lacks nothing, whatever an error says.
        """
        for _ in range(MAX_RERUNS):
            if isinstance(stopped, StandinLacks):
                if stopped.function not in self.notes.standins:
                    raise stopped
                self.notes.keep(stopped.function)
            try:
                self._run(lab)
                return True
            except StaleHandle as error:
                stopped = error
            except CheckFailed as error:
                if isinstance(error, StandinLacks) and error.function not in self.notes.own:
                    stopped = error
                elif self.notes.own:
                    raise Spoilt(min(self.notes.own)) from None
                else:
                    raise
        raise HarnessFault("a check was run again and again, and came to no end")

    def _run(self, lab: Lab | None) -> None:
        """Run it once more, with another view of a submission where one is given."""
        given = self.arguments
        if lab:
            others = {"lab": lab, "submission": lab.submission, "notes": lab.notes, "shared": lab.shared}
            given |= {name: other for name, other in others.items() if name in given}
        if lab and "benchmark" in given:
            given["benchmark"] = Repeated(given["benchmark"].enabled)
        self.item.obj(**given)

    def try_fault(self, fault: Exception) -> bool:
        """Find out whose fault it is that a check met: raises it where it is ours or nobody can tell.

        Where it is the submission's, the check is run with nothing of it but the functions of its own part: a fault
        that is then gone was another part's, and what the check says now counts. Else it has failed.
        """
        lab, part = self.lab, part_of(self.item)
        if lab is None or part is None:
            raise fault
        lab.submission.close()  # correct functions have the machine to themselves
        if not lab.blames(self._run_as_control):
            raise fault
        asserts = own_checks.is_own(self.item)  # an assert of a teacher's is a verdict that correct work bears out
        if not asserts or not isinstance(fault, AssertionError):
            faults.tell(faults.CheckFault, f"{self.item.originalname} met {{fault}}; correct functions do not", fault)
        grading = self.item.config.stash[GRADING]
        lab.submission.start(grading.rubric.functions)
        own = lab.only(grading.rubric.part(part).functions)
        try:
            try:
                self._run(own)
                return True
            except (StaleHandle, StandinLacks) as stopped:
                return self.run_anew(stopped, own)
        except VERDICTS:
            raise
        except Exception as again:
            if self.notes.own:
                raise Spoilt(min(self.notes.own)) from None
            if asserts and isinstance(again, AssertionError):
                raise CheckFailed(own_checks.asserted(again)) from None
            raise CheckFailed(lab.submission.upset(type(again).__name__)) from None

    def _run_as_control(self, correct: Lab) -> None:
        with suppress(pytest.skip.Exception):
            self._run(correct)
