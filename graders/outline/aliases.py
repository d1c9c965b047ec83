"""One name for what a script calls by two: what an object was given, and keeps under a name of its own."""

from __future__ import annotations

import ast
from collections import Counter

from . import classes, flow
from .inlining import Renamed

MOVING = ("to", "cuda", "cpu")  # a model from device to device
SCOPES = (*flow.FUNCTIONS, *flow.COMPREHENSIONS, ast.ClassDef)  # have names of their own


def without_aliases(statements: list[ast.stmt]) -> list[ast.stmt]:
    """Return a script's statements at one level, with one name for what an object was given and calls by its own.

    `self.loader = loader` is none of the lesson's steps, and `self.model = model.to(device)` the same model.
    """
    bound = Counter(name for statement in flow.every(statements) for name in flow.binds(statement))
    scopes = _Scopes(statements)
    found: list[ast.stmt] = []
    names: dict[str, str] = {}
    for statement in statements:
        renamed = Renamed(names).visit(statement)
        alias, value = _alias(renamed)
        if alias and value and alias != value and bound[alias] == bound[value] == 1 and not scopes.mix(alias, value):
            names[alias] = value
            if isinstance(renamed.value, ast.Name):
                continue
            renamed = Renamed(names).visit(renamed)
        found.append(renamed)
    return [Renamed(names).visit(statement) for statement in found]  # a function may stand before what it reads


class _Scopes:
    """Knows what functions, comprehensions and classes name, and what of that is not the script's own."""

    def __init__(self, statements: list[ast.stmt]) -> None:
        every = [part for statement in statements for part in ast.walk(statement)]
        self._given = {name for part in every if isinstance(part, ast.Global) for name in part.names}
        scopes = [[*ast.walk(part)] for part in every if isinstance(part, SCOPES)]
        self._each = [
            ({p.id for p in inside if isinstance(p, ast.Name)}, {name for p in inside for name in classes.bound(p)})
            for inside in scopes
        ]

    def mix(self, alias: str, value: str) -> bool:
        """Tell whether one name cannot stand for two: a function gives one something, or means another thing by it."""
        mean_others = any(alias in named and {alias, value} & bound for named, bound in self._each)
        return mean_others or bool({alias, value} & self._given)


def _alias(statement: ast.stmt) -> tuple[str, str]:
    """Return the two names of `a = b` or `a = b.to(…)`; nothing for any other statement."""
    name = flow.target(statement)
    if name is None or not isinstance(statement, ast.Assign):
        return "", ""
    value = statement.value
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in MOVING:
        value = value.func.value
    return (name, value.id) if isinstance(value, ast.Name) else ("", "")
