"""Tells which classes of a script's are plain: methods and attributes alone, whose object one name is for."""

from __future__ import annotations

import ast

from . import flow
from .inlining import is_no_grad

MAKING = "__init__"
STATIC = "staticmethod"
SAYING = ("__repr__", "__str__")  # what an object says of itself where it is printed, which none here is
MOST_PARTS = 40  # of a class; a lesson's has ten
OPEN = (ast.Lambda, ast.NamedExpr, *flow.COMPREHENSIONS)  # have names of their own


def is_plain(node: ast.ClassDef) -> bool:
    """Tell whether a class is made of methods and attributes, and inherits nothing."""
    inherits = any(not isinstance(base, ast.Name) or base.id != "object" for base in node.bases)
    methods = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
    values = [part for part in node.body if not isinstance(part, ast.FunctionDef)]
    if not all(map(_is_part, node.body)) or not all(_is_value(part, methods) for part in values):
        return False
    odd = any(isinstance(part, (ast.Match, ast.ClassDef)) for inside in node.body for part in ast.walk(inside))
    return not (inherits or odd or node.keywords or node.decorator_list) and len(node.body) <= MOST_PARTS


def _is_value(statement: ast.stmt, methods: set[str]) -> bool:
    """Tell whether an attribute of a class's is none of its methods, needs none of them and not itself."""
    is_open = any(isinstance(part, OPEN) for part in ast.walk(statement))
    own, reads = flow.binds(statement), flow.reads(statement)
    return not (is_open or own & methods or reads & methods or reads & own)


def _is_part(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.FunctionDef):
        known = all(is_static(d) or is_no_grad(d) for d in statement.decorator_list)
        is_own = not statement.name.startswith("__") or statement.name in (MAKING, *SAYING)
        return known and is_own and "super" not in flow.reads(statement) and _has_a_place(statement)
    if isinstance(statement, ast.Assign):
        return flow.target(statement) is not None
    if isinstance(statement, ast.AnnAssign):
        return isinstance(statement.target, ast.Name)
    says_nothing = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return says_nothing or isinstance(statement, ast.Pass)


def _has_a_place(method: ast.FunctionDef) -> bool:
    """Tell whether a method names its object, and nobody inside it names another thing so."""
    if any(map(is_static, method.decorator_list)):
        return True
    given = method.args
    if given.posonlyargs or not given.args or len(given.defaults) == len(given.args):
        return False
    own = given.args[0].arg
    inside = [node for part in method.body for node in ast.walk(part)]
    return not any(own in bound(node) for node in inside)


def is_static(decorator: ast.expr) -> bool:
    """Tell whether a decorator has a method do without its object."""
    return isinstance(decorator, ast.Name) and decorator.id == STATIC


def bound(node: ast.AST) -> list[str]:
    """Return the names that a node by itself binds, wherever it stands."""
    if isinstance(node, ast.Name):
        return [node.id] if not isinstance(node.ctx, ast.Load) else []
    if isinstance(node, ast.alias):
        return [node.asname or node.name.partition(".")[0]]
    names = [getattr(node, field, None) for field in ("name", "arg", "rest")]
    return [name for name in names if isinstance(name, str) and not isinstance(node, ast.keyword)]
