"""Backward slices: of statements that ran before, those that a value hangs on, with the blocks that they stand in."""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from . import flow

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence, Set

Block = TypeVar("Block", bound=ast.AST)
ROUNDS = 8  # through a loop, until nothing more is needed


@dataclass(slots=True)
class Slice:
    """Walks statements from the last to the first and keeps what is needed.

    `needed` has the names whose values are needed before what was kept so far. `given` are names that have their values
    already: nobody looks for where they come from. `settled` are those that nobody needs anything of: imports, say.
    `goals` are statements that are kept in any case, `left_out` those that are not, with all inside them; `instead` has
    what is kept in the place of some. All by ids.
    """

    given: Collection[str]
    settled: Collection[str] = ()
    needed: set[str] = field(default_factory=set)
    goals: Collection[int] = ()
    left_out: Collection[int] = ()
    instead: Mapping[int, list[ast.stmt]] = field(default_factory=dict)
    _exits: bool = False  # whether what leaves a loop is needed

    def need(self, *nodes: ast.AST) -> None:
        """Need all that is read in some nodes."""
        self.needed |= flow.reads(*nodes) - set(self.settled)

    def take(self, statements: Sequence[ast.stmt], live: bool) -> list[ast.stmt]:
        """Return what is needed of statements that run before what was taken until now.

        With `live`, what binds or changes one of the given names is needed, too.
        """
        kept: list[ast.stmt] = []
        for statement in reversed(statements):
            if id(statement) in self.instead:
                for own in reversed(self.instead[id(statement)]):
                    self.needed -= _plainly_bound(own) - set(self.given)
                    self.need(own)
                    kept.append(own)
            elif id(statement) not in self.left_out and (taken := self._one(statement, live)) is not None:
                kept.append(taken)
        return kept[::-1]

    def _one(self, statement: ast.stmt, live: bool) -> ast.stmt | None:
        if isinstance(statement, flow.LOOPS):
            return self._loop(statement, live)
        if flow.blocks(statement):
            return self._block(statement, live)
        wanted = self.needed if live else self.needed - set(self.given)
        is_needed = id(statement) in self.goals or (flow.binds(statement) | flow.changes(statement)) & wanted
        if not is_needed and not (self._exits and isinstance(statement, (ast.Break, ast.Continue))):
            return None
        self.needed -= _plainly_bound(statement) - set(self.given)
        self.need(*flow.header(statement))
        return statement

    def _loop(self, statement: ast.For | ast.While, live: bool) -> ast.stmt | None:
        """Take what is needed of a loop: what one turn needs the turn before may have made."""
        after, outer = set(self.needed), self._exits
        self._exits = False
        body = self._turns(statement, live)
        if body:  # a loop that is left early is left early in its slice, too
            self._exits = True
            body = self._turns(statement, live)
        self._exits = outer
        bound = flow.binds(statement) & after - set(self.given)
        if not body and id(statement) not in self.goals and not bound:
            self.needed = after
            return None
        self.needed -= flow.binds(statement) - after  # they come from what it goes through
        self.need(*flow.header(statement))
        return _with(statement, body=body or [ast.copy_location(ast.Pass(), statement)], orelse=[])

    def _turns(self, statement: ast.For | ast.While, live: bool) -> list[ast.stmt]:
        body: list[ast.stmt] = []
        for _ in range(ROUNDS):
            before = set(self.needed)
            body = self.take(statement.body, live)
            self.needed |= before
            if self.needed == before:
                break
        return body

    def _block(self, statement: ast.stmt, live: bool) -> ast.stmt | None:
        """Take what is needed of a block: of an `if` or `try`, whichever of its ways is gone."""
        after, is_certain = set(self.needed), isinstance(statement, ast.With)
        needed = set() if is_certain else set(after)
        found: dict[str, list[ast.stmt]] = {}
        for name in ("body", "orelse", "finalbody"):
            if hasattr(statement, name):
                self.needed = set(after)
                found[name] = self.take(getattr(statement, name), live)
                needed |= self.needed
        handlers: list[ast.AST] = []
        for handler in getattr(statement, "handlers", []):
            self.needed = set(after)
            taken = self.take(handler.body, live)
            needed |= self.needed
            handlers.append(_with(handler, body=taken or [ast.copy_location(ast.Pass(), handler)]))
        bound = flow.binds(statement) & after - set(self.given)
        if not bound and not any(found.values()):
            self.needed = after
            return None
        self.needed = needed - (flow.binds(statement) - after)
        self.need(*flow.header(statement), *(h.type for h in getattr(statement, "handlers", []) if h.type))
        found["body"] = found["body"] or [ast.copy_location(ast.Pass(), statement)]
        return _with(statement, **found, **({"handlers": handlers} if handlers else {}))


def _plainly_bound(statement: ast.stmt) -> Set[str]:
    """Return the names whose earlier values nobody needs once a statement has run."""
    if isinstance(statement, (*flow.DEFINITIONS, *flow.IMPORTS)):
        return flow.binds(statement)
    if not isinstance(statement, ast.Assign):
        return set()
    targets = [part for target in statement.targets for part in getattr(target, "elts", [target])]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _with(statement: Block, **parts: object) -> Block:
    """Return a compound statement with other statements inside."""
    made = copy.copy(statement)
    for name, value in parts.items():
        setattr(made, name, value)
    return made
