"""Which statements of a notebook its functions need. The others try things out, and are not run.

A function needs what binds the names that it uses, and so on. Where a name is bound more than once, the last one before
its use counts, as it does where cells are run in their order.
"""

from __future__ import annotations

import builtins
from bisect import bisect_left
from collections import defaultdict
from typing import TYPE_CHECKING

from .jupyters import GIVEN
from .sites import similar_to
from .statements import DEFINITIONS, calls, overwrites

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from .statements import Statement

KNOWN = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__", "__builtins__", "__annotations__", "__spec__"}


class Needs:
    """Finds the statements that are needed: `found` has the names that each is needed for, by its place.

    `askers` has the function that each was first needed by, `unbound` the names that are needed and that nothing binds.
    """

    def __init__(self, statements: Sequence[Statement], functions: Collection[str]) -> None:
        self.found = defaultdict[int, set[str]](set)
        self.askers = dict[int, str]()
        self.unbound = set[str]()
        self._statements = statements
        self._about = defaultdict[str, list[int]](list)  # the statements that have to do with a name, in order
        defined = set[str]()
        for at, one in enumerate(statements):
            defined |= {one.node.name} & set(functions) if isinstance(one.node, DEFINITIONS) else set()
            for name in one.binds | one.may_bind | one.fills:
                # After `train = load(…)`, and so without the function, nobody wants to be graded.
                if name not in defined or not overwrites(one, name):
                    self._about[name].append(at)
        self._anything = [at for at, one in enumerate(statements) if one.anything]
        self._own = frozenset(name for one in statements if not one.imports for name in one.binds)
        self._asked = set[tuple[str, int]]()

    def ask(self, name: str) -> None:
        """Find what is needed of a name once all statements have run."""
        end = len(self._statements)
        left = [(name, end)]
        while left:
            asked = left.pop()
            if asked in self._asked:
                continue
            self._asked.add(asked)
            for at in self._behind(*asked):
                self.found[at].add(asked[0])
                self.askers.setdefault(at, name)
                one = self._statements[at]
                left += [(used, at) for used in one.now]
                left += [(used, when) for used in one.later for when in {asked[1], end}]

    def _behind(self, name: str, before: int) -> list[int]:
        """Return the statements by which a name is what it is before a place."""
        about = self._about.get(name, [])
        behind, imported = list[int](), False
        for at in reversed(about[: bisect_left(about, before)]):
            one = self._statements[at]
            if name in one.binds:
                if not imported:
                    behind.append(at)
                if not one.imports:
                    return behind
                imported = True
            # What only keeps what an experiment has found is no part of what the functions need.
            elif name in one.may_bind or not calls(one, self._own):
                behind.append(at)
        if imported or name in KNOWN:
            return behind
        anything = [at for at in self._anything if at < before and name not in GIVEN]
        if not behind and not anything:
            self.unbound.add(name)
        return [*behind, *anything]


def needs_of(statements: Sequence[Statement], functions: Collection[str]) -> Needs:
    """Return what the contract's functions need; what looks like a slip of one that is missing is taken for it."""
    needs = Needs(statements, functions)
    bound = {name for one in statements for name in one.binds | one.may_bind}
    defined = {one.node.name for one in statements if isinstance(one.node, DEFINITIONS)}
    for function in functions:
        needs.ask(function)
        if function not in bound and (similar := similar_to(function, defined - set(functions))):
            needs.ask(similar)
    needs.unbound -= set(functions)
    return needs
