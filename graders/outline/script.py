"""A script whose statements stand at one level, and where its names get their values."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from . import flow

if TYPE_CHECKING:
    from collections.abc import Iterator

FARTHEST = 6  # from name to name, on the way to where a value comes from


@dataclass(frozen=True)
class Script:
    """A levelled script, and what binds each name."""

    statements: list[ast.stmt]

    @cached_property
    def every(self) -> list[ast.stmt]:
        """All statements, those inside others included."""
        return list(flow.every(self.statements))

    @cached_property
    def outer(self) -> dict[int, ast.stmt]:
        """The statement around each statement, by ids; those at the top have none."""
        found = {}
        for statement in self.every:
            for inner in (inner for block in flow.blocks(statement) for inner in block):
                found[id(inner)] = statement
        return found

    @cached_property
    def bindings(self) -> dict[str, list[ast.stmt]]:
        """The statements that give each name a value."""
        found: dict[str, list[ast.stmt]] = {}
        for statement in self.every:
            for name in flow.binds(statement):
                found.setdefault(name, []).append(statement)
        return found

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        """The script's own classes."""
        return {node.name: node for node in self.every if isinstance(node, ast.ClassDef)}

    def around(self, statement: ast.stmt) -> Iterator[ast.stmt]:
        """Walk what stands around a statement, the innermost first."""
        outer = self.outer.get(id(statement))
        while outer is not None:
            yield outer
            outer = self.outer.get(id(outer))

    def top(self, statement: ast.stmt) -> ast.stmt:
        """Return the statement at the top that a statement stands in, or is."""
        return [statement, *self.around(statement)][-1]

    def assigned(self, name: str) -> list[ast.Assign]:
        """Return the assignments of one value to one name."""
        return [s for s in self.bindings.get(name, []) if isinstance(s, ast.Assign) and flow.target(s) == name]

    def sources(self, *nodes: ast.AST) -> set[str]:
        """Return the names that are read in some nodes, and those that these were made of."""
        found, new = set[str](), flow.reads(*nodes)
        for _ in range(FARTHEST):
            found |= new
            made = (s for name in new for s in self.bindings.get(name, []) if not isinstance(s, flow.DEFINITIONS))
            new = {read for s in made for read in flow.reads(*flow.header(s))} - found
        return found

    def alias(self, name: str) -> str:
        """Return the name under which an object was made that a name stands for."""
        for _ in range(FARTHEST):
            values = [s.value for s in self.assigned(name)]
            if len(values) != 1 or not isinstance(values[0], ast.Name):
                return name
            name = values[0].id
        return name
