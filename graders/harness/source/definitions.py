"""Where a file defines what Python names in an exception: `Net.forward`, `build.<locals>.<lambda>`."""

from __future__ import annotations

import ast
import re

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
CALLED = re.compile(r"([\w.<>]+)\(\) (?:takes|missing|got) ")  # as Python begins where arguments do not fit


def called_wrongly(module: ast.Module, said: str) -> int | None:
    """Return the line of the function that an exception says to be called wrongly; None unless there is just one."""
    found = CALLED.match(said)
    return _line(module, found[1].split(".")) if found else None


def _line(module: ast.Module, names: list[str]) -> int | None:
    scope: ast.AST = module
    for name in names:
        if name == "<locals>":
            continue
        inside = [node for node in ast.walk(scope) if node is not scope and _is_named(node, name)]
        if len(inside) != 1:
            return None
        scope = inside[0]
    return scope.lineno if isinstance(scope, (*DEFINITIONS, ast.Lambda)) else None


def _is_named(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Lambda) if name == "<lambda>" else isinstance(node, DEFINITIONS) and node.name == name
