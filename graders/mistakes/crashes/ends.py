"""Misconceptions that end a function from within: calls without end, own assertions, division by zero."""

from __future__ import annotations

import ast

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from .reading import called, code
from .scopes import function_named

RULES = Rules()
FEW = 4  # frames of the student's, fewer than which are no round


def _round(crash: Crash) -> list[str]:
    """Return the functions that went round, each once, where the last frames are but theirs."""
    names = [name for _, _, name in crash.scene.frames]
    if crash.kind != "RecursionError" or len(names) < FEW:
        return []
    return sorted(set(names))


def _always(body: list[ast.stmt], names: set[str], loops: bool = False) -> bool:
    """Tell whether a function comes to call one of some others whatever it is given."""
    for statement in body:
        if isinstance(statement, ast.With) or (loops and isinstance(statement, ast.For)):
            if _always(statement.body, names, loops):
                return True
        elif isinstance(statement, (ast.If, ast.For, ast.While, ast.Try, ast.Match)):
            if any(isinstance(node, ast.Return) for node in ast.walk(statement)):
                return False  # this may be its end
        elif _calls(statement, names):
            return True
    return False


def _calls(statement: ast.stmt, names: set[str]) -> bool:
    """Tell whether a statement calls a function on every way through it."""
    nodes = list(ast.walk(statement))
    return any(called(one) in names for one in nodes) and not any(
        isinstance(one, (ast.IfExp, ast.BoolOp, ast.Lambda, ast.FunctionDef)) for one in nodes
    )


@RULES.rule("function-calls-itself", Idea.PYTHON)
def _itself(crash: Crash) -> dict[str, object] | bool:
    """Recognise a function that calls itself, on every way through it."""
    names, function = _round(crash), crash.function
    if len(names) != 1 or function is None or function.name != names[0]:
        return False
    own_names = {*names, *(["self"] if names[0] in ("forward", "__call__") else [])}
    return {"function": names[0]} if _always(function.body, own_names) else False


@RULES.rule("functions-call-each-other", Idea.PYTHON)
def _each_other(crash: Crash) -> dict[str, object] | bool:
    """Recognise two functions of which each calls the other one."""
    match [(name, function_named(crash, name)) for name in _round(crash)]:
        case [(first, ast.FunctionDef() as one), (second, ast.FunctionDef() as other)]:
            both = _always(one.body, {second}, loops=True) and _always(other.body, {first}, loops=True)
            return {"first": first, "second": second} if both else False
    return False


@RULES.rule("own-assert", Idea.PYTHON)
def _assert(crash: Crash) -> dict[str, object] | bool:
    """Recognise an assertion of the student's own that does not hold."""
    asserted = isinstance(crash.statement, ast.Assert) and crash.kind == "AssertionError"
    return {"code": code(crash.statement.test)} if asserted and isinstance(crash.statement, ast.Assert) else False


@RULES.rule("own-raise", Idea.PYTHON)
def _raise(crash: Crash) -> dict[str, object] | bool:
    """Recognise an exception that the student's own line raises."""
    raised = crash.statement.exc if isinstance(crash.statement, ast.Raise) else None
    name = called(raised) if isinstance(raised, ast.Call) else getattr(raised, "id", "")
    return {"kind": crash.kind} if name == crash.kind and crash.node is None else False


@RULES.rule("division-by-zero", Idea.PYTHON)
def _by_zero(crash: Crash) -> dict[str, object] | bool:
    """Recognise a division by what is 0: nothing was counted, or there was nothing to count."""
    node, statement = crash.node, crash.statement
    if crash.kind != "ZeroDivisionError":
        return False
    divisor = node.right if isinstance(node, ast.BinOp) else None
    if divisor is None and isinstance(statement, ast.AugAssign) and node in (None, statement.target):
        divisor = statement.value
    return {"code": code(divisor)} if divisor is not None else False
