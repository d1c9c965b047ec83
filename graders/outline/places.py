"""Where in a statement something is called or read, in the order in which Python gets there."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from . import flow

if TYPE_CHECKING:
    from collections.abc import Iterator

PERHAPS = (ast.IfExp, ast.BoolOp)  # in them, not all is run


class Place(NamedTuple):
    """What holds an expression, in which field, and where in that where it is a list."""

    parent: ast.AST
    field: str
    at: int | None
    node: ast.expr

    def put(self, value: ast.expr) -> None:
        """Put another expression there."""
        if self.at is None:
            setattr(self.parent, self.field, value)
        else:
            getattr(self.parent, self.field)[self.at] = value

    def now(self) -> ast.expr:
        """Return what is there now."""
        held = getattr(self.parent, self.field)
        found: ast.expr = held if self.at is None else held[self.at]
        return found


def in_order(statement: ast.stmt) -> list[Place]:
    """Return what a statement's own expressions call and read once whenever it runs, the innermost first.

    What is perhaps run, and a comprehension, is one place, and what it holds is none.
    """
    return list(_inside(statement))


def _inside(parent: ast.AST) -> Iterator[Place]:
    for field, index, child in children(parent):
        if isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case, ast.GeneratorExp, *flow.FUNCTIONS)):
            continue
        is_one = isinstance(child, (*PERHAPS, *flow.COMPREHENSIONS)) or is_chain(child)
        if not is_one:
            yield from _inside(child)
        is_read = isinstance(child, ast.Name) and isinstance(child.ctx, ast.Load)
        if is_one or is_read or isinstance(child, ast.Call):
            assert isinstance(child, ast.expr)
            yield Place(parent, field, index, child)


def children(parent: ast.AST) -> Iterator[tuple[str, int | None, ast.AST]]:
    """Yield what a node is made of in the order in which it is run, in which field, and where in that."""
    fields = [name for name in parent._fields if name not in flow.BLOCKS or isinstance(parent, ast.expr)]
    if isinstance(parent, ast.Assign):
        fields = ["value", "targets"]
    elif isinstance(parent, ast.Assert):
        fields = ["test"]  # the message is perhaps none
    each: list[tuple[str, int | None, object]] = []
    for field in fields:
        value = getattr(parent, field, None)
        each += [(field, index, one) for index, one in enumerate(value)] if isinstance(value, list) else []
        each += [(field, None, value)] if isinstance(value, ast.AST) else []
    if isinstance(parent, ast.Dict):
        each.sort(key=lambda one: one[1] or 0)  # a key, and its value
    yield from ((field, index, one) for field, index, one in each if isinstance(one, ast.AST))


def is_chain(node: ast.AST) -> bool:
    """Tell whether a node compares more than two, where what comes after a no is not run."""
    return isinstance(node, ast.Compare) and len(node.ops) > 1
