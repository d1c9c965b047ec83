"""Takes a class apart whose one object does a script's work: its methods are functions then, its attributes variables.

`trainer = Trainer()` and `trainer.train()` are how many write what others write at the top level. What cannot be told
by the text alone stays as it is: a class of others', two objects, an object that is handed around.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter

from graders.harness.base import trees

from . import classes, flow
from .splitting import assign

MOST_NODES, MOST_CLASSES = 30_000, 8  # of a syntax tree; a lesson's script has 2,000
ROUNDS = (*flow.LOOPS, ast.AsyncFor, *flow.COMPREHENSIONS)


def taken_apart(tree: ast.Module) -> ast.Module:
    """Return a script in which no class is left that can be taken apart; the tree that was given stays as it is."""
    plain = [node for node in tree.body if isinstance(node, ast.ClassDef) and classes.is_plain(node)]
    if not 0 < len(plain) <= MOST_CLASSES or sum(1 for _ in ast.walk(tree)) > MOST_NODES:
        return tree
    bound = Counter(name for node in ast.walk(tree) for name in classes.bound(node))
    asked = Counter(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and isinstance(node.annotation, ast.Name) and node.value:
            asked[node.annotation.id] -= _makes(node.value, node.annotation.id)  # `t: Trainer = Trainer()`
    names = [node.name for node in plain if bound[node.name] == asked[node.name] == 1]
    if not names:
        return tree
    apart = copy.deepcopy(tree)
    for name in names:
        apart = _Parts(_Named(name).visit(apart), name).apart() or apart
    return ast.fix_missing_locations(apart)


class _Named(ast.NodeTransformer):
    """Gives `Trainer().train()` a line of its own for the object, by which it has a name, and no annotation."""

    def __init__(self, made: str) -> None:
        self._made = made

    def visit_Expr(self, node: ast.Expr) -> ast.stmt | list[ast.stmt]:  # as the base class calls it
        """Name the object whose method a statement calls."""
        return self._named(node, node.value)

    def visit_Assign(self, node: ast.Assign) -> ast.stmt | list[ast.stmt]:  # as the base class calls it
        """Name the object whose method gives a value."""
        return self._named(node, node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:  # as the base class calls it
        """Take the annotation away where the object gets its name."""
        if isinstance(node.target, ast.Name) and node.value is not None and _makes(node.value, self._made):
            return assign(node.target.id, node.value, node)
        return node

    def _named(self, node: ast.stmt, value: ast.expr) -> ast.stmt | list[ast.stmt]:
        asked = value.func if isinstance(value, ast.Call) else None
        if not isinstance(asked, ast.Attribute) or not _makes(asked.value, self._made):
            return node
        name = f"one_{self._made}"
        before = assign(name, asked.value, node)
        asked.value = ast.copy_location(ast.Name(name, ast.Load()), asked)
        return [before, node]


def _makes(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and _is(node.func, name)


class _Parts:
    """A class of a script's, which is changed, and the one object that is made of it."""

    def __init__(self, tree: ast.Module, name: str) -> None:
        self._tree, self._name = tree, name
        self._class = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)
        methods = [part for part in self._class.body if isinstance(part, ast.FunctionDef)]
        self._methods = {method.name: method for method in methods if method.name not in classes.SAYING}
        self._static = {n for s in self._class.body if not isinstance(s, ast.FunctionDef) for n in flow.binds(s)}
        self._taken = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        self._taken |= {name for node in ast.walk(tree) for name in classes.bound(node)}
        self._names: dict[str, str] = {}

    def apart(self) -> ast.Module | None:
        """Return the script without the class; None where it is not plain what its object does."""
        rest = [statement for statement in self._tree.body if statement is not self._class]
        calls = [call for s in rest for call in trees.calls(s, self._name) if isinstance(call.func, ast.Name)]
        if len(calls) != 1 or not self._methods or _is_repeated(rest, calls[0]):
            return None
        owner = self._owner(rest, calls[0])
        if owner is None or not self._can_be_named(rest, owner):
            return None
        functions = [self._as_function(method) for method in self._methods.values()]
        values = [s for s in self._class.body if isinstance(s, (ast.Assign, ast.AnnAssign))]
        here = self._tree.body.index(self._class)
        outside = _Outside(owner, self._names, calls[0], classes.MAKING in self._methods)
        rest = [outside.visit(statement) for statement in rest]
        own = [self._as_variable(s, s.value) for s in values if s.value is not None]
        return ast.Module([*rest[:here], *own, *functions, *rest[here:]], [])

    def _owner(self, rest: list[ast.stmt], call: ast.Call) -> str | None:
        """Return what the object is called, which nothing else is; None where it goes from hand to hand."""
        every = (s for statement in rest for s in ast.walk(statement) if isinstance(s, ast.Assign))
        owner = next((flow.target(s) for s in every if s.value is call), None)
        if owner is None:
            return None
        bound = Counter(name for s in rest for node in ast.walk(s) for name in classes.bound(node))
        uses = [n for s in rest for n in ast.walk(s) if isinstance(n, ast.Name) and n.id == owner]
        asked = [n for s in rest for n in ast.walk(s) if isinstance(n, ast.Attribute) and _is(n.value, owner)]
        return owner if len(uses) == len(asked) + 1 and bound[owner] == 1 else None

    def _can_be_named(self, rest: list[ast.stmt], owner: str) -> bool:
        """Give each attribute a name, and tell whether all are known: stored by a method, or of the class."""
        stored, asked = set(self._static), set[str]()
        for method in self._methods.values():
            own = _own(method)
            if own is None:
                continue
            uses = sum(isinstance(node, ast.Name) and node.id == own for node in ast.walk(method))
            attributes = [n for n in ast.walk(method) if isinstance(n, ast.Attribute) and _is(n.value, own)]
            if uses != len(attributes):
                return False  # the object itself is handed on
            stored |= {node.attr for node in attributes if isinstance(node.ctx, ast.Store)}
            asked |= {node.attr for node in attributes}
            if any(isinstance(node.ctx, ast.Del) for node in attributes):
                return False
        functions = [node for s in rest for node in ast.walk(s) if isinstance(node, flow.FUNCTIONS)]
        inside = {id(node) for function in functions for node in ast.walk(function)}
        for node in (node for statement in rest for node in ast.walk(statement)):
            if isinstance(node, ast.Attribute) and _is(node.value, owner):
                asked.add(node.attr)
                if not isinstance(node.ctx, ast.Load) and (isinstance(node.ctx, ast.Del) or id(node) in inside):
                    return False
        called = {name: "making" if name == classes.MAKING else name for name in (*sorted(stored), *self._methods)}
        self._names = {name: self._fresh(wanted) for name, wanted in called.items()}
        return asked <= self._names.keys() and not stored & self._methods.keys()

    def _fresh(self, wanted: str) -> str:
        name, number = wanted, 1
        while name in self._taken:
            name, number = f"{wanted}_of_{self._name}{number if number > 1 else ''}", number + 1
        self._taken.add(name)
        return name

    def _as_function(self, method: ast.FunctionDef) -> ast.FunctionDef:
        """Return a method as a function that reads and binds the attributes' variables."""
        own = _own(method)
        method.decorator_list = [one for one in method.decorator_list if not classes.is_static(one)]
        method.name = self._names[method.name]
        method.args.defaults = [self._of_class(one) for one in method.args.defaults]
        method.args.kw_defaults = [one and self._of_class(one) for one in method.args.kw_defaults]
        if own is not None:
            method.args.args = method.args.args[1:]
            functions = [node for node in ast.walk(method) if isinstance(node, ast.FunctionDef)]
            stored = [
                {n.attr for n in ast.walk(f) if isinstance(n, ast.Attribute) and _stores(n, own)} for f in functions
            ]
            method.body = [_Attributes(own, self._names).visit(statement) for statement in method.body]
            for function, bound in zip(functions, stored, strict=True):
                if bound:
                    told = ast.Global(sorted(self._names[name] for name in bound))
                    function.body.insert(0, ast.copy_location(told, function))
        return method

    def _as_variable(self, statement: ast.stmt, value: ast.expr) -> ast.stmt:
        (name,) = flow.binds(statement)
        return assign(self._names[name], self._of_class(value), statement)

    def _of_class(self, value: ast.expr) -> ast.expr:
        """Return what stands in the class's own body, where its attributes have no owner."""
        for node in ast.walk(value):
            if isinstance(node, ast.Name) and node.id in self._static:
                node.id = self._names[node.id]
        return value


