"""Misconceptions about functions that are not called: parentheses left out, or square ones in their place."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from .attributes import uncalled_owner
from .reading import UNCALLED, called, code, formatted, looped, short
from .scopes import function_named

if TYPE_CHECKING:
    from collections.abc import Iterable

RULES = Rules()
WANT_NUMBERS = frozenset({"float", "int", "len", "round", "abs", "sum", "max", "min", "list", "range", "enumerate"})


def _is_function(crash: Crash, node: ast.expr) -> bool:
    """Tell whether an expression may have been a function itself, and not what it returns."""
    if (thing := crash.thing(node)) is not None:
        return short(thing.kind) in UNCALLED
    if isinstance(node, ast.Name):
        return function_named(crash, node.id) is not None
    return isinstance(node, ast.Attribute)


def _operands(crash: Crash) -> Iterable[ast.expr]:
    """Return what the raising operation works with."""
    node, statement = crash.node, crash.statement
    if isinstance(node, ast.BinOp):
        return node.left, node.right
    if isinstance(node, ast.UnaryOp):
        return (node.operand,)
    if isinstance(node, ast.Compare):
        return node.left, *node.comparators
    if isinstance(node, ast.Subscript):
        return ()
    if isinstance(node, ast.Call) and called(node) in WANT_NUMBERS and isinstance(node.func, ast.Name):
        return node.args
    if isinstance(statement, ast.AugAssign) and (node is None or node is statement.target):
        return statement.target, statement.value
    if "format" in crash.text:
        return [value for value, _ in formatted(crash)]
    gone_through = looped(crash)
    return () if gone_through is None else (gone_through,)


@RULES.rule("parentheses-missing", Idea.PYTHON)
def _parentheses(crash: Crash) -> dict[str, object] | bool:
    """Recognise a function where its result is wanted: `cost.item / total`, `cost.detach.item()`."""
    if (owner := uncalled_owner(crash)) is not None:
        return {"code": code(owner)}
    if crash.kind != "TypeError" or not UNCALLED & set(re.findall(r"[\w-]+", crash.text)):
        return False
    found = [node for node in _operands(crash) if _is_function(crash, node)]
    return {"code": code(found[0])} if len(found) == 1 else False


@RULES.rule("function-indexed", Idea.PYTHON)
def _indexed(crash: Crash) -> dict[str, object] | bool:
    """Recognise `images.view[-1, 784]`, `images.size[0]` and `range[10]`."""
    node = crash.node
    if crash.kind != "TypeError" or not isinstance(node, ast.Subscript) or "subscriptable" not in crash.text:
        return False
    if crash.text.startswith("type '"):
        return {"code": code(node.value)}
    said = re.search(r"'([\w-]+)' object", crash.text)
    of_a_function = said is not None and said[1] in UNCALLED and _is_function(crash, node.value)
    return {"code": code(node.value)} if of_a_function else False
