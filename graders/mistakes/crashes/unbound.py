"""Misconceptions about when a variable has a value: never started, assigned too late, or not on every way."""

from __future__ import annotations

import ast

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from .names import likely_name
from .reading import quoted
from .scopes import around, assigned, bound, parameters

RULES = Rules()


def _unbound(crash: Crash) -> str | None:
    """Return the variable without a value, where it is the function's own and nothing takes its value away."""
    if crash.kind != "UnboundLocalError" or crash.function is None or crash.module is None:
        return None
    name = crash.node.id if isinstance(crash.node, ast.Name) else next(iter(quoted(crash.text)), None)
    if name is None or name not in assigned(crash.function) or name in parameters_of(crash):
        return None
    gone = any(
        isinstance(node, (ast.Delete, ast.ExceptHandler)) and name in _named(node) for node in ast.walk(crash.function)
    )
    return None if gone or likely_name(crash) is not None else name


def parameters_of(crash: Crash) -> set[str]:
    """Return the parameters of the function that raised."""
    return set(parameters(crash.function)) if isinstance(crash.function, ast.FunctionDef) else set()


def _named(node: ast.AST) -> set[str]:
    if isinstance(node, ast.ExceptHandler):
        return {node.name} if node.name else set()
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def _stores(crash: Crash, name: str) -> list[ast.Name]:
    nodes = ast.walk(crash.function) if crash.function is not None else ()
    return [n for n in nodes if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Store)]


def _counts_alone(crash: Crash, name: str) -> bool:
    """Tell whether += and the like are all that assigns a name."""
    nodes = ast.walk(crash.function) if crash.function is not None else ()
    counted = [node.target for node in nodes if isinstance(node, ast.AugAssign)]
    return all(any(store is one for one in counted) for store in _stores(crash, name))


def _outside(crash: Crash, name: str) -> bool:
    """Tell whether the file, or a function around the one that raised, has the name, too."""
    return any(name in bound(scope) for scope in around(crash) if scope is not crash.function)


@RULES.rule("never-started", Idea.PYTHON)
def _never_started(crash: Crash) -> dict[str, object] | bool:
    """Recognise `correct += 1` where nothing gives correct a first value."""
    name = _unbound(crash)
    found = name is not None and _counts_alone(crash, name) and not _outside(crash, name)
    return {"name": name} if found else False


@RULES.rule("outer-name-assigned-inside", Idea.PYTHON)
def _assigned_inside(crash: Crash) -> dict[str, object] | bool:
    """Recognise a name from outside that a function assigns, so that it is the function's own all through."""
    name = _unbound(crash)
    if name is None or crash.function is None or not _outside(crash, name):
        return False
    return {"name": name, "function": crash.function.name}


@RULES.rule("used-before-assigned", Idea.PYTHON)
def _too_early(crash: Crash) -> dict[str, object] | bool:
    """Recognise a variable whose every assignment stands below the line that uses it."""
    name = _unbound(crash)
    if name is None or crash.statement is None or _outside(crash, name) or _counts_alone(crash, name):
        return False
    lines = [store.lineno for store in _stores(crash, name)]
    return {"name": name, "line": min(lines)} if min(lines) > crash.statement.lineno else False


@RULES.rule("assigned-on-some-ways-only", Idea.PYTHON)
def _on_some_ways(crash: Crash) -> dict[str, object] | bool:
    """Recognise a variable that is assigned above, but within an if or a loop that was not gone through."""
    name = _unbound(crash)
    if name is None or crash.statement is None or crash.function is None or _outside(crash, name):
        return False
    stores = _stores(crash, name)
    if len(stores) != 1 or stores[0].lineno >= crash.statement.lineno:
        return False
    branches = [node for node in ast.walk(crash.function) if isinstance(node, (ast.If, ast.For, ast.While))]
    inside = any(_within(stores[0], branch) and not _within(crash.statement, branch) for branch in branches)
    return {"name": name, "line": stores[0].lineno} if inside else False


@RULES.rule("error-let-pass", Idea.PYTHON)
def _let_pass(crash: Crash) -> dict[str, object] | bool:
    """Recognise a variable that a `try` was to assign, asked for behind an `except` that did not."""
    name = _unbound(crash)
    if name is None or crash.function is None or _outside(crash, name):
        return False
    stores = _stores(crash, name)
    tries = [node for node in ast.walk(crash.function) if isinstance(node, ast.Try)]
    # A try of the function's own block was gone into, and what stands in its own block was come to unless it raised.
    found = [one for one in tries if one in crash.function.body and any(_assigns(line, stores) for line in one.body)]
    if len(stores) != 1 or len(tries) != 1 or len(found) != 1 or not found[0].handlers:
        return False
    behind = crash.statement is not None and crash.statement.lineno > (found[0].end_lineno or 0)
    return {"name": name} if behind else False


def _assigns(line: ast.stmt, stores: list[ast.Name]) -> bool:
    """Tell whether a line itself, and nothing in it, assigns what is stored."""
    targets = line.targets if isinstance(line, ast.Assign) else [line.target] if isinstance(line, ast.AnnAssign) else []
    return any(node is store for target in targets for node in ast.walk(target) for store in stores)


def _within(node: ast.AST, branch: ast.If | ast.For | ast.While) -> bool:
    """Tell whether a node is in what a branch may pass over."""
    return any(one is node for line in (*branch.body, *branch.orelse) for one in ast.walk(line))
