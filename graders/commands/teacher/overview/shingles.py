"""A program as overlapping pieces of its syntax tree, without what can be changed at no cost.

Names of one's own, comments, docstrings, annotations, layout, imports, how a module is spelt and what a text says are
left out; functions may stand in any order, since no piece reaches beyond one.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LENGTH = 12  # tokens in a piece; `return images.view(-1, 28 * 28)` has 11
MAX_TOKENS = 50_000  # of a whole submission; a lab has 1,500
OWN, TEXT = "x", "s"  # what stands for any name of one's own, and for any text

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
DROPPED = (ast.expr_context, ast.Import, ast.ImportFrom, ast.Pass, ast.Global, ast.Nonlocal, ast.alias, ast.type_ignore)


def hashes(tree: ast.Module) -> set[int]:
    """Return the pieces of a module, each as 32 bits."""
    own, imported = _names(tree)
    found: set[int] = set()
    left = MAX_TOKENS
    for unit in _units(tree):
        tokens = list(_tokens(unit, own, imported))[:left]
        left -= len(tokens)
        for start in range(len(tokens) - LENGTH + 1):
            found.add(crc32(" ".join(tokens[start : start + LENGTH]).encode("utf-8", "replace")))
    return found


def _units(tree: ast.Module) -> Iterator[Sequence[ast.AST]]:
    """Yield what belongs together: each function and method, and what stands between the definitions."""
    left: list[ast.AST] = [tree]
    while left:
        inside = list(ast.iter_child_nodes(left.pop()))
        left += [node for node in inside if isinstance(node, Definition)]
        yield [node for node in inside if not isinstance(node, Definition)]


def _names(tree: ast.Module) -> tuple[set[str], dict[str, str]]:
    """Return the names that a module gives, and what the imported ones stand for."""
    own: set[str] = set()
    imported: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            own.add(node.id)
        elif isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            own.add(node.attr)
        elif isinstance(node, ast.arg):
            own.add(node.arg)
        elif isinstance(node, Definition):
            own.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                imported[alias.asname or alias.name.partition(".")[0]] = alias.name.rpartition(".")[2]
    return own - imported.keys(), imported


def _tokens(unit: Sequence[ast.AST], own: set[str], imported: dict[str, str]) -> Iterator[str]:
    """Yield a unit's nodes from the outside inwards, without recursion: a submission may be nested in any depth."""
    left = list(reversed(unit))
    while left:
        node = left.pop()
        if isinstance(node, DROPPED):
            continue
        if isinstance(node, Definition):  # inside a function, or in an `if`: its body is told where it stands
            yield "def"
            left += reversed(node.body)
        elif isinstance(node, ast.Name):
            yield imported.get(node.id, OWN if node.id in own else node.id)
        elif isinstance(node, ast.Attribute):
            yield OWN if node.attr in own else node.attr
            if not _of_a_module(node, imported):
                left.append(node.value)
        elif isinstance(node, ast.Constant):
            yield TEXT if isinstance(node.value, str | bytes) else repr(node.value)[:40]
        elif isinstance(node, ast.arguments):
            left += [default for default in reversed([*node.defaults, *node.kw_defaults]) if default is not None]
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            yield f"{node.arg}=" if isinstance(node, ast.keyword) else _kind(node)
            inside = [child for name, child in _fields(node) if name not in ("annotation", "returns")]
            left += reversed(inside)


def _fields(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for name, value in ast.iter_fields(node):
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, ast.AST):
                yield name, each


def _kind(node: ast.AST) -> str:
    return "Assign" if isinstance(node, ast.AnnAssign) else type(node).__name__


def _of_a_module(node: ast.Attribute, imported: dict[str, str]) -> bool:
    """Tell whether dots lead from an imported name alone: `torch.nn.Linear` is `nn.Linear` is `Linear`."""
    value = node.value
    while isinstance(value, ast.Attribute):
        value = value.value
    return isinstance(value, ast.Name) and value.id in imported