def _own(method: ast.FunctionDef) -> str | None:
    """Return what a method calls its object; None for a static one, or one without a place for it."""
    if any(map(classes.is_static, method.decorator_list)) or not method.args.args:
        return None
    return method.args.args[0].arg


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _stores(node: ast.Attribute, own: str) -> bool:
    return _is(node.value, own) and isinstance(node.ctx, ast.Store)


def _is_repeated(statements: list[ast.stmt], call: ast.Call) -> bool:
    """Tell whether a call stands in a loop: each round would make another object."""
    rounds = (node for statement in statements for node in ast.walk(statement) if isinstance(node, ROUNDS))
    return any(call is inside for node in rounds for inside in ast.walk(node))


class _Attributes(ast.NodeTransformer):
    """Puts variables in the place of an object's attributes."""

    def __init__(self, owner: str, names: dict[str, str]) -> None:
        self._owner, self._names = owner, names

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:  # as the base class calls it
        if _is(node.value, self._owner):
            return ast.copy_location(ast.Name(self._names[node.attr], node.ctx), node)
        self.generic_visit(node)
        return node


class _Outside(_Attributes):
    """Puts a call of what makes an object's attributes where the object was made, too."""

    def __init__(self, owner: str, names: dict[str, str], call: ast.Call, is_made: bool) -> None:
        super().__init__(owner, names)
        self._call, self._is_made = call, is_made

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:  # as the base class calls it
        if node.value is not self._call:
            self.generic_visit(node)
            return node
        if not self._is_made:
            return ast.copy_location(ast.Pass(), node)
        self._call.func = ast.copy_location(ast.Name(self._names[classes.MAKING], ast.Load()), self._call.func)
        return ast.copy_location(ast.Expr(self._call), node)
