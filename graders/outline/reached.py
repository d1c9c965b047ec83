"""Leaves out what can never run of a script, by its text alone: below `if False`, behind `exit()`, in no round."""

from __future__ import annotations

import ast

from graders.harness.base import trees

LEAVING = {"exit", "quit", "_exit", "abort"}  # of the process
ENDING = (ast.Return, ast.Raise, ast.Break, ast.Continue)
CONSTANT = (ast.Constant, ast.UnaryOp, ast.Not, ast.USub, ast.BoolOp, ast.boolop, ast.Compare, ast.cmpop)
MOST = 20  # parts of a condition of constants; somebody's may have thousands


def reached(tree: ast.Module) -> list[ast.stmt]:
    """Return the statements of a script that may run; changes the tree."""
    return _reached(tree.body)


def _reached(statements: list[ast.stmt]) -> list[ast.stmt]:
    found: list[ast.stmt] = []
    for statement in statements:
        found += _of(statement)
        if found and _ends(found[-1]):
            break
    return found


def _of(statement: ast.stmt) -> list[ast.stmt]:
    """Return what may run of a statement."""
    if isinstance(statement, (ast.If, ast.While)) and (known := _value(statement.test)) is not None:
        if not known:
            return _reached(statement.orelse)
        if isinstance(statement, ast.If):
            return _reached(statement.body)
    if isinstance(statement, ast.For) and _is_empty(statement.iter):
        return _reached(statement.orelse)
    for name in ("body", "orelse", "finalbody"):
        inside = getattr(statement, name, None)
        if inside and isinstance(inside, list):
            setattr(statement, name, _reached(inside) or [ast.copy_location(ast.Pass(), statement)])
    for handler in getattr(statement, "handlers", []):
        handler.body = _reached(handler.body) or [ast.copy_location(ast.Pass(), statement)]
    return [statement]


def _value(test: ast.expr) -> bool | None:
    """Return what a condition of nothing but constants is; None for any other."""
    nodes = list(ast.walk(test))
    if len(nodes) > MOST or not all(isinstance(node, CONSTANT) for node in nodes):
        return None
    try:
        return bool(eval(compile(ast.Expression(test), "<condition>", "eval"), {"__builtins__": {}}))
    except TypeError:  # 1 < "2"
        return None


def _is_empty(iterated: ast.expr) -> bool:
    """Tell whether a loop goes through a range, or a display, of nothing."""
    if isinstance(iterated, (ast.List, ast.Tuple)):
        return not iterated.elts
    if not isinstance(iterated, ast.Call) or trees.called(iterated) != "range" or iterated.keywords:
        return False
    try:
        return not range(*(ast.literal_eval(argument) for argument in iterated.args))
    except (TypeError, ValueError):  # of a name, say
        return False


def _ends(statement: ast.stmt) -> bool:
    """Tell whether nothing of a block runs behind a statement."""
    called = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(statement, ENDING) or (isinstance(called, ast.Call) and trees.called(called) in LEAVING)
