"""What a script tells its reader: the values that it prints, shows, or writes above a picture."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from . import flow

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
        for call in flow.calls(statement.value, *PRINTING):
            for given in call.args:
                yield from _parts(given)
        return
    if isinstance(statement, ast.Assign):  # a text that is told later
        for given in _texts(statement.value):
            yield from _parts(given)


def kept(statement: ast.stmt) -> Iterator[ast.expr]:
    """Yield the values that a statement keeps in a list."""
    for call in flow.calls(statement, *KEEPING) if isinstance(statement, ast.Expr) else []:
        for given in (*call.args, *(word.value for word in call.keywords)):
            yield from _parts(given)


def _texts(value: ast.expr) -> Iterator[ast.expr]:
    is_format = isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "format"
    if isinstance(value, ast.JoinedStr) or is_format or _is_filled_in(value):
        yield value


def _is_filled_in(value: ast.expr) -> bool:
    is_mod = isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mod)
    return is_mod and isinstance(value.left, ast.Constant) and isinstance(value.left.value, str)


def _parts(value: ast.expr) -> Iterator[ast.expr]:
    """Yield what is filled into a text, or the value itself where it is none."""
    if isinstance(value, ast.Constant):
        return
    if isinstance(value, ast.JoinedStr):
        for part in value.values:
            if isinstance(part, ast.FormattedValue):
                yield from _parts(part.value)
    elif _is_filled_in(value):
        assert isinstance(value, ast.BinOp)
        for part in value.right.elts if isinstance(value.right, ast.Tuple) else [value.right]:
            yield from _parts(part)
    elif isinstance(value, ast.Call) and flow.called(value) in ("format", "str", "join"):
        for part in (*value.args, *(word.value for word in value.keywords)):
            yield from _parts(part)
    elif isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add) and _has_text(value):
        yield from _parts(value.left)
        yield from _parts(value.right)
    elif isinstance(value, (ast.Tuple, ast.List)):
        for part in value.elts:
            yield from _parts(part)
    elif isinstance(value, ast.Call) and flow.called(value) == "round" and value.args:
        yield from _parts(value.args[0])
    elif isinstance(value, ast.IfExp):
        yield from _parts(value.body)
    else:
        yield value


def _has_text(value: ast.BinOp) -> bool:
    ends = [
        part for part in (value.left, value.right) if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
    calls = [
        part
        for part in (value.left, value.right)
        if isinstance(part, ast.Call) and flow.called(part) in ("str", "format")
    ]
    nested = [part for part in (value.left, value.right) if isinstance(part, ast.BinOp) and _has_text(part)]
    return bool(ends or calls or nested or any(isinstance(p, ast.JoinedStr) for p in (value.left, value.right)))
