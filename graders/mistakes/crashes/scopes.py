"""Which names a student's file binds, and where: read from its syntax tree, without running anything."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graders.harness.judge.crashes import Crash

BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))
NESTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def own(scope: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a scope's own code, without those inside functions and classes defined in it."""
    todo = list(ast.iter_child_nodes(scope))
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, (*NESTED, *COMPREHENSIONS)):
            todo.extend(ast.iter_child_nodes(node))


def parameters(function: ast.FunctionDef | ast.Lambda) -> list[str]:
    """Return the names of a function's parameters."""
    given = function.args
    several = [one for one in (given.vararg, given.kwarg) if one is not None]
    return [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs, *several)]


def is_given(crash: Crash, node: ast.AST | None) -> bool:
    """Tell whether an expression is a parameter of the function that raised, or of a lambda on its line."""
    here = [crash.function, *(ast.walk(crash.statement) if crash.statement else ())]
    functions = [one for one in here if isinstance(one, (ast.FunctionDef, ast.Lambda))]
    return isinstance(node, ast.Name) and any(node.id in parameters(one) for one in functions)


def imported(scope: ast.AST) -> dict[str, str]:
    """Return the names that a scope's own imports bind, each with what it stands for: module or module.name."""
    found = {}
    for node in own(scope):
        if isinstance(node, ast.Import):
            for alias in node.names:
                whole = alias.asname or alias.name.partition(".")[0]
                found[whole] = alias.name if alias.asname else whole
        if isinstance(node, ast.ImportFrom):
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


def assigned(scope: ast.AST) -> set[str]:
    """Return the names that a scope's own code assigns, loop variables and the like among them."""
    return {node.id for node in own(scope) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def defined(scope: ast.AST) -> dict[str, ast.stmt]:
    """Return the functions and classes that a scope defines."""
    return {n.name: n for n in own(scope) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))}


def bound(scope: ast.AST) -> set[str]:
    """Return all the names that a scope binds."""
    given = set(parameters(scope)) if isinstance(scope, ast.FunctionDef) else set()
    return given | assigned(scope) | set(imported(scope)) | set(defined(scope))


def around(crash: Crash) -> list[ast.AST]:
    """Return the scopes whose names the raising line sees, innermost first; a class's own names are not seen."""
    if crash.module is None:
        return []
    found: list[ast.AST] = [crash.module]
    if crash.function is not None:
        for node in ast.walk(crash.module):
            if isinstance(node, ast.FunctionDef) and any(inner is crash.function for inner in ast.walk(node)):
                found.insert(0, node)
    return found


def visible(crash: Crash) -> set[str]:
    """Return the names that the file gives the raising line, without Python's own."""
    return {name for scope in around(crash) for name in bound(scope)}


def home(crash: Crash) -> ast.ClassDef | None:
    """Return the class whose method raised."""
    for node in ast.walk(crash.module) if crash.module is not None else ():
        if isinstance(node, ast.ClassDef) and any(one is crash.function for one in node.body):
            return node
    return None


def class_named(crash: Crash, name: str) -> ast.ClassDef | None:
    """Return the student's class of a name."""
    found = (
        [n for n in ast.walk(crash.module) if isinstance(n, ast.ClassDef) and n.name == name] if crash.module else []
    )
    return found[0] if len(found) == 1 else None


def methods(of: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    """Return the methods that a class defines."""
    return {node.name: node for node in of.body if isinstance(node, ast.FunctionDef)}


def kept(of: ast.ClassDef) -> set[str]:
    """Return the attributes of self that a class's methods assign, and what its body assigns."""
    attributes = {
        node.attr
        for node in ast.walk(of)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }
    return attributes | assigned(of)


def is_module(of: ast.ClassDef) -> bool:
    """Tell whether a class says itself that it is a module of torch's."""
    return any(ast.unparse(base).rpartition(".")[2] == "Module" for base in of.bases)


def function_named(crash: Crash, name: str) -> ast.FunctionDef | None:
    """Return the one function of the file's top level of a name, where nothing else there bears it."""
    if crash.module is None:
        return None
    found = [node for node in crash.module.body if isinstance(node, ast.FunctionDef) and node.name == name]
    alone = len(found) == 1 and not found[0].decorator_list and name not in assigned(crash.module)
    return found[0] if alone else None
