"""Tells which classes of a script's are plain: methods and attributes alone, whose object one name is for."""

from __future__ import annotations

import ast
from collections import Counter
from typing import TYPE_CHECKING

from . import flow
from .inlining import is_no_grad

if TYPE_CHECKING:
    from collections.abc import Collection

MAKING = "__init__"
STATIC, PROPERTY = "staticmethod", "property"
# What an object is asked as a whole: where it is printed, counted, called. None here is.
AS_A_WHOLE = ("__repr__", "__str__", "__len__", "__iter__", "__getitem__", "__call__")
MOST_PARTS = 40  # of a class; a lesson's has ten
OPEN = (ast.Lambda, ast.NamedExpr, *flow.COMPREHENSIONS)  # have names of their own


def is_plain(node: ast.ClassDef) -> bool:
    """Tell whether a class is made of methods and attributes, and inherits nothing."""
    inherits = any(not isinstance(base, ast.Name) or base.id != "object" for base in node.bases)
    if inherits or node.keywords or node.decorator_list or len(node.body) > MOST_PARTS:
        return False
    odd = any(isinstance(part, (ast.Match, ast.ClassDef)) for inside in node.body for part in ast.walk(inside))
    return not odd and all(map(_is_part, node.body)) and _has_values(node)


def _has_values(node: ast.ClassDef) -> bool:
    """Tell whether attributes, and methods' defaults, are made of what is no method, and not bound further down."""
    methods = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
    later = methods | {name for part in node.body if _is_bare(part) for name in flow.binds(part)}
    for part in node.body[::-1]:
        is_method = isinstance(part, ast.FunctionDef)
        if not is_method and (any(isinstance(inside, OPEN) for inside in ast.walk(part)) or flow.binds(part) & methods):
            return False
        later |= flow.binds(part)
        if _class_reads(part) & later:
            return False
    return True


def _is_bare(statement: ast.stmt) -> bool:
    """Tell whether a statement gives a name a type and no value."""
    return isinstance(statement, ast.AnnAssign) and statement.value is None


def _class_reads(part: ast.stmt) -> set[str]:
    """Return what is read when a class is made: the values of its attributes, the defaults of its methods."""
    if not isinstance(part, ast.FunctionDef):
        return flow.reads(part)
    return flow.reads(*part.args.defaults, *(value for value in part.args.kw_defaults if value))


def _is_part(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.FunctionDef):
        known = all(is_static(d) or is_no_grad(d) or is_property(d) for d in statement.decorator_list)
        is_own = not statement.name.startswith("__") or statement.name in (MAKING, *AS_A_WHOLE)
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


def is_property(decorator: ast.expr) -> bool:
    """Tell whether a decorator has a method called where it is read."""
    return isinstance(decorator, ast.Name) and decorator.id == PROPERTY


def own_name(method: ast.FunctionDef) -> str | None:
    """Return what a method calls its object; None for a static one, or one without a place for it."""
    if any(map(is_static, method.decorator_list)) or not method.args.args:
        return None
    return method.args.args[0].arg


def returning_itself(node: ast.ClassDef) -> set[str]:
    """Return the methods of a class that give their object back, at their end and nothing else."""
    methods = [part for part in node.body if isinstance(part, ast.FunctionDef) and not part.decorator_list]
    return {method.name for method in methods if _returns_itself(method)}


def _returns_itself(method: ast.FunctionDef) -> bool:
    inside = [node for part in method.body for node in ast.walk(part)]
    last, returns = method.body[-1], sum(isinstance(node, ast.Return) for node in inside)
    if returns != 1 or not isinstance(last, ast.Return) or any(isinstance(node, flow.FUNCTIONS) for node in inside):
        return False
    return isinstance(last.value, ast.Name) and last.value.id == own_name(method)


def bound(node: ast.AST) -> list[str]:
    """Return the names that a node by itself binds, wherever it stands."""
    if isinstance(node, ast.Name):
        return [node.id] if not isinstance(node.ctx, ast.Load) else []
    if isinstance(node, ast.alias):
        return [node.asname or node.name.partition(".")[0]]
    names = [getattr(node, field, None) for field in ("name", "arg", "rest")]
    return [name for name in names if isinstance(name, str) and not isinstance(node, ast.keyword)]


def bound_around(tree: ast.Module, plain: Collection[ast.ClassDef]) -> Counter[str]:
    """Return how often each name is bound in a script, what is local to the methods of some classes left out."""
    own = [node for one in plain for node in ast.walk(one)]
    inside = {id(node) for node in own} - {id(one) for one in plain}
    found = Counter(name for node in ast.walk(tree) if id(node) not in inside for name in bound(node))
    return found + Counter(name for node in own if isinstance(node, ast.Global) for name in node.names)
