"""Has each statement do one thing: what is assigned together by itself, and a cost by its name."""

from __future__ import annotations

import ast

from . import flow


def split(statement: ast.stmt) -> list[ast.stmt]:
    """Return `a, b = x, y` as two statements, where neither needs the other, and annotations left out."""
    if isinstance(statement, ast.AnnAssign) and statement.value and isinstance(statement.target, ast.Name):
        return [assign(statement.target.id, statement.value, statement)]
    if isinstance(statement, ast.Expr) and (cost := _nameless_cost(statement.value)):
        name = f"cost_of_line_{statement.lineno}"
        made = assign(name, cost.value, statement)
        cost.value = ast.copy_location(ast.Name(name, ast.Load()), cost.value)
        return [made, statement]
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return [statement]
    target, value = statement.targets[0], statement.value
    if not isinstance(target, ast.Tuple) or not isinstance(value, ast.Tuple) or len(target.elts) != len(value.elts):
        return [statement]
    names = [part.id for part in target.elts if isinstance(part, ast.Name)]
    each = list(zip(target.elts, value.elts, strict=True))
    # `x, y = x.to(device), y.to(device)`: no part may read what another one has bound before it.
    mixed = any(flow.reads(part) & (set(names) - {getattr(own, "id", "")}) for own, part in each)
    if len(names) != len(target.elts) or len(set(names)) != len(names) or mixed:
        return [statement]
    return [assign(name, part, statement) for name, (_, part) in zip(names, each, strict=True)]


def _nameless_cost(value: ast.expr) -> ast.Attribute | None:
    """Return `….backward` where it is asked of something that has no name."""
    method = value.func if isinstance(value, ast.Call) else None
    if not isinstance(method, ast.Attribute) or method.attr != "backward" or isinstance(method.value, ast.Name):
        return None
    return method


def assign(name: str, value: ast.expr, at: ast.AST) -> ast.Assign:
    """Return an assignment where something stands."""
    made = ast.Assign([ast.Name(name, ast.Store())], value)
    return ast.fix_missing_locations(ast.copy_location(made, at))
