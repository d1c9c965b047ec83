"""Brings a script to one level: the statements of its functions in their place, then those of its objects' methods."""

from __future__ import annotations

import ast
from collections import Counter

from . import aliases, flow, inlining, objects


def unfolded(tree: ast.Module) -> list[ast.stmt]:
    """Return a script's statements at one level.

    An object that is given to a function, or to another object, has its own name there once that is in its place.
    """
    plain = objects.plain_classes(tree)
    if not plain:
        return inlining.level(tree)
    doing = {name for node in plain for name in (node.name, *_methods(node))}
    statements = inlining.level(tree, doing)
    is_whole = True
    for _ in range(objects.MOST_CLASSES):
        before = ast.Module(_used(statements), [])
        apart = objects.taken_apart(before)
        if apart is before:
            break
        is_whole = False
        statements = aliases.without_aliases(_used(inlining.level(apart, doing)))
    return inlining.level(tree) if is_whole else _used(statements)


def _methods(node: ast.ClassDef) -> list[str]:
    return [part.name for part in node.body if isinstance(part, ast.FunctionDef)]


def _used(statements: list[ast.stmt]) -> list[ast.stmt]:
    """Return statements without functions that nobody asks any more: what they do stands where they were called."""
    reads = [flow.reads(s) - ({s.name} if isinstance(s, ast.FunctionDef) else set()) for s in statements]
    asked = Counter(name for names in reads for name in names)
    idle: set[int] = set()
    while more := {
        place
        for place, s in enumerate(statements)
        if isinstance(s, ast.FunctionDef) and not asked[s.name] and place not in idle
    }:
        idle |= more
        asked.subtract(name for place in more for name in reads[place])
    return [statement for place, statement in enumerate(statements) if place not in idle]
