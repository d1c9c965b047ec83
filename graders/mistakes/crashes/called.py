"""Misconceptions about calling what is no function: values, modules, names that cover a function."""

from __future__ import annotations

import ast
import re

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from .classes import no_module
from .known import several
from .reading import called, code, kind_of, quoted, short
from .scopes import BUILTINS, assigned, defined

RULES = Rules()
VALUES = several("Size Tensor bool bytes device dict dtype float generator int list ndarray range set str tuple")
# Attributes that are values; of others nobody knows here whether they are methods, in which something else was called.
KEPT = several("T batch_size bias data dataset device dtype grad in_features is_cuda ndim requires_grad shape weight")


def _refused(crash: Crash) -> tuple[ast.expr, str] | None:
    """Return what was called, and the short name of its class, where it is no function itself."""
    node = crash.node
    if crash.kind != "TypeError" or not isinstance(node, ast.Call) or "not callable" not in crash.text:
        return None
    kind = short(next(iter(quoted(crash.text)), ""))
    known = kind_of(crash, node.func)
    if known is not None:
        return (node.func, kind) if known == kind else None  # else it is deeper that something was called
    # Of other expressions the class is not told: a plain value is what the line itself calls.
    if isinstance(node.func, ast.Call) and called(node.func) == kind:
        return node.func, kind  # made, and called on the same line
    plain = not isinstance(node.func, ast.Attribute) or node.func.attr in KEPT
    return (node.func, kind) if kind in VALUES and plain and not isinstance(node.func, ast.Name) else None


def _covers(crash: Crash, node: ast.expr) -> str | None:
    """Return the name of the function that a variable of the same name hides."""
    if not isinstance(node, ast.Name) or crash.module is None:
        return None
    scopes = [scope for scope in (crash.function, crash.module) if scope is not None]
    taken = any(node.id in assigned(scope) for scope in scopes)
    return node.id if taken and (node.id in BUILTINS or node.id in defined(crash.module)) else None


@RULES.rule("function-covered-by-a-variable", Idea.PYTHON)
def _covered(crash: Crash) -> dict[str, object] | bool:
    """Recognise `sum = 0` before `sum(costs)`."""
    refused = _refused(crash)
    name = _covers(crash, refused[0]) if refused else None
    return {"name": name, "kind": refused[1]} if refused and name else False


@RULES.rule("value-called", Idea.PYTHON)
def _value(crash: Crash) -> dict[str, object] | bool:
    """Recognise `images.shape()` and `data_loader()`."""
    refused = _refused(crash)
    if refused is None or _covers(crash, refused[0]) or refused[1] in ("NoneType", "module") or no_module(crash):
        return False
    return {"code": code(refused[0]), "kind": refused[1]}


@RULES.rule("module-called", Idea.PYTHON)
def _module(crash: Crash) -> dict[str, object] | bool:
    """Recognise `tqdm(data_loader)` after `import tqdm`."""
    node = crash.node
    if (
        crash.kind != "TypeError"
        or not isinstance(node, ast.Call)
        or not re.search(r"'module'.*not callable", crash.text)
    ):
        return False
    thing = crash.thing(node.func)
    a_module = thing is not None and thing.kind == "builtins.module"
    return {"code": code(node.func)} if a_module or isinstance(node.func, ast.Attribute) else False
