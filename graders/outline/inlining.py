"""Brings a script's statements to one level: the main guard's, and those of functions that it calls to do the work."""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING

from graders.harness.base import trees

from . import flow, places
from .reached import reached
from .splitting import assign, split

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

SETTINGS = (ast.List, ast.Tuple)
MAKING = ("Linear", "Sequential", "parameters", "SGD")  # what is trained, and by what
MOST = 2_000  # statements, those that come of calls included; a lesson's script has a hundred
DEEPEST = 6  # calls within calls
# What a function has to call for its statements to be of interest here.
TELLING = {
    *("MNIST", "DataLoader", "Linear", "Sequential", "parameters", "backward", "step", "zero_grad", "imshow", "print"),
    *("argmax", "max", "topk", "eq", "softmax", "log_softmax", "matmul", "mm", "addmm", "cross_entropy", "nll_loss"),
    *("no_grad", "view", "reshape"),
    *("mean", "sum", "log"),
}


def level(tree: ast.Module, telling: Collection[str] = ()) -> list[ast.stmt]:
    """Return a script's statements at one level, in the order in which they run; lines are those of the script.

    A function is of interest, too, that calls one of the `telling` names.
    """
    statements = _unguarded(reached(copy.deepcopy(tree)))
    return _Leveller(statements, TELLING.union(telling)).levelled(statements, 0)


def _unguarded(statements: list[ast.stmt]) -> list[ast.stmt]:
    """Put what stands below `if __name__ == "__main__":`, or in a block around the training, in the block's place."""
    found: list[ast.stmt] = []
    for statement in statements:
        inside = _inside(statement)
        found += [statement] if inside is None else _unguarded(inside)
    return found


def _inside(statement: ast.stmt) -> list[ast.stmt] | None:
    """Return what runs in a block that guards the main program, or that the training stands in, and not it alone."""
    if isinstance(statement, ast.If) and "__name__" in flow.reads(statement.test):
        return statement.body
    if not trees.calls(statement, "backward"):
        return None
    if isinstance(statement, ast.If) and not statement.orelse:
        return statement.body
    if isinstance(statement, ast.Try):
        return [*statement.body, *statement.orelse, *statement.finalbody]
    # The lesson once for each of some settings: the last is what is left when it has run.
    each = statement.iter if isinstance(statement, ast.For) and trees.calls(statement, *MAKING) else None
    if isinstance(statement, ast.For) and isinstance(statement.target, ast.Name) and isinstance(each, SETTINGS):
        return [assign(statement.target.id, each.elts[-1], statement), *statement.body] if each.elts else None
    return None


