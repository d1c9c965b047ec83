"""What a catalogue of misconceptions is made of: a clue is something seen, a mistake is one way to explain it.

A name is given only where exactly one mistake reproduces what was seen, or, where none does, exactly one pair of them.
The words of a mistake (title, why, hint) stand in `messages/<language>/mistakes_*.toml` under `[mistakes.NAME]`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graders.harness.base.errors import CheckFailed, Unwritten
from graders.harness.base.model import Named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .looks import Sees

    Explains = Callable[[Any], Mapping[str, object] | bool]


class NoClue(Exception):
    """What was seen cannot be compared: it is not of the kind that a look or a mistake is about."""


# What a submission can cause, whatever it does and returns. Anything else that a look or a formula raises is a fault of
# the catalogue's: what a submission returned is looked at before it is reckoned with.
NO_MATCH = (CheckFailed, Unwritten, NoClue)


@dataclass(frozen=True, slots=True)
class Mistake:
    """A misconception: its name, the idea it belongs to, and whether it explains something seen.

    `explains` gets what the clue's `look` returned. It returns whether the mistake alone would have produced just that,
    within float32 rounding; where the message wants details, it returns them, by name, for True.
    """

    name: str
    idea: str  # of the lesson
    explains: Explains


@dataclass(frozen=True, slots=True, eq=False)
class Clue:
    """Something to look at when one of `checks` has failed, and the mistakes that it can tell apart.

    `look` asks the submission anew, with inputs chosen so that different mistakes show differently. `pairs` is tried
    where no mistake alone explains what was seen; it yields two that together do, by name, or as Named where their
    messages want details. A `fallback` is asked where no other clue to the check has an answer.
    """

    checks: tuple[str, ...]
    look: Callable[[Any], Any]  # of a Lab
    pairs: Callable[[Any], Iterable[tuple[str | Named, str | Named]]] | None = None
    fallback: bool = False
    mistakes: list[Mistake] = field(default_factory=list)

    def mistake(self, name: str, idea: str) -> Callable[[Explains], Explains]:
        """Enter a function as what explains the mistake `name`."""
        return entering(self.mistakes, name, idea)

    @property
    def name(self) -> str:
        """What tells it from others, for the catalogue's keeper: the module and the name of its look."""
        function = getattr(self.look, "func", self.look)
        return f"{function.__module__.rpartition('.')[2]}.{function.__name__}"

    def alone(self, seen: object) -> list[Named]:
        """Return the mistakes that explain on their own what was seen."""
        return [found for mistake in self.mistakes if (found := named(mistake, seen)) is not None]

    def explain(self, lab: Sees) -> tuple[Named, ...]:
        """Return the one mistake that explains what is seen, or the one pair; nothing where there are none or several.

        Raises what is no finding about the submission, a fault of the catalogue's own say.
        """
        try:
            seen = lab.seen(self.look)
        except NO_MATCH:
            return ()
        alone = self.alone(seen)
        if alone or self.pairs is None:
            return tuple(alone) if len(alone) == 1 else ()
        try:
            pairs = [tuple(Named(one) if isinstance(one, str) else one for one in pair) for pair in self.pairs(seen)]
        except NO_MATCH:
            return ()
        return pairs[0] if len({frozenset(one.name for one in pair) for pair in pairs}) == 1 else ()


def entering(mistakes: list[Mistake], name: str, idea: str) -> Callable[[Explains], Explains]:
    """Return a decorator that enters a function as what explains the mistake `name`."""

    def enter(explains: Explains) -> Explains:
        mistakes.append(Mistake(name, idea, explains))
        return explains

    return enter


def named(mistake: Mistake, seen: object) -> Named | None:
    """Return a mistake with its message's details where it explains what was seen."""
    try:
        found = mistake.explains(seen)
    except NO_MATCH:
        return None
    if isinstance(found, dict):
        return Named(mistake.name, found)
    return Named(mistake.name) if found else None  # NumPy's False is none of Python's
