"""Takes classes apart whose objects do a script's work: methods are functions then, attributes variables.

`trainer = Trainer()` and `trainer.train()` are how many write what others write at the top level. What cannot be told
by the text alone stays as it is: a class of others', an object that is handed around or made in a loop.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter

from graders.harness.base import trees

from . import chains, classes, flow
from .roles import tells_device
from .splitting import assign

MOST_NODES, MOST_CLASSES = 30_000, 8  # of a syntax tree; a lesson's script has 2,000
MOST_OBJECTS = 3  # of one class
MISSING = "AttributeError"  # what an object raises, and a variable does not
ROUNDS = (*flow.LOOPS, ast.AsyncFor, *flow.COMPREHENSIONS)
SHARED = (ast.List, ast.Dict, ast.Set, ast.Call)  # one thing that all objects would have, were it a class's


def plain_classes(tree: ast.Module) -> list[ast.ClassDef]:
    """Return a script's classes that could be taken apart; none where nobody wrote so much by hand."""
    plain = [node for node in tree.body if isinstance(node, ast.ClassDef) and classes.is_plain(node)]
    return plain if len(plain) <= MOST_CLASSES and sum(1 for _ in ast.walk(tree)) <= MOST_NODES else []


def taken_apart(tree: ast.Module) -> ast.Module:
    """Return a script in which no class is left that can be taken apart; the tree that was given stays as it is."""
    if not plain_classes(tree):
        return tree
    apart = copy.deepcopy(tree)
    chains.unchain(apart, plain_classes(apart))
    names = [name for node in plain_classes(apart) for name in _one_for_each(apart, node)]
    found = apart
    for name in names:
        found = _Parts(found, name).apart() or found
    return ast.fix_missing_locations(found) if found is not apart else tree


def _one_for_each(tree: ast.Module, node: ast.ClassDef) -> list[str]:
    """Have each object of a class be of a class of its own, and return their names; none where all cannot be told."""
    bound = classes.bound_around(tree, [node])
    asked = [part for part in ast.walk(tree) if isinstance(part, ast.Name) and part.id == node.name]
    made = [s for s in ast.walk(tree) if isinstance(s, ast.Assign) and chains.makes(s.value, node.name)]
    owners = [flow.target(s) for s in made]
    if bound[node.name] != 1 or len(asked) != len(made) or any(name is None or bound[name] != 1 for name in owners):
        return []
    if len(made) == 1:
        return [node.name]
    own = [part for part in node.body if not isinstance(part, ast.FunctionDef)]
    given = [
        d
        for part in node.body
        if isinstance(part, ast.FunctionDef)
        for d in (*part.args.defaults, *part.args.kw_defaults)
    ]
    if len(made) > MOST_OBJECTS or any(isinstance(p, SHARED) for top in (*own, *given) if top for p in ast.walk(top)):
        return []
    each = {f"{node.name}_{number}": s for number, s in enumerate(made, 1)}
    if each.keys() & bound.keys():
        return []
    here = tree.body.index(node)
    tree.body[here : here + 1] = [copy.deepcopy(node) for _ in made]
    for own_class, (name, s) in zip(tree.body[here:], each.items(), strict=False):
        assert isinstance(own_class, ast.ClassDef)
        assert isinstance(s.value, ast.Call)
        own_class.name, s.value.func = name, ast.copy_location(ast.Name(name, ast.Load()), s.value.func)
    return list(each)


