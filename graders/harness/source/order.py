"""In what order a statement comes to names: a loop's own counter is nothing that it needs from elsewhere."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def bound_first(statement: ast.stmt) -> set[str]:
    """Return the names that a statement binds before it uses them, as far as its text says: branches are all taken."""
    first = dict[str, bool]()
    for name, binds in _names(statement):
        first.setdefault(name, binds)
    return {name for name, binds in first.items() if binds}


def _names(statement: ast.stmt) -> Iterator[tuple[str, bool]]:
    """Yield names in the order in which they are come to, and whether they are bound there."""
    left: list[ast.AST] = [statement]  # no recursion: a sum of a thousand terms is a thousand nodes deep
    while left:
        node = left.pop()
        if isinstance(node, ast.Name):
            yield node.id, isinstance(node.ctx, ast.Store)
        elif isinstance(node, INNER):
            yield node.name, True
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from ((alias.asname or alias.name.partition(".")[0], True) for alias in node.names)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name, True
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, False
        if not isinstance(node, (*INNER, ast.Lambda)):
            left += reversed(_parts(node))


def _parts(node: ast.AST) -> list[ast.AST]:
    """Return what a node is made of, in the order in which it is worked out."""
    if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return [*([node.value] if node.value else []), *targets]
    if isinstance(node, (ast.For, ast.AsyncFor)):
        return [node.iter, node.target, *node.body, *node.orelse]
    return list(ast.iter_child_nodes(node))