class _Leveller:
    """Knows the functions of a script, and which names are taken."""

    def __init__(self, statements: list[ast.stmt], telling: Collection[str]) -> None:
        defined = [node for node in statements if isinstance(node, ast.FunctionDef)]
        self._functions = {node.name: node for node in defined if _can_be_put_in_place(node)}
        self._taken = flow.all_bound(statements)
        self._count = 0
        self._telling = self._find_telling(telling)
        self._given = self._find_given(defined)
        self._asked = set(telling) - TELLING  # of objects that are not taken apart yet

    def _find_given(self, defined: list[ast.FunctionDef]) -> dict[str, set[str]]:
        """Return which of the script's own names each function gives something, or those that it calls."""
        every = {node.name: [*ast.walk(node)] for node in defined}
        given = {name: _globals(parts) for name, parts in every.items()}
        called = {
            name: {p.id for p in parts if isinstance(p, ast.Name)} & given.keys() for name, parts in every.items()
        }
        for _ in range(DEEPEST):
            given = {name: own.union(*(given[one] for one in called[name])) for name, own in given.items()}
        return given

    def _find_telling(self, telling: Collection[str]) -> set[str]:
        """Return the functions whose statements are of interest, also for those that they call."""
        called = {name: {trees.called(c) for c in trees.calls(node)} for name, node in self._functions.items()}
        found = {
            name for name, names in called.items() if names.intersection(telling) or _matters(self._functions[name])
        }
        while more := {name for name, names in called.items() if names & found} - found:
            found |= more
        return found

    def levelled(self, statements: list[ast.stmt], depth: int) -> list[ast.stmt]:
        """Return statements with the calls in them, and in those inside them, replaced by what is called."""
        found: list[ast.stmt] = []
        for statement in statements:
            for single in split(statement):
                found += [part for made in self._one(single, depth) for part in split(made)]
        return found

    def _one(self, statement: ast.stmt, depth: int) -> list[ast.stmt]:
        self._count += 1
        if self._count > MOST:
            raise RecursionError("too many statements")
        if isinstance(statement, flow.DEFINITIONS):
            return [statement]
        before: list[ast.stmt] = []
        self._take_out(statement, before, depth)
        for name in ("body", "orelse", "finalbody"):
            if inside := getattr(statement, name, None):
                setattr(statement, name, self.levelled(inside, depth))
        for handler in getattr(statement, "handlers", []):
            handler.body = self.levelled(handler.body, depth)
        return [*before, statement]

    def _take_out(self, statement: ast.stmt, before: list[ast.stmt], depth: int) -> None:
        """Put what calls in a statement's own expressions do before it, and a name in their place."""
        if isinstance(statement, ast.While):
            return
        earlier: list[places.Place] = []
        for place in places.in_order(statement):
            call = place.node
            earlier.append(place)
            if not isinstance(call, ast.Call):
                continue
            name = trees.called(call)
            if isinstance(call.func, ast.Name) and name in self._telling and depth < DEEPEST:
                given = self._given[name]
                is_read = isinstance(statement, ast.AugAssign) and bool(flow.binds(statement) & given)
                made = None if is_read else self._put_in_place(self._functions[name], call, depth)
                if made is None:
                    continue
                inside = set(map(id, ast.walk(call)))
                earlier = [one for one in earlier if id(one.node) not in inside]
                more, value = made
                before += [*self._keep(earlier, given), *more]
            elif name in ("MNIST", "DataLoader") and not _is_named(statement, call):
                named = self._fresh(f"{name.lower()}_of_line_{call.lineno}")
                before.append(assign(named, call, call))
                value = ast.Name(named, ast.Load())
            else:
                continue
            place.put(ast.copy_location(value, call))
            if place not in earlier[-1:]:
                earlier.append(place)

    def _keep(self, earlier: list[places.Place], given: Collection[str]) -> Iterator[ast.stmt]:
        """Yield names for what a statement reads before a call that gives it something else."""
        for place in earlier:
            read = place.now()
            if flow.reads(read) & set(given) or any(trees.called(c) in self._asked for c in trees.calls(read)):
                name = self._fresh(f"{read.id}_before" if isinstance(read, ast.Name) else "value_before")
                yield assign(name, read, read)
                place.put(ast.copy_location(ast.Name(name, ast.Load()), read))

    def _put_in_place(
        self, function: ast.FunctionDef, call: ast.Call, depth: int
    ) -> tuple[list[ast.stmt], ast.expr] | None:
        """Return the statements of a call, and its value; None where the call does not fit the function."""
        given = _arguments(function, call)
        if given is None:
            return None
        body = copy.deepcopy(function.body)
        stored = {n.id for s in body for n in ast.walk(s) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        outer = _globals([n for s in body for n in ast.walk(s)])
        names: dict[str, str] = {}
        before: list[ast.stmt] = []
        for parameter, value in given.items():
            if isinstance(value, ast.Name) and parameter not in stored and value.id not in self._given[function.name]:
                names[parameter] = value.id  # the same object by its own name
            else:
                names[parameter] = self._own(parameter, function.name)
                before.append(assign(names[parameter], copy.deepcopy(value), call))
        for name in sorted(stored - outer - given.keys()):
            names[name] = self._own(name, function.name)
        renamed = [Renamed(names).visit(statement) for statement in body]
        kept = [statement for statement in renamed if not _says_nothing(statement)]
        inside, value = _without_return(kept, lambda: self._fresh(f"{function.name}_returned"))
        for decorator in function.decorator_list:  # which is no_grad, called or not
            context = decorator if isinstance(decorator, ast.Call) else ast.Call(decorator, [], [])
            block = ast.With([ast.withitem(ast.copy_location(context, decorator))], inside or [ast.Pass()])
            inside = [ast.fix_missing_locations(ast.copy_location(block, decorator))]
        return [*before, *self.levelled(inside, depth + 1)], value

    def _own(self, name: str, function: str) -> str:
        """Return a name for a function's variable: its own unless something else bears it."""
        return self._fresh(name if name not in self._taken else f"{name}_in_{function}")

    def _fresh(self, wanted: str) -> str:
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted}_{number}"
        self._taken.add(name)
        return name


