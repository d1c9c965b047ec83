"""Looks through the text of a submission for what a person should look at. Judge side; nothing runs."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from graders.harness.base.model import Suspicion, Where

from .parsing import parse
from .suspicion import ATTRIBUTES, CALLS, MAX_WHAT, NAMES, SPECIAL, UNSEARCHED, of_change, of_import, of_path, of_text

if TYPE_CHECKING:
    from collections.abc import Iterator

PRETENDED = {"shape", "dtype", "device", "__class__"}  # as properties
LAST = {
    *ATTRIBUTES,
    *(name.rpartition(".")[2] for name in NAMES),
    "__dict__",
}  # worth a look at the path
ROUNDS = 10  # in which names get other names
DEEP = 8  # names of a path; a file may have paths of hundreds, and a path begins at each of them


def search(content: bytes, file: str) -> list[Suspicion]:
    """Return what stands out in a file, in the order of its lines, each kind once a line."""
    try:
        tree = parse(content, file)
    except (SyntaxError, ValueError):
        return []  # nothing of it can be imported
    except (RecursionError, MemoryError) as error:
        return [Suspicion(UNSEARCHED, f"{file}: {type(error).__name__}", Where(file, 1))]
    nodes = [*ast.walk(tree)]
    names = Names(nodes)
    found: dict[tuple[int, str], Suspicion] = {}
    for node in nodes:
        for kind, what in _seen_in(node, names):
            line = getattr(node, "lineno", 1)
            found.setdefault((line, kind), Suspicion(kind, what[:MAX_WHAT], Where(file, line)))
    return [found[key] for key in sorted(found)]


class Names:
    """What the names of a file stand for, as far as its text says: modules and what is in them.

    A name that stands for several things in several places stands for the first.
    """

    def __init__(self, nodes: list[ast.AST]) -> None:
        self._known = {name: path for node in nodes for name, path in _bound(node)}
        self._modules = set(self._known)
        assigned = [node for node in nodes if isinstance(node, ast.Assign) and path_of(node.value)]
        for _ in range(ROUNDS):
            before = len(self._known)
            for node in assigned:
                self._assign(node)
            if len(self._known) == before:
                return

    def _assign(self, node: ast.Assign) -> None:
        path = path_of(node.value)
        if path.partition(".")[0] not in self._known:
            return
        for target in node.targets:
            if isinstance(target, ast.Name):
                self._known.setdefault(target.id, self.path(node.value))
                if path in self._modules:
                    self._modules.add(target.id)

    def path(self, node: ast.AST) -> str:
        """Return a dotted path with the names that were imported, whatever the file calls them."""
        path = path_of(node)
        first, dot, rest = path.partition(".")
        return f"{self._known.get(first, first)}{dot}{rest}"

    def is_of_module(self, path: str) -> bool:
        """Tell whether a path begins with a name that an import has bound, or a plain other name of that."""
        return path.partition(".")[0] in self._modules


def _bound(node: ast.AST) -> list[tuple[str, str]]:
    """Return the names that a statement binds to modules, or to what is in them, with what they stand for."""
    if isinstance(node, ast.Import):
        firsts = [alias.name.partition(".")[0] for alias in node.names]
        return [(a.asname, a.name) if a.asname else (first, first) for a, first in zip(node.names, firsts, strict=True)]
    if isinstance(node, ast.ImportFrom):
        return [(alias.asname or alias.name, f"{node.module or ''}.{alias.name}") for alias in node.names]
    return []


def path_of(node: ast.AST) -> str:
    """Return a dotted path as text; what is no name has none before its first dot."""
    names = list[str]()
    while isinstance(node, ast.Attribute) and len(names) < DEEP:
        names.append(node.attr)
        node = node.value
    names.append(node.id if isinstance(node, ast.Name) else "")
    return ".".join(reversed(names))


def _root_of(node: ast.AST) -> str:
    """Return the name that a dotted path begins with, however long it is."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _seen_in(node: ast.AST, names: Names) -> Iterator[tuple[str, str]]:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from _of_import(node)
    elif isinstance(node, ast.Attribute):
        if node.attr in LAST:
            yield from _of_attribute(node, names)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        yield from _of_call(node, node.func.id, names)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        if kind := of_text(node.value):
            yield kind, node.value if kind == "environment" else repr(node.value)
    elif isinstance(node, ast.ClassDef):
        yield from _of_class(node)
    elif isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete)):
        yield from _of_assignment(node, names)


def _of_import(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    names = [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        names = [module, *(f"{module}.{name}" for name in names)]
    for name in names:
        if kind := of_import(name):
            yield kind, f"import {name}"


def _of_attribute(node: ast.Attribute, names: Names) -> Iterator[tuple[str, str]]:
    path = names.path(node)
    if node.attr == "__dict__" and names.is_of_module(path_of(node)):
        yield "dynamic", path
    if kind := of_path(path):
        yield kind, path


def _of_call(node: ast.Call, name: str, names: Names) -> Iterator[tuple[str, str]]:
    if name in CALLS:
        yield CALLS[name], f"{name}(…)"
    owner = path_of(node.args[0]) if node.args else ""
    if not names.is_of_module(owner):
        return
    if name in ("setattr", "delattr"):
        yield "patched", f"{name}({names.path(node.args[0])}, …)"
    elif name == "vars" or (name == "getattr" and len(node.args) > 1):
        asked = node.args[1] if name == "getattr" else None
        if isinstance(asked, ast.Constant) and isinstance(asked.value, str):
            path = f"{names.path(node.args[0])}.{asked.value}"
            if kind := of_path(path):
                yield kind, path
        else:
            yield "dynamic", f"{name}({names.path(node.args[0])}, …)"


def _of_class(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for statement in node.body:
        if isinstance(statement, ast.FunctionDef):
            disguised = statement.name in PRETENDED and statement.decorator_list
            if statement.name in SPECIAL or disguised:
                yield "lies", f"{node.name}.{statement.name}"


def _of_assignment(
    node: ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Delete, names: Names
) -> Iterator[tuple[str, str]]:
    targets = node.targets if isinstance(node, (ast.Assign, ast.Delete)) else [node.target]
    for target in targets:
        if isinstance(target, ast.Attribute) and names.is_of_module(_root_of(target)):
            path = names.path(target)
            if kind := of_change(path):
                yield kind, path
