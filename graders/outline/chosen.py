"""Which of a data set's digits some statements choose, as far as their text tells."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from . import flow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


def digits(statements: Iterable[ast.stmt], datasets: Collection[str]) -> set[str] | None:
    """Return the places that are asked for, each as a number, a name, or a name and what is added to it.

    None where one is asked for otherwise: then nobody can tell without running it.
    """
    found: set[str] = set()
    for statement in flow.every(list(statements)):
        for node in (part for top in flow.header(statement) for part in ast.walk(top)):
            if isinstance(node, ast.Subscript) and _is_of(node.value, datasets):
                place = _place(node.slice)
                if place is None:
                    return None
                found.add(place)
    return found


def _is_of(value: ast.expr, datasets: Collection[str]) -> bool:
    """Tell whether a value is a data set itself, or what it holds of all its digits."""
    while isinstance(value, ast.Attribute):
        value = value.value
    return isinstance(value, ast.Name) and value.id in datasets


def _place(index: ast.expr) -> str | None:
    if isinstance(index, ast.Slice):
        first = index.lower
        is_one = first is not None and index.upper is not None and index.step is None and _is_next(first, index.upper)
        return _place(first) if is_one and first is not None else None
    is_plain = isinstance(index, (ast.Constant, ast.Name))
    is_sum = isinstance(index, ast.BinOp) and isinstance(index.left, ast.Name) and isinstance(index.right, ast.Constant)
    return ast.unparse(index) if is_plain or is_sum else None


def _is_next(first: ast.expr, other: ast.expr) -> bool:
    """Tell whether a slice that ends at `other` holds one digit."""
    if isinstance(first, ast.Constant) and isinstance(first.value, int) and isinstance(other, ast.Constant):
        return other.value == first.value + 1
    return ast.unparse(other) == f"{ast.unparse(first)} + 1"
