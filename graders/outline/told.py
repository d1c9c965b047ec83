"""What a script tells its reader: the values that it prints, shows, or writes above a picture."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from graders.harness.base import trees

if TYPE_CHECKING:
    from collections.abc import Iterator

PRINTING = ("print", "write", "info", "display", "title", "set_title", "suptitle", "xlabel", "set_xlabel", "text")
KEEPING = ("append", "line", "add_scalar", "set_postfix", "set_description")


def values(statement: ast.stmt) -> Iterator[ast.expr]:
    """Yield the values that a statement tells, taken out of the texts around them."""
    if isinstance(statement, ast.Expr):
        if not isinstance(statement.value, ast.Call):
            yield from _parts(statement.value)
            return
        for call in trees.calls(statement.value, *PRINTING):
            for given in call.args:
                yield from _parts(given)
        return
    if isinstance(statement, ast.Assign):  # a text that is told later
        for given in _texts(statement.value):
            yield from _parts(given)


def kept(statement: ast.stmt) -> Iterator[ast.expr]:
    """Yield the values that a statement keeps in a list."""
    for call in trees.calls(statement, *KEEPING) if isinstance(statement, ast.Expr) else []:
        for given in (*call.args, *(word.value for word in call.keywords)):
            yield from _parts(given)


def _texts(value: ast.expr) -> Iterator[ast.expr]:
    is_format = isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "format"
    if isinstance(value, ast.JoinedStr) or is_format or _is_filled_in(value):
        yield value


def _is_filled_in(value: ast.expr) -> bool:
    if not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.Mod):
        return False
    return isinstance(value.left, ast.Constant) and isinstance(value.left.value, str)


def _parts(value: ast.expr) -> Iterator[ast.expr]:
    """Yield what is filled into a text, or the value itself where it is none."""
    inside = _inside(value)
    if inside is not None:
        for part in inside:
            yield from _parts(part)
    elif not isinstance(value, ast.Constant):
        yield value


def _inside(value: ast.expr) -> list[ast.expr] | None:
    """Return what a text, or what rounds or collects values, has inside; None of what is a value itself."""
    if isinstance(value, ast.JoinedStr):
        return [part.value for part in value.values if isinstance(part, ast.FormattedValue)]
    if isinstance(value, (ast.Tuple, ast.List)):
        return value.elts
    if isinstance(value, ast.IfExp):
        return [value.body]
    if isinstance(value, ast.BinOp) and _is_filled_in(value):
        return value.right.elts if isinstance(value.right, ast.Tuple) else [value.right]
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add) and _has_text(value):
        return [value.left, value.right]
    if isinstance(value, ast.Call) and trees.called(value) in ("format", "str", "join"):
        return [*value.args, *(word.value for word in value.keywords)]
    if isinstance(value, ast.Call) and trees.called(value) == "round":
        return value.args[:1]
    return None


def _has_text(value: ast.BinOp) -> bool:
    """Tell whether one of two that are added is a text."""
    for part in (value.left, value.right):
        is_text = isinstance(part, ast.JoinedStr) or (isinstance(part, ast.Constant) and isinstance(part.value, str))
        is_made = isinstance(part, ast.Call) and trees.called(part) in ("str", "format")
        if is_text or is_made or (isinstance(part, ast.BinOp) and (_is_filled_in(part) or _has_text(part))):
            return True
    return False
