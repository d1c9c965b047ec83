"""What changed between two texts of a file, by the names that it defines, and what that can touch."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from .sites import bound_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

Shape = list[tuple[object, ...]]


def changed(before: ast.Module, after: ast.Module) -> set[str] | None:
    """Return the names that are defined at the top level in another way, or in one of the two only.

    Layout and comments change nothing. None where a statement has changed that defines no name, so that anything may
    have changed with it.
    """
    old, new = _definitions(before), _definitions(after)
    if old.pop(None, None) != new.pop(None, None):
        return None
    return {name for name in old.keys() | new.keys() if name and old.get(name) != new.get(name)}


def touched(tree: ast.Module, names: Collection[str], functions: Collection[str]) -> set[str]:
    """Return which of `functions` are among the names, or have to do with them by what is none of `functions`."""
    users: dict[str, set[str]] = {}
    for node in tree.body:
        for name in {child.id for child in ast.walk(node) if isinstance(child, ast.Name)}:
            users.setdefault(name, set()).update(bound_names(node))
    found, left = set(names), list(names)
    while left:
        name = left.pop()
        more = users.get(name, set()) - found if name not in functions else set()
        found |= more
        left += more
    return found.intersection(functions)


def _definitions(tree: ast.Module) -> dict[str | None, list[Shape]]:
    """Return the shapes of the statements that define each name; under None those of all that define none."""
    found: dict[str | None, list[Shape]] = {}
    for node in tree.body:
        names: list[str | None] = [*bound_names(node)]
        for name in names or [None]:
            found.setdefault(name, []).append(list(_shape(node)))
    return found


def _shape(node: ast.AST) -> Iterator[tuple[object, ...]]:
    """Yield what a statement is made of, row by row of its tree: no recursion, as deep as it may be."""
    for each in ast.walk(node):
        fields = ((name, _leaf(value)) for name, value in ast.iter_fields(each))
        yield type(each).__name__, *fields


def _leaf(value: object) -> object:
    if isinstance(value, ast.AST):
        return ast.AST
    if isinstance(value, list):
        return [_leaf(one) for one in value]
    return type(value), value  # 1, 1.0 and True are three
