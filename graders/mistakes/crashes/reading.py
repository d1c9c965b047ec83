"""What a crash says, read as loosely as it can be: quoted names, kinds of values, the expressions of a statement."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from .operations import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graders.harness.judge.crashes import Crash

UNCALLED = frozenset(
    {"builtin_function_or_method", "function", "method", "method-wrapper", "method_descriptor", "builtin_function"}
)
NUMBERS = frozenset({"int", "float", "bool"})
LISTS = frozenset({"list", "tuple"})
LONGEST = 60  # letters of code in a sentence


def quoted(text: str) -> list[str]:
    """Return what stands in single quotes."""
    return re.findall(r"'([^']*)'", text)


def code(node: ast.AST) -> str:
    """Return an expression as it may stand in a sentence."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def short(kind: str) -> str:
    """Return the last part of a qualified name."""
    return kind.rpartition(".")[2]


def kind_of(crash: Crash, node: ast.AST | None) -> str | None:
    """Return the short name of an expression's class, where the scene, or the expression itself, tells."""
    if isinstance(node, ast.Constant):
        return type(node.value).__name__
    if isinstance(node, ast.JoinedStr):
        return "str"
    if isinstance(node, (ast.List, ast.ListComp)):
        return "list"
    if isinstance(node, ast.Tuple):
        return "tuple"
    thing = crash.thing(node)
    return short(thing.kind) if thing is not None else None


def fits(crash: Crash, node: ast.AST | None, kind: str) -> bool:
    """Tell whether an expression may have been of a class: nothing that is known speaks against it."""
    return kind_of(crash, node) in (None, kind)


def expressions(crash: Crash) -> Iterator[ast.expr]:
    """Yield the expressions of the statement that raised, without those of the statements in it."""
    todo: list[ast.AST] = [crash.statement] if crash.statement is not None else []
    while todo:
        node = todo.pop()
        if isinstance(node, ast.expr):
            yield node
        todo.extend(child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt))


def looped(crash: Crash) -> ast.expr | None:
    """Return what was to be gone through, where that is what raised: by a loop, a comprehension, or an unpacking."""
    if isinstance(crash.statement, ast.For) and crash.node in (None, crash.statement.iter):
        return crash.statement.iter
    for node in expressions(crash):
        if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
            first = node.generators[0].iter
            if crash.node in (node, first):  # Python 3.11 tells the whole comprehension
                return first
    return None


def formatted(crash: Crash) -> Iterator[tuple[ast.expr, str]]:
    """Yield the values that the statement puts into texts, each with its format: by an f-string, format(), or %."""
    for node in expressions(crash):
        if isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            yield node.value, "".join(str(p.value) for p in ast.walk(node.format_spec) if isinstance(p, ast.Constant))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
            yield from ((value, "") for value in (*node.args, *(word.value for word in node.keywords)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "format" and node.args:
            yield node.args[0], ""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod) and kind_of(crash, node.left) == "str":
            yield from (
                (value, "") for value in (node.right.elts if isinstance(node.right, ast.Tuple) else (node.right,))
            )


def called(node: ast.AST | None) -> str:
    """Return the last name of what an expression calls; "" where it is no call, or of no name."""
    return last_name(node) if isinstance(node, ast.Call) else ""


def made_by(crash: Crash, node: ast.AST | None) -> ast.expr | None:
    """Return what a name was last assigned, as one whole, above the line that raised; or the expression itself.

    None where that cannot be told: a loop, a second way to the line, an argument.
    """
    if not isinstance(node, ast.Name):
        return node if isinstance(node, ast.expr) else None
    scope = crash.function or crash.module
    if scope is None or crash.statement is None:
        return None
    stores = [
        one
        for one in ast.walk(scope)
        if isinstance(one, ast.Name) and one.id == node.id and isinstance(one.ctx, ast.Store)
    ]
    whole = {
        id(one.targets[0]): one.value
        for one in ast.walk(scope)
        if isinstance(one, ast.Assign) and len(one.targets) == 1
    }
    values = [whole.get(id(store)) for store in stores]
    return values[0] if len(values) == 1 else None


def assignments(crash: Crash, name: str) -> list[ast.expr]:
    """Return all that a name is assigned in the function that raised, as one whole."""
    scope = crash.function or crash.module
    return [
        node.value
        for node in (ast.walk(scope) if scope is not None else ())
        if isinstance(node, ast.Assign)
        and len(node.targets) == 1
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == name
    ]
