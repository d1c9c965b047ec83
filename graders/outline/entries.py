"""What the last entry of a list is: what was put there, of which one statement tells."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from graders.harness.base import trees

from . import flow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .script import Script

LAST = "-1"
CERTAIN = (*flow.LOOPS, ast.With)  # blocks that a script goes through, at least once


def told(script: Script, statement: ast.stmt, value: ast.expr) -> Iterator[tuple[ast.expr, ast.stmt]]:
    """Yield what a value is that a statement tells, and where: of `costs[-1]`, what was put into the list.

    A list of pairs has several values in its last entry. Yields the value itself where it is no last entry, or where
    the text does not say what was put there.
    """
    places: list[object] = []
    entry = value
    while isinstance(entry, ast.Subscript) and ast.unparse(entry.slice) != LAST:
        places.append(entry.slice.value if isinstance(entry.slice, ast.Constant) else None)
        entry = entry.value
    put = _put(script, statement, entry.value) if isinstance(entry, ast.Subscript) else None
    if put is None:
        yield value, statement
        return
    own, at = put
    for place in places[::-1]:
        inside = _parts(own)
        if place not in inside:
            yield value, statement
            return
        own = inside[place]
    for part in _parts(own).values() or [own]:
        yield from told(script, at, part)  # which may be another list's last entry


def _parts(value: ast.expr) -> dict[object, ast.expr]:
    """Return the parts of a pair or a dictionary that is written down, by their places."""
    if isinstance(value, (ast.Tuple, ast.List)):
        return dict(enumerate(value.elts))
    if isinstance(value, ast.Dict) and all(isinstance(key, ast.Constant) for key in value.keys):
        keys = [key.value for key in value.keys if isinstance(key, ast.Constant)]
        return dict(zip(keys, value.values, strict=True))
    return {}


def _put(script: Script, statement: ast.stmt, filled: ast.expr) -> tuple[ast.expr, ast.stmt] | None:
    """Return what is appended to a list before a statement, and where; None where that is not the only change to it."""
    root, written = flow.root(filled), ast.unparse(filled)
    if root is None or len(script.bindings.get(root, [])) != 1:
        return None
    into: list[tuple[ast.stmt, ast.Call]] = []
    for part in script.every:
        call = _appending(part)
        if call is not None and root == flow.root(call.func) and root not in flow.reads(*call.args):
            into += [(part, call)] if _filled(call) == written else []  # another list of the same dictionary
        elif root in flow.changes(part) or (isinstance(part, flow.DEFINITIONS) and root in flow.reads(part)):
            return None
    if len(into) != 1:
        return None
    at, call = into[0]
    order = {id(part): place for place, part in enumerate(script.every)}
    around = set(map(id, script.around(statement)))
    is_certain = all(id(outer) in around or isinstance(outer, CERTAIN) for outer in script.around(at))
    return (call.args[0], at) if is_certain and order[id(at)] < order[id(statement)] else None


def _appending(statement: ast.stmt) -> ast.Call | None:
    """Return the call that a statement is, where it appends one thing to a list."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    is_append = isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and trees.called(call) == "append"
    return call if is_append and isinstance(call, ast.Call) and len(call.args) == 1 and not call.keywords else None


def _filled(call: ast.Call) -> str:
    return ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
