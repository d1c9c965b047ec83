"""One name for what a script calls by two: what an object was given, and keeps under a name of its own."""

from __future__ import annotations

import ast
from collections import Counter

from . import flow
from .inlining import Renamed

MOVING = ("to", "cuda", "cpu")  # a model from device to device


def without_aliases(statements: list[ast.stmt]) -> list[ast.stmt]:
    """Return a script's statements at one level, with one name for what an object was given and calls by its own.

    `self.loader = loader` is none of the lesson's steps, and `self.model = model.to(device)` the same model.
    """
    bound = Counter(name for statement in flow.every(statements) for name in flow.binds(statement))
    found: list[ast.stmt] = []
    names: dict[str, str] = {}
    for statement in statements:
        renamed = Renamed(names).visit(statement)
        alias, value = _alias(renamed)
        if alias and value and alias != value and bound[alias] == bound[value] == 1:
            names[alias] = value
            if isinstance(renamed.value, ast.Name):
                continue
            renamed = Renamed(names).visit(renamed)
        found.append(renamed)
    return found


def _alias(statement: ast.stmt) -> tuple[str, str]:
    """Return the two names of `a = b` or `a = b.to(…)`; nothing for any other statement."""
    name = flow.target(statement)
    if name is None or not isinstance(statement, ast.Assign):
        return "", ""
    value = statement.value
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in MOVING:
        value = value.func.value
    return (name, value.id) if isinstance(value, ast.Name) else ("", "")
