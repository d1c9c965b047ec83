"""Misconceptions about taking apart: pairs of enumerate, more or fewer values than names, a single value."""

from __future__ import annotations

import ast
import re

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from .reading import called, code
from .scopes import parameters

RULES = Rules()
WORDS = "to unpack"


def misread(crash: Crash) -> ast.For | None:
    """Return the loop that takes what enumerate gives, a number and a batch, for images and labels."""
    if crash.kind not in ("AttributeError", "TypeError") or crash.module is None:
        return None
    named = _asked(crash)
    if named is None:
        return None
    if found := _loop(crash.module, crash.statement, named):
        return found
    # Or the number was given to a function of the file's, and raised there.
    function = crash.function
    if (
        not isinstance(function, ast.FunctionDef)
        or named not in parameters(function)[:1]
        or len(crash.scene.frames) < 2
    ):
        return None
    line = crash.scene.frames[-2][1]
    for loop in (node for node in ast.walk(crash.module) if isinstance(node, ast.For)):
        calls = [
            n for n in ast.walk(loop) if isinstance(n, ast.Call) and called(n) == function.name and n.lineno == line
        ]
        for given in (call.args[0] for call in calls if call.args):
            first = next((n for n in ast.walk(given) if isinstance(n, ast.Name)), None)
            if first is not None and _is_misread(loop, first.id):
                return loop
    return None


def _asked(crash: Crash) -> str | None:
    """Return the name that is a number, or a pair, and was asked for a tensor's attribute or items."""
    node = crash.node
    owner = node.value if isinstance(node, (ast.Attribute, ast.Subscript)) else None
    if not isinstance(owner, ast.Name):
        return None
    thing = crash.thing(owner)
    return owner.id if thing is not None and thing.kind in ("builtins.int", "builtins.list", "builtins.tuple") else None


def _loop(module: ast.Module, statement: ast.stmt | None, name: str) -> ast.For | None:
    loops = [n for n in ast.walk(module) if isinstance(n, ast.For) and _is_misread(n, name)]
    inside = [loop for loop in loops if any(one is statement for one in ast.walk(loop))]
    return inside[-1] if inside else None


def _is_misread(loop: ast.AST, name: str) -> bool:
    """Tell whether a loop over enumerate gives a name to the number, or to the whole batch, as to a tensor."""
    if not isinstance(loop, ast.For) or called(loop.iter) != "enumerate" or not isinstance(loop.target, ast.Tuple):
        return False
    names = [part.id for part in loop.target.elts if isinstance(part, ast.Name)]
    # `for i, batch in enumerate(…)` is read rightly: its first name is never asked for anything but a number.
    first = names[0] if names else ""
    asked = any(
        isinstance(node, ast.Name) and node.id == first and _is_tensor_like(loop, node) for node in ast.walk(loop)
    )
    return len(loop.target.elts) == len(names) == 2 and name in names and asked


def _is_tensor_like(loop: ast.For, name: ast.Name) -> bool:
    """Tell whether a name is asked for an attribute, or given to a function."""
    for node in ast.walk(loop):
        if isinstance(node, ast.Attribute) and node.value is name:
            return True
        if isinstance(node, ast.Call) and name in node.args and called(node) not in ("print", "range", "str", "int"):
            return True
    return False


@RULES.rule("enumerate-misread", Idea.PYTHON)
def _enumerate(crash: Crash) -> dict[str, object] | bool:
    """Recognise `for X, Y in enumerate(…)` and `for i, X, Y in enumerate(…)`."""
    loop = misread(crash) or _three_of_enumerate(crash)
    return {"code": f"for {code(loop.target).strip('()')} in enumerate(…)"} if loop is not None else False


def _three_of_enumerate(crash: Crash) -> ast.For | None:
    loop = crash.statement
    if not isinstance(loop, ast.For) or called(loop.iter) != "enumerate" or not isinstance(loop.target, ast.Tuple):
        return None
    first, *rest = loop.target.elts
    three = crash.kind == "ValueError" and WORDS in crash.text and bool(rest[1:]) and crash.node is loop.target
    turned = crash.kind == "TypeError" and "unpack" in crash.text and crash.node is first
    return loop if three or turned else None


def _unpacked(crash: Crash) -> ast.expr | None:
    """Return the names that values were to be given to, where that is what raised."""
    if crash.kind not in ("ValueError", "TypeError") or "unpack" not in crash.text or crash.module is None:
        return None
    if _three_of_enumerate(crash) is not None:
        return None
    node = crash.node
    return node if isinstance(node, (ast.Tuple, ast.List)) and isinstance(node.ctx, ast.Store) else None


def _expected(target: ast.expr) -> int | None:
    names = target.elts if isinstance(target, (ast.Tuple, ast.List)) else []
    return None if any(isinstance(name, ast.Starred) for name in names) else len(names)


@RULES.rule("too-many-values", Idea.PYTHON)
def _too_many(crash: Crash) -> dict[str, object] | bool:
    """Recognise more values than names for them."""
    target = _unpacked(crash)
    if target is None or crash.kind != "ValueError" or "too many" not in crash.text:
        return False
    return {"code": code(target).strip("()"), "count": _expected(target)} if _expected(target) else False


@RULES.rule("too-few-values", Idea.PYTHON)
def _too_few(crash: Crash) -> dict[str, object] | bool:
    """Recognise fewer values than names for them."""
    target = _unpacked(crash)
    got = re.search(r"got (\d+)", crash.text)
    if target is None or crash.kind != "ValueError" or got is None or not _expected(target):
        return False
    return {"code": code(target).strip("()"), "count": _expected(target), "got": int(got[1])}


@RULES.rule("one-value-unpacked", Idea.PYTHON)
def _single(crash: Crash) -> dict[str, object] | bool:
    """Recognise names for several values where there is a number, or another single thing."""
    target = _unpacked(crash)
    said = re.search(r"non-iterable (\w+)", crash.text)
    if target is None or crash.kind != "TypeError" or said is None or said[1] == "NoneType":
        return False
    return {"code": code(target).strip("()"), "kind": said[1]}


def unpacked_from(crash: Crash) -> ast.expr | None:
    """Return the expression whose value was to be taken apart."""
    if _unpacked(crash) is None or not isinstance(crash.statement, ast.Assign):
        return None
    return crash.statement.value
