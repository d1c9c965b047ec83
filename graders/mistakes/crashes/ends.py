"""Misconceptions that end a function from within: calls without end, own assertions, division by zero."""

from __future__ import annotations

import ast

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from .reading import called, code
from .scopes import own

RULES = Rules()


def _round(crash: Crash) -> list[str]:
    """Return the functions that went round, each once, where the last frames are but theirs."""
    names = [name for _, _, name in crash.scene.frames]
    if crash.kind != "RecursionError" or len(names) < 4:
        return []
    return sorted(set(names))


@RULES.rule("function-calls-itself", Idea.PYTHON)
def _itself(crash: Crash) -> dict[str, object] | bool:
    """Recognise a function that calls itself, on every way through it."""
    names = _round(crash)
    if len(names) != 1 or crash.function is None or crash.function.name != names[0]:
        return False
    returned = [n for n in own(crash.function) if isinstance(n, ast.Return)]
    ends = any(not _calls(node, names[0]) for node in returned[:-1])
    return {"function": names[0]} if not ends else False


def _calls(node: ast.AST, name: str) -> bool:
    return any(called(one) in (name, "self") for one in ast.walk(node))


@RULES.rule("functions-call-each-other", Idea.PYTHON)
def _each_other(crash: Crash) -> dict[str, object] | bool:
    """Recognise two functions of which each calls the other one."""
    names = _round(crash)
    return {"first": names[0], "second": names[1]} if len(names) == 2 else False


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
