"""Misconceptions that leave None behind: a function without return, a method that changes and returns nothing."""

from __future__ import annotations

import ast
import itertools

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from .known import several
from .reading import assignments, called, expressions, kind_of
from .scopes import function_named, own

RULES = Rules()
# Expressions that are never None.
THINGS = (ast.List, ast.ListComp, ast.Tuple, ast.Dict, ast.Set, ast.JoinedStr, ast.BinOp, ast.Compare)
# Methods that change what they are asked of, or do something, and return nothing.
CHANGING = several("append extend insert remove clear sort reverse update add backward zero_grad print shuffle")


def _nothing(crash: Crash) -> list[tuple[str, ast.expr]]:
    """Return the expressions that may have been None, each with its name, or "" where it has none."""
    if "NoneType" not in crash.text or crash.kind not in ("AttributeError", "TypeError"):
        return []
    node = crash.node
    if isinstance(node, (ast.Attribute, ast.Subscript)):
        parts: list[ast.expr] = [node.value]
    elif isinstance(node, ast.BinOp):
        parts = [node.left, node.right]
    elif isinstance(node, ast.Compare):
        parts = [node.left, *node.comparators]
    elif isinstance(node, ast.Call):
        parts = (
            [node.func, *node.args]
            if called(node) in ("len", "float", "int", "sum", "max", "min", "list")
            else [node.func]
        )
    elif isinstance(crash.statement, ast.AugAssign):
        parts = [crash.statement.target, crash.statement.value]
    elif isinstance(crash.statement, ast.For) and node in (None, crash.statement.iter):
        parts = [crash.statement.iter]
    elif isinstance(crash.statement, ast.Assign) and "unpack" in crash.text:
        parts = [crash.statement.value]
    else:
        parts = [one.value for one in expressions(crash) if isinstance(one, ast.FormattedValue)]
    return [
        (part.id if isinstance(part, ast.Name) else "", part)
        for part in parts
        if kind_of(crash, part) in (None, "NoneType")
    ]


def _makers(crash: Crash) -> list[ast.Call]:
    """Return the calls that the None may have come from; nothing where it may have come from anything else."""
    found = _nothing(crash)
    sure = [(name, part) for name, part in found if kind_of(crash, part) == "NoneType"] or found
    if len(sure) != 1:  # of the operands of a sum, the one that returns nothing
        sure = [(name, part) for name, part in sure if isinstance(part, ast.Call) and _returns_nothing(crash, part)]
    if len(sure) != 1:
        return []
    name, part = sure[0]
    if not name:
        return [part] if isinstance(part, ast.Call) and _returns_nothing(crash, part) else []
    values = assignments(crash, name)
    calls = [value for value in values if isinstance(value, ast.Call) and _returns_nothing(crash, value)]
    others = [value for value in values if not any(value is call for call in calls)]
    if len(calls) != 1 or len(values) != _stored(crash, name):
        return []
    sure_of = all(isinstance(value, THINGS) for value in others) or _just_above(crash, calls[0], others)
    return calls if sure_of else []


def _stored(crash: Crash, name: str) -> int:
    """Count the places at which a name is given a value."""
    nodes = ast.walk(crash.function or crash.module or ast.Pass())
    return sum(isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store) for node in nodes)


def _just_above(crash: Crash, call: ast.Call, others: list[ast.expr]) -> bool:
    """Tell whether a call stands above the line that raised, on the way to it, and other assignments above the call."""
    scope, raising = crash.function or crash.module, crash.statement
    if scope is None or raising is None:
        return False
    for node in ast.walk(scope):
        body = getattr(node, "body", None)
        for above, below in itertools.pairwise(body if isinstance(body, list) else []):
            if any(one is call for one in ast.walk(above)) and isinstance(above, ast.Assign):
                rest = body[body.index(below) :] if isinstance(body, list) else []
                return any(one is raising for later in rest for one in ast.walk(later)) and all(
                    value.lineno <= call.lineno for value in others
                )
    return False


def _returns_nothing(crash: Crash, call: ast.Call) -> bool:
    return _without_return(crash, call) is not None or _changes(call)


def _without_return(crash: Crash, call: ast.Call) -> ast.FunctionDef | None:
    """Return the student's function that a call runs, where it returns no value anywhere."""
    function = function_named(crash, call.func.id) if isinstance(call.func, ast.Name) else None
    if function is None:
        return None
    returned = any(isinstance(node, ast.Return) and node.value is not None for node in own(function))
    yields = any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in own(function))
    raises = any(isinstance(node, ast.Raise) for node in own(function))
    return function if not (returned or yields or raises) else None


def _changes(call: ast.Call) -> bool:
    """Tell whether a call is of a method that returns nothing."""
    return called(call) in CHANGING and (isinstance(call.func, ast.Attribute) or called(call) == "print")


@RULES.rule("none-from-a-function", Idea.PYTHON)
def _from_a_function(crash: Crash) -> dict[str, object] | bool:
    """Recognise the result of a function of the file's that has no return."""
    for call in _makers(crash):
        function = _without_return(crash, call)
        if function is not None:
            return {"function": function.name, "line": function.lineno}
    return False


@RULES.rule("none-from-a-method", Idea.PYTHON)
def _from_a_method(crash: Crash) -> dict[str, object] | bool:
    """Recognise `costs = costs.append(cost)`."""
    for call in _makers(crash):
        if _changes(call):
            return {"method": called(call)}
    return False
