"""Gives each object of a script's classes one name, and each method that gives it back a statement of its own.

`Trainer().fit().test()` makes an object, has it do one thing, then another: three statements.
"""

from __future__ import annotations

import ast
from collections import Counter
from typing import TYPE_CHECKING

from . import classes, flow, places
from .inlining import Renamed
from .splitting import assign

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

PERHAPS = (ast.IfExp, ast.BoolOp, ast.Dict, *flow.FUNCTIONS, *flow.COMPREHENSIONS)  # in them, order is another


def unchain(tree: ast.Module, plain: Collection[ast.ClassDef]) -> None:
    """Give the objects of plain classes names in a script."""
    _Untyped().visit(tree)
    methods = {node.name: classes.returning_itself(node) for node in plain}
    single = _Single(methods, dict(_owners(tree, plain, methods)))
    for node in plain:
        for method in (part for part in node.body if isinstance(part, ast.FunctionDef)):
            own = classes.own_name(method)
            if own is not None:
                _Single({}, {own: methods[node.name]}).generic_visit(method)
    single.generic_visit(tree)
    tree.body = list(_with_one_name(tree, single.owners))


def makes(node: ast.AST, name: str) -> bool:
    """Tell whether a node makes an object of a class."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _owners(
    tree: ast.Module, plain: Collection[ast.ClassDef], methods: dict[str, set[str]]
) -> Iterator[tuple[str, set[str]]]:
    """Yield the names of objects, which are nothing else's, with the methods that give them back."""
    bound = classes.bound_around(tree, plain)
    values: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and (name := flow.target(node)):
            values.setdefault(name, []).append(node.value)
    for name, given in values.items():
        for maker, own in methods.items():
            firsts = [first for value in given if (first := _given_back(value, own))]
            made = sum(makes(first, maker) for first in firsts)
            again = sum(isinstance(first, ast.Name) and first.id == name for first in firsts)  # `t = t.fit()`
            if made == 1 and bound[name] == made + again:
                yield name, own


def _given_back(value: ast.expr, methods: Collection[str]) -> ast.expr | None:
    """Return what methods are called on, one after the other, that give it back; None where one is another."""
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        if value.func.attr not in methods:
            return None
        value = value.func.value
    return value


class _Untyped(ast.NodeTransformer):
    """Leaves out the types of what is given, returned and assigned: they name a class without doing anything by it."""

    def visit_arg(self, node: ast.arg) -> ast.arg:  # as the base class calls it
        """Leave out a parameter's type."""
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:  # as the base class calls it
        """Leave out the type of what a function returns."""
        node.returns = None
        self.generic_visit(node)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:  # as the base class calls it
        """Leave out the type of what is assigned."""
        if node.value is None:
            return node
        return ast.copy_location(ast.Assign([node.target], node.value), node)


class _Single(ast.NodeTransformer):
    """Puts what makes an object, and methods that give it back, before the statement that goes on with it."""

    def __init__(self, methods: dict[str, set[str]], owners: dict[str, set[str]]) -> None:
        self._methods, self.owners = methods, owners

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:  # as the base class calls it
        """Leave a class alone: its methods call its object otherwise."""
        return node

    def visit_Assign(self, node: ast.Assign) -> list[ast.stmt]:  # as the base class calls it
        """Have an assignment ask for no more than one thing."""
        return self._single(node, node.value)

    def visit_Expr(self, node: ast.Expr) -> list[ast.stmt]:  # as the base class calls it
        """Have a statement ask for no more than one thing."""
        return self._single(node, node.value)

    def _single(self, statement: ast.Assign | ast.Expr, value: ast.expr) -> list[ast.stmt]:
        before: list[ast.stmt] = []
        for place in reversed(list(_leading(statement, value, self.owners))):
            call = place.node
            assert isinstance(call, ast.Call)
            is_named = place.parent is statement and (
                isinstance(statement, ast.Expr) or flow.target(statement) is not None
            )
            made = next((made for made in self._methods if makes(call, made)), None)
            asked = call.func
            if made is not None and not (is_named and isinstance(statement, ast.Assign)):
                name = self._name(statement, value, made)
                self.owners[name] = self._methods[made]
                before.append(assign(name, call, statement))
            elif isinstance(asked, ast.Attribute) and isinstance(asked.value, ast.Name):
                name = asked.value.id
                if asked.attr not in self.owners.get(name, ()) or (is_named and isinstance(statement, ast.Expr)):
                    continue
                before.append(ast.copy_location(ast.Expr(call), statement))
            else:
                continue
            place.put(ast.copy_location(ast.Name(name, ast.Load()), call))
        is_itself = isinstance(statement.value, ast.Name) and statement.value.id == flow.target(statement)
        return before if before and is_itself else [*before, statement]

    def _name(self, statement: ast.stmt, value: ast.expr, made: str) -> str:
        """Return what an object is called: as its statement calls it, where all that it is asked gives it back."""
        wanted, first = flow.target(statement), _given_back(value, self._methods[made])
        if wanted in self.owners and first is not None and makes(first, made):
            return wanted
        name, number = f"one_{made}", 1
        while name in self.owners:
            name, number = f"one_{made}_{number + 1}", number + 1
        return name


def _leading(statement: ast.Assign | ast.Expr, value: ast.expr, owners: Collection[str]) -> Iterator[places.Place]:
    """Yield the calls in a statement of which each is run first of all but those inside it, the outermost first."""
    holder: ast.AST = statement
    place: tuple[str, int | None] = "value", None
    node: ast.AST | None = value
    while node is not None and not isinstance(node, PERHAPS) and not places.is_chain(node):
        if isinstance(node, ast.Call):
            yield places.Place(holder, *place, node)
        holder, node = node, None
        for field, index, child in places.children(holder):
            if any(isinstance(part, ast.Call) for part in ast.walk(child)):
                place, node = (field, index), child
                break
            if field != "func" and _asks(child, owners):
                return  # which the call may change


def _asks(node: ast.AST, owners: Collection[str]) -> bool:
    """Tell whether a node reads what an object has."""
    asked = [part.value for part in ast.walk(node) if isinstance(part, ast.Attribute)]
    return any(isinstance(owner, ast.Name) and owner.id in owners for owner in asked)


def _with_one_name(tree: ast.Module, owners: Collection[str]) -> Iterator[ast.stmt]:
    """Yield a script's statements with one name for an object, where it gets another that is nothing else's."""
    bound = Counter(name for node in ast.walk(tree) for name in classes.bound(node))
    names: dict[str, str] = {}
    for statement in tree.body:
        renamed = Renamed(names).visit(statement)
        name, value = flow.target(renamed), getattr(renamed, "value", None)
        if name and isinstance(value, ast.Name) and value.id in owners and bound[name] == bound[value.id] == 1:
            names[name] = value.id
        else:
            yield renamed