class _Parts:
    """A class of a script's, which is changed, and the one object that is made of it."""

    def __init__(self, tree: ast.Module, name: str) -> None:
        self._tree, self._name = tree, name
        self._class = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)
        methods = [part for part in self._class.body if isinstance(part, ast.FunctionDef)]
        self._methods = {method.name: method for method in methods if method.name not in classes.AS_A_WHOLE}
        self._properties = {m.name for m in methods if any(map(classes.is_property, m.decorator_list))}
        imported = {n for s in tree.body if isinstance(s, flow.IMPORTS) for n in flow.binds(s)}
        self._devices = {m.name: told for m in methods if (told := _device(m)) and flow.reads(told) <= imported}
        self._properties -= self._devices.keys()  # which are variables, as the script's own device would be
        self._returning = classes.returning_itself(self._class)
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
        functions = [self._as_function(m) for name, m in self._methods.items() if name not in self._devices]
        values = [s for s in self._class.body if isinstance(s, (ast.Assign, ast.AnnAssign))]
        here = self._tree.body.index(self._class)
        outside = _Outside(owner, self._names, self._properties, calls[0], classes.MAKING in self._methods)
        rest = [outside.visit(statement) for statement in rest]
        own = [self._as_variable(s, s.value) for s in values if s.value is not None]
        own += [assign(self._names[name], value, value) for name, value in self._devices.items()]
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
            own = classes.own_name(method)
            if own is None:
                continue
            uses = sum(isinstance(node, ast.Name) and node.id == own for node in ast.walk(method))
            attributes = [n for n in ast.walk(method) if isinstance(n, ast.Attribute) and _is(n.value, own)]
            if uses != len(attributes) + (method.name in self._returning):
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
                is_odd = isinstance(node.ctx, ast.Del) or id(node) in inside or node.attr in self._methods
                if is_odd and not isinstance(node.ctx, ast.Load):
                    return False
        if not self._are_alone(rest, owner) or MISSING in self._taken:
            return False
        called = {name: "making" if name == classes.MAKING else name for name in (*sorted(stored), *self._methods)}
        self._names = {name: self._fresh(wanted) for name, wanted in called.items()}
        return asked <= self._names.keys() and not stored & self._methods.keys()

    def _are_alone(self, rest: list[ast.stmt], owner: str) -> bool:
        """Tell whether nobody goes on with what a method returns that gives the object back."""
        places = [(owner, rest), *((classes.own_name(method), method.body) for method in self._methods.values())]
        every = [(own, node) for own, body in places for statement in body for node in ast.walk(statement)]
        named = [(own, n) for own, n in every if isinstance(n, ast.Attribute) and n.attr in self._returning]
        asked = [node for own, node in named if own and _is(node.value, own)]
        alone = {
            id(node.value.func) for _, node in every if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        }
        return all(id(node) in alone for node in asked)

    def _fresh(self, wanted: str) -> str:
        name, number = wanted, 1
        while name in self._taken:
            name, number = f"{wanted}_of_{self._name}{number if number > 1 else ''}", number + 1
        self._taken.add(name)
        return name

    def _as_function(self, method: ast.FunctionDef) -> ast.FunctionDef:
        """Return a method as a function that reads and binds the attributes' variables."""
        own = classes.own_name(method)
        dropped = (classes.is_static, classes.is_property)
        method.decorator_list = [one for one in method.decorator_list if not any(is_one(one) for is_one in dropped)]
        if method.name in self._returning:
            method.body[-1] = ast.copy_location(ast.Pass(), method.body[-1])
        method.name = self._names[method.name]
        method.args.defaults = [self._of_class(one) for one in method.args.defaults]
        method.args.kw_defaults = [one and self._of_class(one) for one in method.args.kw_defaults]
        if own is not None:
            method.args.args = method.args.args[1:]
            functions = [node for node in ast.walk(method) if isinstance(node, ast.FunctionDef)]
            stored = [
                {n.attr for n in ast.walk(f) if isinstance(n, ast.Attribute) and _stores(n, own)} for f in functions
            ]
            method.body = [
                _Attributes(own, self._names, self._properties).visit(statement) for statement in method.body
            ]
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


def _device(method: ast.FunctionDef) -> ast.expr | None:
    """Return what a property says, where it does nothing but tell where to compute."""
    last = method.body[-1]
    is_all = [*map(classes.is_property, method.decorator_list)] == [True] and len(method.body) == 1
    return last.value if is_all and isinstance(last, ast.Return) and last.value and tells_device(last.value) else None


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

    def __init__(self, owner: str, names: dict[str, str], properties: set[str]) -> None:
        self._owner, self._names, self._properties = owner, names, properties

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:  # as the base class calls it
        if _is(node.value, self._owner):
            variable = ast.copy_location(ast.Name(self._names[node.attr], node.ctx), node)
            is_called = node.attr in self._properties
            return ast.copy_location(ast.Call(variable, [], []), node) if is_called else variable
        self.generic_visit(node)
        return node


class _Outside(_Attributes):
    """Puts a call of what makes an object's attributes where the object was made, too."""

    def __init__(self, owner: str, names: dict[str, str], properties: set[str], call: ast.Call, is_made: bool) -> None:
        super().__init__(owner, names, properties)
        self._call, self._is_made = call, is_made

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:  # as the base class calls it
        if node.value is not self._call:
            self.generic_visit(node)
            return node
        if not self._is_made:
            return ast.copy_location(ast.Pass(), node)
        self._call.func = ast.copy_location(ast.Name(self._names[classes.MAKING], ast.Load()), self._call.func)
        return ast.copy_location(ast.Expr(self._call), node)
