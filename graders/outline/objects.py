"""Takes a class apart whose one object does a script's work: its methods are functions then, its attributes variables.

`trainer = Trainer()` and `trainer.train()` are how many write what others write at the top level. What cannot be told
by the text alone stays as it is: a class of others', two objects, an object that is handed around.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter

from graders.harness.base import trees

from . import flow
from .inlining import Renamed, is_no_grad
from .splitting import assign

MAKING = "__init__"
STATIC = "staticmethod"
MOVING = ("to", "cuda", "cpu")  # a model from device to device


def taken_apart(tree: ast.Module) -> ast.Module:
    """Return a script in which no class is left that can be taken apart; the tree that was given stays as it is."""
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and _is_plain(node)]
    if not classes:
        return tree
    tree = copy.deepcopy(tree)
    for node in classes:
        tree = _Parts(_Named(node.name).visit(copy.deepcopy(tree)), node.name).apart() or tree
    return ast.fix_missing_locations(tree)


def without_aliases(statements: list[ast.stmt]) -> list[ast.stmt]:
    """Return a script's statements at one level, with one name for what an object was given and calls by its own.

    `self.loader = loader` is none of the lesson's steps, and `self.model = model.to(device)` the same model.
    """
    bound = Counter(name for statement in flow.every(statements) for name in flow.binds(statement))
    found: list[ast.stmt] = []
    names: dict[str, str] = {}
    for statement in statements:
        renamed = Renamed(names).visit(statement)
        alias, value = _alias(renamed)
        if alias and value and alias != value and bound[alias] == bound[value] == 1:
            names[alias] = value
            if isinstance(renamed.value, ast.Name):
                continue
            renamed = Renamed(names).visit(renamed)
        found.append(renamed)
    return found


def _alias(statement: ast.stmt) -> tuple[str, str]:
    """Return the two names of `a = b` or `a = b.to(…)`; nothing for any other statement."""
    if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Name):
        return "", ""
    value = statement.value
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in MOVING:
        value = value.func.value
    return (statement.targets[0].id, value.id) if isinstance(value, ast.Name) else ("", "")


def _is_plain(node: ast.ClassDef) -> bool:
    """Tell whether a class is made of methods and attributes, and inherits nothing."""
    inherits = any(not isinstance(base, ast.Name) or base.id != "object" for base in node.bases)
    return not (inherits or node.keywords or node.decorator_list) and all(map(_is_part, node.body))


def _is_part(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.FunctionDef):
        known = all(_is_static(d) or is_no_grad(d) for d in statement.decorator_list)
        is_own = not statement.name.startswith("__") or statement.name == MAKING
        return known and is_own and "super" not in flow.reads(statement)
    if isinstance(statement, ast.Assign):
        return len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name)
    if isinstance(statement, ast.AnnAssign):
        return isinstance(statement.target, ast.Name)
    says_nothing = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return says_nothing or isinstance(statement, ast.Pass)


def _is_static(decorator: ast.expr) -> bool:
    return isinstance(decorator, ast.Name) and decorator.id == STATIC


class _Named(ast.NodeTransformer):
    """Gives `Trainer().train()` a line of its own for the object, by which it has a name."""

    def __init__(self, made: str) -> None:
        self._made = made

    def visit_Expr(self, node: ast.Expr) -> ast.stmt | list[ast.stmt]:  # as the base class calls it
        for asked in ast.walk(node):
            if isinstance(asked, ast.Attribute) and _makes(asked.value, self._made):
                name = f"one_{self._made}"
                before = assign(name, asked.value, node)
                asked.value = ast.copy_location(ast.Name(name, ast.Load()), asked)
                return [before, node]
        return node


def _makes(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and _is(node.func, name)


class _Parts:
    """A class of a script's, which is changed, and the one object that is made of it."""

    def __init__(self, tree: ast.Module, name: str) -> None:
        self._tree, self._name = tree, name
        self._class = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)
        self._methods = {s.name: s for s in self._class.body if isinstance(s, ast.FunctionDef)}
        self._static = {n for s in self._class.body if not isinstance(s, ast.FunctionDef) for n in flow.binds(s)}
        self._taken = {getattr(node, "id", getattr(node, "arg", "")) for node in ast.walk(tree)} | {
            node.name for node in ast.walk(tree) if isinstance(node, flow.DEFINITIONS)
        }
        self._names: dict[str, str] = {}

    def apart(self) -> ast.Module | None:
        """Return the script without the class; None where it is not plain what its object does."""
        rest = [statement for statement in self._tree.body if statement is not self._class]
        made = [node for s in rest for node in ast.walk(s) if isinstance(node, ast.Name) and node.id == self._name]
        calls = [call for s in rest for call in trees.calls(s, self._name) if isinstance(call.func, ast.Name)]
        inside = any(isinstance(n, ast.Name) and n.id == self._name for n in ast.walk(self._class))
        if inside or len(made) != 1 or len(calls) != 1 or len(self._methods) < 1:
            return None
        owner = self._owner(rest, calls[0])
        if owner is None or not self._can_be_named(rest, owner):
            return None
        functions = [self._as_function(method) for method in self._methods.values()]
        values = [self._as_variable(s) for s in self._class.body if isinstance(s, (ast.Assign, ast.AnnAssign))]
        here = self._tree.body.index(self._class)
        outside = _Outside(owner, self._names, calls[0], MAKING in self._methods)
        rest = [outside.visit(statement) for statement in rest]
        own = [statement for statement in values if statement is not None]
        return ast.Module([*rest[:here], *own, *functions, *rest[here:]], [])

    def _owner(self, rest: list[ast.stmt], call: ast.Call) -> str | None:
        """Return what the object is called, which nothing else is; None where it goes from hand to hand."""
        every = [s for statement in rest for s in ast.walk(statement) if isinstance(s, ast.Assign)]
        named = [s.targets[0].id for s in every if s.value is call and isinstance(s.targets[0], ast.Name)]
        if len(named) != 1:
            return None
        uses = [n for s in rest for n in ast.walk(s) if isinstance(n, ast.Name) and n.id == named[0]]
        asked = [n for s in rest for n in ast.walk(s) if isinstance(n, ast.Attribute) and _is(n.value, named[0])]
        given = any(isinstance(n, ast.arg) and n.arg == named[0] for s in rest for n in ast.walk(s))
        return named[0] if len(uses) == len(asked) + 1 and not given else None

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
        for statement in rest:
            for node in ast.walk(statement):
                if isinstance(node, ast.Attribute) and _is(node.value, owner):
                    asked.add(node.attr)
                    if isinstance(node.ctx, ast.Store) and not _is_top(statement, node):
                        return False
        called = {name: "making" if name == MAKING else name for name in (*sorted(stored), *self._methods)}
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
        method.decorator_list = [one for one in method.decorator_list if not _is_static(one)]
        method.name = self._names[method.name]
        method.args.defaults = [self._of_class(one) for one in method.args.defaults]
        if own is not None:
            method.args.args = method.args.args[1:]
            bound = {n.attr for n in ast.walk(method) if isinstance(n, ast.Attribute) and _stores(n, own)}
            method.body = [_Attributes(own, self._names).visit(statement) for statement in method.body]
            if bound:
                told = ast.Global(sorted(self._names[name] for name in bound))
                method.body.insert(0, ast.copy_location(told, method))
        return method

    def _as_variable(self, statement: ast.stmt) -> ast.stmt | None:
        value = getattr(statement, "value", None)
        (name,) = flow.binds(statement) or ("",)
        return assign(self._names[name], self._of_class(value), statement) if value is not None else None

    def _of_class(self, value: ast.expr) -> ast.expr:
        """Return what stands in the class's own body, where its attributes have no owner."""
        for node in ast.walk(value):
            if isinstance(node, ast.Name) and node.id in self._static:
                node.id = self._names[node.id]
        return value


def _own(method: ast.FunctionDef) -> str | None:
    """Return what a method calls its object; None for a static one, or one without a place for it."""
    if any(map(_is_static, method.decorator_list)) or not method.args.args:
        return None
    return method.args.args[0].arg


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _stores(node: ast.Attribute, own: str) -> bool:
    return _is(node.value, own) and isinstance(node.ctx, ast.Store)


def _is_top(statement: ast.stmt, node: ast.AST) -> bool:
    """Tell whether something of a statement's stands in no function."""
    inside = (part for part in ast.walk(statement) if isinstance(part, flow.FUNCTIONS))
    return not any(node is one for part in inside for one in ast.walk(part))


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
        self._call.func = ast.copy_location(ast.Name(self._names[MAKING], ast.Load()), self._call.func)
        return ast.copy_location(ast.Expr(self._call), node)
