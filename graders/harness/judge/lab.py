"""A submission as one check sees it: the student's own functions where they are sound, correct stand-ins where not.

One mistake then costs one part: a wrong function is graded in its own part and replaced everywhere else.
"""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from graders.harness.base import seeds
from graders.harness.base.errors import (
    CheckFailed,
    ConfigurationError,
    StaleHandle,
    StandinLacks,
    Unloadable,
    Unwritten,
)
from graders.harness.base.model import Evidence, Folder, Handle, Named

from .forms import expect_form
from .looks import Looks, key_of, take
from .notes import Notes

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from .spec import LabSpec
    from .submission import Submission

T = TypeVar("T")


@dataclass(slots=True)
class Shared:
    """What the checks of one run share: which functions are sound, what was seen, how many folders there were.

    `correct` opens the lab's own correct functions as a submission, `control` is what is shared of that one.
    """

    sound: dict[str, bool] = field(default_factory=dict)
    looks: Looks = field(default_factory=Looks)
    explained: dict[object, tuple[Named, ...]] = field(default_factory=dict)  # by clue, or by exception
    folders: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    correct: Callable[[], Submission] | None = None
    control: Shared | None = None


@dataclass(frozen=True, slots=True)
class Lab:
    """One check's view of a submission."""

    spec: LabSpec
    submission: Submission
    seed: int
    notes: Notes
    shared: Shared

    @property
    def told(self) -> int:
        """The seed that a worker may know: of generators there, and of whatever a probe draws."""
        return seeds.told(self.seed)

    def call(
        self,
        function: str,
        *args: object,
        asked: str = "",
        observe: bool = False,
        keep: bool = False,
        **kwargs: object,
    ) -> Evidence:
        """Call a function of the student's, with stand-ins for what it needs and is unsound.

        With `keep`, what it returns stays in the worker, whatever it is, and the evidence holds its handle.
        """
        self._refuse_unwritten(function)
        standins = self._standins(function)
        return self.submission.call(
            function, *args, asked=asked, seed=self.told, observe=observe, keep=keep, standins=standins, **kwargs
        )

    def probe(
        self,
        name: str,
        *args: object,
        of: str,
        asked: str = "",
        keep: bool = False,
        bare: bool = False,
        replaced: Sequence[str] = (),
    ) -> Evidence:
        """Measure what the student's function `of` returned earlier; `bare` where the time of it counts.

        `replaced` are functions that leave their place to their stand-ins even where they are sound.
        """
        standins = sorted({*self._standins(of), *replaced})
        # Of a function that is not asked again there is nothing to measure but its stand-in.
        owner = "" if self.submission.refuses(of) else of
        # Other dice than those of the call that returned what is measured: an order that was drawn there comes once.
        seed = None if bare else self.told + 1
        seen = self.submission.probe(name, *args, function=owner, asked=asked, seed=seed, keep=keep, standins=standins)
        return seen if keep else expect_form(self.spec.forms(), name, args, seen)

    def sound(self, function: str) -> bool:
        """Tell whether a function does what later parts need of it. Raises Unloadable."""
        if function not in self.shared.sound:
            self.shared.sound[function] = self._is_sound(function)
        return self.shared.sound[function]

    def _is_sound(self, function: str) -> bool:
        lab = self.aside()
        while True:
            try:
                self.spec.sound()[function](lab)
            except Unloadable:
                raise
            except StandinLacks as lacks:
                if lacks.function in lab.notes.own:
                    return False
                lab.notes.keep(lacks.function)
            except (CheckFailed, Unwritten):
                return False
            except (StaleHandle, ConfigurationError):
                raise
            except Exception:  # what the function did to us is no fault of the part that asks
                if self.blames(self.spec.sound()[function]):
                    return False
                raise
            else:
                return True

    def ready(self, function: str, *pieces: str) -> None:
        """Find out now whether what a function needs is sound, and whether some builders are. Raises Unloadable.

        Finding out uses pieces; where a submission hands out the same one again and again, that changes it.
        """
        for name in (*self.spec.needs.get(function, ()), *pieces):
            self.sound(name)

    def aside(self) -> Lab:
        """Return a view of the same submission for what is asked besides and is no business of the check's."""
        return replace(self, notes=Notes())

    def blames(self, ask: Callable[[Any], object]) -> bool:
        """Tell whether a fault that `ask` met is the submission's doing: with the lab's own correct pieces it is none.

        They share nothing with the submission: neither a worker, nor looks, nor notes.
        """
        if self.shared.correct is None:
            return False
        self.shared.control = self.shared.control or Shared()
        notes = Notes(wanted=self.notes.wanted)
        try:
            ask(replace(self, submission=self.shared.correct(), notes=notes, shared=self.shared.control))
        except Exception:  # whatever it is: correct pieces fail at nothing
            return False
        return True

    def only(self, functions: Collection[str]) -> Lab:
        """Return a view in which no functions but these are relied on: stand-ins take the place of all others."""
        unsound = dict.fromkeys(self.spec.sound().keys() - functions, False)
        return replace(self, shared=replace(self.shared, sound=unsound, looks=Looks(), explained={}))

    def _standins(self, function: str) -> list[str]:
        names = [name for name in self.spec.needs.get(function, ()) if not self.sound(name)]
        self.notes.standins.update(names)
        return names

    def seen(self, look: Callable[..., T], *args: object, **kwargs: object) -> T:
        """Return what a look at the submission shows; the same look is taken once a run. Raises what it raises.

        It is the same with the same arguments, and while the same functions keep their place; whoever is told what it
        showed has used its stand-ins, too.
        """
        outcomes = self.shared.looks.beside(self.submission.generation)
        key = look, self.seed, frozenset(self.notes.own), key_of((args, kwargs))
        if key not in outcomes:
            noted = Notes(own=set(self.notes.own))
            outcomes[key] = take(partial(look, replace(self, notes=noted), *args, **kwargs), noted.standins)
        self.notes.standins.update(outcomes[key].standins)
        return cast("T", outcomes[key].show())

    def require(self, *functions: str) -> None:
        """Raise Unwritten for the first of these functions that is not written yet.

        Whoever is going to judge functions says so by this, before it has pieces: where their stand-ins were sent to
        the worker before, for what needs them, another takes its place. A submission may have kept them.
        """
        for function in functions:
            self._refuse_unwritten(function)
            if self.submission.source.looked_for(function):  # what was not found cannot be judged by its stand-in
                self.submission.require(function)
            self.submission.unlend(function)

    def _refuse_unwritten(self, function: str) -> None:
        if self.submission.source.is_unwritten(function):
            raise Unwritten(function)

    # ---- pieces

    def piece(self, function: str, *args: object, asked: str = "") -> Handle:
        """Return what a builder of the student's builds, or what its stand-in does."""
        if function not in self.notes.own and not self.sound(function):
            self.notes.standins.add(function)
            return self.standin(function, *args)
        value = self.call(function, *args, asked=asked, keep=True).value
        assert isinstance(value, Handle)  # a sound builder was seen to return one
        return value

    def standin(self, function: str, *args: object) -> Handle:
        """Return what the stand-in of a builder builds."""
        built = self.submission.standin(function, *args, seed=self.told).value
        assert isinstance(built, Handle)
        return built

    def made(self, probe: str, *args: object) -> Handle:
        """Return what a probe builds: of no function of the student's, so that no function's death refuses it."""
        value = self.probe(probe, *args, of="", keep=True).value
        assert isinstance(value, Handle)
        return value

    def empty_folder(self) -> Folder:
        """Return a folder that no call was given before, with nothing in it, called as the lesson calls its own."""
        drawn = hashlib.sha256(f"{self.seed}, folder {next(self.shared.folders)}".encode()).hexdigest()[:8]
        return Folder(f"{drawn}/{self.spec.root}")
