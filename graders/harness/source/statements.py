"""What statements at a file's top level bind, and which names they use: at once, or when what they define is called."""

from __future__ import annotations

import ast
import symtable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .order import bound_first

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
PLAIN = (*DEFINITIONS, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)  # bind their names for sure
FILLING = ("append", "extend", "insert", "add", "update", "setdefault")  # methods that put something into an object
SETTING = "set_"  # how functions of libraries begin that settle how all others work
WHOLE = ("globals", "locals", "vars")  # functions that return the names of a file, for anybody to fill
COMPREHENSIONS = ("listcomp", "setcomp", "dictcomp", "genexpr")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, and what it says of names.

    It binds some, may bind others on its way or give them attributes, and fills the objects of others. It uses names at
    once (`now`), or when what it defines is called (`later`). `anything` says that it may bind any name.
    """

    node: ast.stmt
    binds: frozenset[str]
    may_bind: frozenset[str]
    fills: frozenset[str]
    now: frozenset[str]
    later: frozenset[str]
    anything: bool

    @property
    def imports(self) -> bool:
        """Whether it only gives names to what stays the same however often it is named."""
        return isinstance(self.node, (ast.Import, ast.ImportFrom))


def statement_of(node: ast.stmt, text: str) -> Statement:
    """Return what a statement says of names; `text` is its own."""
    try:
        bound, now, later = _names_in(symtable.symtable(text, "<statement>", "exec"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # Python will say so, where it is run
        names = [name for name in ast.walk(node) if isinstance(name, ast.Name)]
        bound = {name.id for name in names if isinstance(name.ctx, ast.Store)}
        bound |= {node.name} if isinstance(node, DEFINITIONS) else set()
        now, later = {name.id for name in names}, set()
    inside = list(_outside(node))
    given = {name for one in inside if _is_set(one, ast.Attribute) and (name := root(one))}
    filled = {name for one in inside if (name := _filled(one))}
    sure = bound if isinstance(node, PLAIN) and not _is_dotted(node) else set()
    may = (bound | given) - sure
    own = set() if isinstance(node, PLAIN) else bound_first(node)
    starred = isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    return Statement(
        node=node,
        binds=frozenset(sure),
        may_bind=frozenset(may),
        fills=frozenset(filled),
        now=frozenset((now | filled | may) - own),
        later=frozenset(later - own),
        anything=starred or any(_binds_any(one) for one in inside),
    )


def _names_in(table: symtable.SymbolTable) -> tuple[set[str], set[str], set[str]]:
    """Return the names that a module's text binds, uses at once, and uses when its functions are called."""
    symbols = table.get_symbols()
    bound = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported() or s.is_namespace()}
    now = {s.get_name() for s in symbols if s.is_referenced()}
    later = set[str]()
    left = [(child, False) for child in table.get_children()]
    while left:
        inside, deferred = left.pop()
        is_function = inside.get_type() == "function" and inside.get_name() not in COMPREHENSIONS
        deferred = deferred or is_function
        used = {s.get_name() for s in inside.get_symbols() if s.is_global()}
        if deferred:
            later |= used
        else:
            now |= used
        left += [(child, deferred) for child in inside.get_children()]
    return bound, now, later


def _is_dotted(node: ast.stmt) -> bool:
    """Tell whether an import adds a part to a package that other imports may have named already."""
    return isinstance(node, ast.Import) and any("." in alias.name and not alias.asname for alias in node.names)


def _is_set(node: ast.AST, kind: type[ast.Attribute | ast.Subscript]) -> bool:
    """Tell whether a node is an attribute or an item that gets another value, or none."""
    return isinstance(node, kind) and not isinstance(node.ctx, ast.Load)


def _filled(node: ast.AST) -> str | None:
    """Return the name of what gets an item or an attribute, or is settled, by an item's assignment or by a call."""
    if _is_set(node, ast.Subscript):
        return root(node)
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Attribute) and _is_filling(node.func):
        return root(node.func)
    given = isinstance(node.func, ast.Name) and node.func.id == "setattr" and node.args
    return root(node.args[0]) if given else None


def _binds_any(node: ast.AST) -> bool:
    """Tell whether a node gives values to names that no text says: by exec, or through the dict of all names."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id == "exec"
    method = node.func if isinstance(node, ast.Call) else None
    filled = method.value if isinstance(method, ast.Attribute) and _is_filling(method) else None
    filled = node.value if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) else filled
    return isinstance(filled, ast.Call) and isinstance(filled.func, ast.Name) and filled.func.id in WHOLE


def _is_filling(method: ast.Attribute) -> bool:
    return method.attr in FILLING or method.attr.startswith(SETTING)


def overwrites(statement: Statement, name: str) -> bool:
    """Tell whether a name gets what a call gave, or what a loop is at, where it was not given to the call itself."""
    node = statement.node
    if isinstance(node, ast.For):
        return any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(node.target))
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
        return False
    given = (*node.value.args, *(keyword.value for keyword in node.value.keywords))
    return name in statement.binds and not any(isinstance(one, ast.Name) and one.id == name for one in given)


def calls(statement: Statement, names: Collection[str]) -> bool:
    """Tell whether a statement calls one of these by its name, or a method of one other than those that fill it."""
    found = (node.func for node in _outside(statement.node) if isinstance(node, ast.Call))
    return any(root(f) in names and not (isinstance(f, ast.Attribute) and _is_filling(f)) for f in found)


def root(node: ast.AST) -> str | None:
    """Return the name that a path of attributes and items begins with."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _outside(node: ast.stmt) -> Iterator[ast.AST]:
    """Walk what a statement runs itself, functions and classes left out."""
    left: list[ast.AST] = [node]
    while left:
        one = left.pop()
        if not isinstance(one, (*DEFINITIONS, ast.Lambda)):
            yield one
            left += ast.iter_child_nodes(one)
