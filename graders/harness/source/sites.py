"""Where the functions of a file stand, and which of them are still to be written."""

from __future__ import annotations

import ast
import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Site:
    """Where a function of the submission stands, and whether its body is still to be written."""

    line: int  # of its `def`
    return_line: int | None  # of its only return statement, where it has just one
    unwritten: bool
    decorated: bool
    lines: range


def sites_in(tree: ast.Module) -> dict[str, Site]:
    """Return the functions defined at the top level; the last definition of a name counts, as it does in Python."""
    sites: dict[str, Site] = {}
    for node in tree.body:
        for name in bound_names(node):
            sites.pop(name, None)
        if isinstance(node, ast.FunctionDef):
            sites[node.name] = _site(node)
    return sites


def similar_to(function: str, among: Iterable[str]) -> str | None:
    """Return the name that looks most like a slip of `function`, or None."""
    close = difflib.get_close_matches(function, among, n=1, cutoff=0.6)
    return close[0] if close else None


def bound_names(node: ast.stmt) -> list[str]:
    """Return the names that a plain statement binds or deletes; what stands inside one that has a body is left out."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return [alias.asname or alias.name for alias in node.names]
    if isinstance(node, (ast.Assign, ast.Delete)):
        targets = node.targets
    else:
        targets = [node.target] if isinstance(node, ast.AnnAssign) else []
    return [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]


def _site(node: ast.FunctionDef) -> Site:
    returns = [n.lineno for n in _own_nodes(node) if isinstance(n, ast.Return) and n.value is not None]
    unwritten = not node.decorator_list and all(_is_placeholder(statement) for statement in node.body)
    return Site(
        node.lineno,
        returns[0] if len(returns) == 1 else None,
        unwritten,
        bool(node.decorator_list),
        range(node.lineno, (node.end_lineno or node.lineno) + 1),
    )


def _own_nodes(node: ast.AST) -> Iterable[ast.AST]:
    """Walk a function's statements without entering functions and classes inside it, in the order of the text."""
    left = list(ast.iter_child_nodes(node))[::-1]  # no recursion: a sum of a thousand terms is a thousand nodes deep
    while left:
        child = left.pop()
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            yield child
            left += list(ast.iter_child_nodes(child))[::-1]


def _is_placeholder(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Raise):
        raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )
