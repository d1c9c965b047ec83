"""What Python's syntax trees say, whoever asks: which calls there are, and of what."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """Walk a tree in the order of its text, without recursion."""
    left = [node]
    while left:
        found = left.pop()
        yield found
        left += list(ast.iter_child_nodes(found))[::-1]


def called(call: ast.Call) -> str:
    """Return by which name something is called: of a method, the last part of it."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def calls(node: ast.AST, *names: str) -> list[ast.Call]:
    """Return the calls of these names within a node, in the order of the text."""
    return [part for part in walk(node) if isinstance(part, ast.Call) and (not names or called(part) in names)]