def _matters(function: ast.FunctionDef) -> bool:
    """Tell whether a function compares something, multiplies matrices, or binds the script's own names."""
    return any(isinstance(part, (ast.Eq, ast.MatMult, ast.Global)) for part in ast.walk(function))


def _can_be_put_in_place(function: ast.FunctionDef) -> bool:
    """Tell whether a function's statements can stand where it is called: it returns at its end at most."""
    parts = [part for statement in function.body for part in flow.every([statement])]
    inside = [node for part in parts for top in flow.header(part) for node in ast.walk(top)]
    if any(isinstance(node, (ast.Yield, ast.YieldFrom, ast.Await, ast.Nonlocal)) for node in inside):
        return False
    if any(isinstance(node, ast.Name) and node.id == function.name for node in inside):
        return False
    if function.args.vararg or function.args.kwarg or function.args.posonlyargs:
        return False
    if not all(is_no_grad(decorator) for decorator in function.decorator_list):
        return False
    returns = [part for part in parts if isinstance(part, ast.Return)]
    return not returns or (len(returns) == 1 and returns[0] is _last(function.body))


def is_no_grad(decorator: ast.expr) -> bool:
    """Tell whether a decorator has a function track no gradients."""
    node = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(node, ast.Attribute) and node.attr in ("no_grad", "inference_mode")


def _last(statements: list[ast.stmt]) -> ast.stmt:
    """Return the statement that is run last, whatever the others do."""
    last = statements[-1]
    return _last(last.body) if isinstance(last, ast.With) else last


def _without_return(statements: list[ast.stmt], fresh: Callable[[], str]) -> tuple[list[ast.stmt], ast.expr]:
    """Take the return at the end away, and return what it gives back."""
    if not statements:
        return [], ast.Constant(None)
    last = statements[-1]
    if isinstance(last, ast.With):
        last.body, value = _without_return(last.body, fresh)
        last.body = last.body or [ast.copy_location(ast.Pass(), last)]
        return statements, value
    if not isinstance(last, ast.Return):
        return statements, ast.Constant(None)
    if last.value is None or isinstance(last.value, (ast.Name, ast.Constant, ast.Tuple)):
        return statements[:-1], last.value or ast.Constant(None)
    name = fresh()
    return [*statements[:-1], assign(name, last.value, last)], ast.Name(name, ast.Load())


def _says_nothing(statement: ast.stmt) -> bool:
    is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return is_text or isinstance(statement, ast.Global)


def _arguments(function: ast.FunctionDef, call: ast.Call) -> dict[str, ast.expr] | None:
    """Return what each parameter is given by a call; None where that cannot be told."""
    names = [argument.arg for argument in function.args.args]
    if any(isinstance(part, ast.Starred) for part in call.args) or len(call.args) > len(names):
        return None
    given = dict(zip(names, call.args, strict=False))
    given |= {word.arg: word.value for word in call.keywords if word.arg}
    defaults = dict(zip(reversed(names), reversed(function.args.defaults), strict=False))
    only = zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    defaults |= {argument.arg: value for argument, value in only if value is not None}
    names += [argument.arg for argument in function.args.kwonlyargs]
    every = {name: given.get(name, defaults.get(name)) for name in names}
    if given.keys() - every.keys() or any(word.arg is None for word in call.keywords):
        return None
    filled = {name: value for name, value in every.items() if value is not None}
    return filled if len(filled) == len(every) else None


def _globals(nodes: list[ast.AST]) -> set[str]:
    return {name for node in nodes if isinstance(node, ast.Global) for name in node.names}


def _is_named(statement: ast.stmt, call: ast.Call) -> bool:
    """Tell whether what a call returns gets a name of its own right away."""
    return isinstance(statement, ast.Assign) and statement.value is call and isinstance(statement.targets[0], ast.Name)


class Renamed(ast.NodeTransformer):
    """Gives names other names, wherever they stand."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:  # as the base class calls it
        """Rename a name."""
        node.id = self._names.get(node.id, node.id)
        return node
