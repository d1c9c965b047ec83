"""What a statement reads, binds and changes, by names: as far as its text tells, rather too much than too little."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

from graders.harness.base.trees import called, calls

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
IMPORTS = (ast.Import, ast.ImportFrom)
REMEMBERED = 10_000  # statements of the script at hand, whose names are asked for again and again
LOOPS = (ast.For, ast.While)
BLOCKS = ("body", "orelse", "handlers", "finalbody")
# Methods that change what they are called on, though what they return is kept.
CHANGING = {"eval", "train", "apply", "requires_grad_", "pop", "load_state_dict"}
# Where things are only shown: whoever is given there is not changed.
SHOWING = {
    *(
        "print",
        "plt",
        "pyplot",
        "display",
        "tqdm",
        "summary",
        "torchsummary",
        "vis",
        "viz",
        "visdom",
        "writer",
        "logger",
    ),
    *("logging", "wandb", "sns", "len", "type", "isinstance", "input", "time", "os", "sys", "warnings", "pbar", "bar"),
}


def header(statement: ast.stmt) -> list[ast.AST]:
    """Return what a statement has beside the statements inside it; a definition's all belong to it."""
    if isinstance(statement, DEFINITIONS):
        return [statement]
    inside = [node for name in BLOCKS for node in getattr(statement, name, [])]
    return [child for child in ast.iter_child_nodes(statement) if child not in inside] if inside else [statement]


def blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    """Return the lists of statements inside a compound statement; a definition has none that run with it."""
    if isinstance(statement, DEFINITIONS):
        return []
    found = [getattr(statement, name) for name in ("body", "orelse", "finalbody") if getattr(statement, name, None)]
    return [*found, *(handler.body for handler in getattr(statement, "handlers", []))]


def reads(*nodes: ast.AST) -> set[str]:
    """Return the names that are read, those that a function inside would read when it runs included."""
    found: set[str] = set()
    for node in nodes:
        found |= _reads(node)
    return found


def _reads(node: ast.AST) -> set[str]:
    loaded: set[str] = set()
    left = [node]
    while left:
        part = left.pop()
        if part is not node and isinstance(part, (*FUNCTIONS, ast.ClassDef, *COMPREHENSIONS)):
            loaded |= _free(part)
        elif isinstance(part, (*FUNCTIONS, ast.ClassDef, *COMPREHENSIONS)):
            return _free(part)
        elif isinstance(part, ast.Name) and isinstance(part.ctx, (ast.Load, ast.Del)):
            loaded.add(part.id)
        elif isinstance(part, ast.AugAssign):
            loaded |= {n.id for n in ast.walk(part.target) if isinstance(n, ast.Name)}
            left += [part.value, part.target]
        else:
            left += ast.iter_child_nodes(part)
    return loaded


def _free(node: ast.AST) -> set[str]:
    """Return the names that a function, class or comprehension takes from around it."""
    parts = [part for child in ast.iter_child_nodes(node) for part in ast.walk(child)]
    loaded = {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}
    own = {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    own |= {part.arg for part in parts if isinstance(part, ast.arg)}
    own |= {part.name for part in parts if isinstance(part, DEFINITIONS)}
    outer = {name for part in parts if isinstance(part, (ast.Global, ast.Nonlocal)) for name in part.names}
    if isinstance(node, ast.ClassDef):
        return loaded - {part.name for part in node.body if isinstance(part, DEFINITIONS)} - _locals_of_methods(node)
    return (loaded - own) | outer


def _locals_of_methods(node: ast.ClassDef) -> set[str]:
    """Return what is local to each of the methods that name it: nothing of that comes from around the class."""
    free: set[str] = set()
    named: set[str] = set()
    for part in node.body:
        if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)):
            free |= _free(part)
        else:
            free |= {n.id for n in ast.walk(part) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        named |= {n.id for n in ast.walk(part) if isinstance(n, ast.Name)}
    outside = [*node.bases, *node.decorator_list, *(word.value for word in node.keywords)]
    free |= {n.id for part in outside for n in ast.walk(part) if isinstance(n, ast.Name)}
    return named - free


@lru_cache(maxsize=REMEMBERED)
def binds(statement: ast.stmt) -> Set[str]:
    """Return the names that a statement gives a value, those of statements inside it left out."""
    if isinstance(statement, DEFINITIONS):
        return {statement.name}
    if isinstance(statement, IMPORTS):
        return {(alias.asname or alias.name).partition(".")[0] for alias in statement.names}
    found = {n.id for node in header(statement) for n in _outside_scopes(node) if isinstance(n.ctx, ast.Store)}
    return found | {h.name for h in getattr(statement, "handlers", []) if h.name}


def _outside_scopes(node: ast.AST) -> Iterator[ast.Name]:
    left = [node]
    while left:
        part = left.pop()
        if isinstance(part, ast.Name):
            yield part
        if not isinstance(part, (*FUNCTIONS, *COMPREHENSIONS, ast.ClassDef)):
            left += ast.iter_child_nodes(part)


def target(statement: ast.stmt) -> str | None:
    """Return the one name that an assignment gives a value."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return None
    only = statement.targets[0]
    return only.id if isinstance(only, ast.Name) else None


def all_bound(statements: list[ast.stmt]) -> set[str]:
    """Return every name that statements, or those inside them, give a value."""
    return {name for statement in every(statements) for name in binds(statement)}


def every(statements: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Walk statements and all inside them that run with them, in the order of the text."""
    left = statements[::-1]
    while left:
        statement = left.pop()
        yield statement
        left += [inner for block in blocks(statement) for inner in block][::-1]


def root(node: ast.AST) -> str | None:
    """Return the name at the left end of a chain of attributes, indices and calls."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Starred, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


def shows(statement: ast.stmt) -> bool:
    """Tell whether a statement does nothing but show something: print it, draw it."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(value, ast.Call):
        return root(value.func) in SHOWING or called(value) in ("set_description", "set_postfix", "add_scalar")
    if isinstance(statement, ast.Expr):
        return not calls(statement)
    if isinstance(statement, ast.If):
        return all(shows(inner) for block in blocks(statement) for inner in block)
    return isinstance(statement, ast.Pass)


@lru_cache(maxsize=REMEMBERED)
def changes(statement: ast.stmt) -> Set[str]:
    """Return the names of objects that a statement changes, those inside a compound one left out."""
    if isinstance(statement, (*DEFINITIONS, *IMPORTS)) or shows(statement):
        return set()
    found: set[str | None] = set()
    for node in (part for top in header(statement) for part in ast.walk(top)):
        if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, (ast.Store, ast.Del)):
            found.add(root(node))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = node.func.attr
            if name in CHANGING or (name.endswith("_") and not name.startswith("_")):
                found.add(None if calls(node.func.value) else root(node.func.value))
    value = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(value, ast.Call):
        # A method changes its owner; a function, as those of nn.init, what it is given.
        if isinstance(value.func, ast.Attribute) and not calls(value.func.value):
            found.add(root(value.func.value))
        given = [] if called(value) == "append" else [*value.args, *(word.value for word in value.keywords)]
        found |= {root(part) for part in given if not calls(part)}
    return {name for name in found if name}


def text_in(node: ast.AST) -> str:
    """Return all that a node says in quotes, in lower case."""
    said = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str))
    return " ".join(said).lower()


def forget() -> None:
    """Let go of the statements whose names are remembered."""
    binds.cache_clear()
    changes.cache_clear()
