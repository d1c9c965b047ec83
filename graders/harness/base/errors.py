"""Every way in which grading can stop short, one exception each."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .model import Failure, Where


class ConfigurationError(Exception):
    """What the person at the keyboard gave cannot be used: an option, a rubric, a data set.

    The message says what was given, what is wrong with it and what to do; it is shown as it is, without a traceback.
    """


class HarnessFault(Exception):
    """Something of ours broke, or the machine cannot grade: the verdict is VOID, never a zero."""


class StaleHandle(HarnessFault):
    """A handle outlived its worker, because something that the check asked for on its way killed that worker.

    What did is remembered and not asked again, so the check can be run anew.
    """


class CheckFailed(Exception):
    """The submission did not do what a check asks for."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.key)
        self.failure = failure


class StandinLacks(CheckFailed):
    """Student code asked a stand-in for what only the student's own piece can have, so the check is run with that."""

    def __init__(self, failure: Failure, function: str) -> None:
        super().__init__(failure)
        self.function = function


class Unloadable(CheckFailed):
    """The submission as a whole cannot be loaded, so no check can run; said once, not once a check."""


class OutOfTime(Unloadable):
    """The submission's calls have used up the time of the whole grading, so no check can go on with it."""


class Unwritten(Exception):
    """A function of the contract is not written yet, or says so at `where` though there is something in it."""

    def __init__(self, function: str, where: Where | None = None) -> None:
        super().__init__(function)
        self.function, self.where = function, where


class Spoilt(Exception):
    """What a check needs of a function of another part is wrong, and no stand-in can take its place."""

    def __init__(self, function: str) -> None:
        super().__init__(function)
        self.function = function


class Charged(Exception):
    """What a check needs of a function is wrong, which costs its points where that function is judged, and none here.

    Raised only where the function was seen to do its work, and where no stand-in could take its place.
    """

    def __init__(self, function: str) -> None:
        super().__init__(function)
        self.function = function
