"""Makes a model of weights that a script multiplies with by hand: `X.matmul(W) + b`, and an optimizer of `[W, b]`.

All that is asked of a model is asked of the script's own expression then; and where such weights are used for anything
else, the script is left as it is.
"""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeGuard

from graders.harness.base import trees

from . import flow
from .cuts import at_line, placed
from .roles import BY_HAND, OPTIMIZERS
from .splitting import assign

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

MODEL, LOGITS, INPUT = "flat_by_hand", "flat_logits", "flat_input"
PRODUCTS = ("matmul", "mm")
TURNED = ("t", "T", "mT")
TURNING = ("t", "transpose")
PARTS = 3  # of what `addmm` and `linear` are given: a bias, an input, and weights


@dataclass(frozen=True)
class Affine:
    """What an expression multiplies with which weights, whether these are turned, and what it adds."""

    given: ast.expr
    weights: str
    is_turned: bool
    bias: str | None

    @property
    def held(self) -> tuple[str, ...]:
        """The names of the weights, and of the bias where there is one."""
        return (self.weights, self.bias) if self.bias else (self.weights,)

    def same(self, other: Affine) -> bool:
        """Tell whether another one has the same answers to the same input."""
        return self.held == other.held and self.is_turned == other.is_turned


def name_model(statements: list[ast.stmt]) -> list[ast.stmt]:
    """Return a script's statements with a model in the place of its weights; all as they are where it has a model."""
    learned = set(_learned(statements))
    if not learned or any(trees.calls(s, "parameters") for s in statements):
        return statements
    made = copy.deepcopy(statements)
    asking = _Asking(learned)
    first = None
    for index, statement in enumerate(made):
        asking.visit(statement)  # changes what is in it: a statement stays itself
        if first is None and asking.found:
            first = index
    if first is None or not all(asking.found[0][1].same(other) for _, other in asking.found):
        return statements
    place = min(first, next((i for i, s in enumerate(made) if any(_lists(made, s))), first))
    node, affine = asking.found[0]
    bound = [_bound(made[:place], name) for name in affine.held]
    taken = [_taken(call, names) for s in flow.every(made) for call, names in _lists(made, s)]
    is_stepped = all(_have_asked(made, statement, affine.held) for statement in flow.every(made))
    if bound[0] is None or None in bound or not is_stepped or not _is_understood(made, place, affine.held, not taken):
        return statements
    return [*made[:place], *taken, *_model(node, affine, bound[0]), *made[place:]]


def _learned(statements: list[ast.stmt]) -> Iterator[str]:
    """Yield the names of tensors that an optimizer is given by name, or that are told to have gradients."""
    for statement in flow.every(statements):
        for _, names in _lists(statements, statement):
            yield from names
        called = statement.value if isinstance(statement, ast.Expr) else None
        if isinstance(called, ast.Call) and trees.called(called) == "requires_grad_":
            yield flow.root(called) or ""
        if not isinstance(statement, ast.Assign):
            continue
        target = statement.targets[0]
        if isinstance(target, ast.Attribute) and target.attr == "requires_grad":
            yield flow.root(target) or ""
        elif name := flow.target(statement):
            words = {word.arg for call in trees.calls(statement.value) for word in call.keywords}
            if "requires_grad" in words or trees.calls(statement.value, "Parameter", "requires_grad_"):
                yield name


# ---- the optimizer


def _lists(statements: list[ast.stmt], statement: ast.stmt) -> Iterator[tuple[ast.Call, list[str]]]:
    """Yield the calls in a statement that make an optimizer of tensors by name, with these names."""
    if flow.blocks(statement) or isinstance(statement, flow.DEFINITIONS):
        return
    for call in trees.calls(statement, *OPTIMIZERS):
        given = call.args[0] if call.args else next((w.value for w in call.keywords if w.arg == "params"), None)
        if isinstance(given, ast.Name):
            made = [s for s in flow.every(statements) if given.id in flow.binds(s)]
            given = made[0].value if len(made) == 1 and isinstance(made[0], ast.Assign) else None
        parts = given.elts if isinstance(given, (ast.List, ast.Tuple)) else []
        names = [part.id for part in parts if isinstance(part, ast.Name)]
        if names and len(names) == len(parts):
            yield call, names


def _have_asked(statements: list[ast.stmt], statement: ast.stmt, held: tuple[str, ...]) -> bool:
    """Have an optimizer ask the model for its parameters: for all, or for those that it was given; false of others'."""
    for call, names in _lists(statements, statement):
        chosen = [place for place, name in enumerate(held) if name in names]
        if not chosen:
            return False
        asked = f"{MODEL}.parameters()"
        if len(chosen) != len(held):
            asked = f"[list({asked})[place] for place in {chosen}]"
        value = ast.copy_location(ast.parse(asked, mode="eval").body, call)
        if call.args:
            call.args[0] = value
        for word in call.keywords:
            word.value = value if word.arg == "params" else word.value
    return True


def _taken(call: ast.Call, names: list[str]) -> ast.stmt:
    """Return what raises at the optimizer's line where none takes these tensors, as one that was computed of others."""
    own = ", ".join(names)
    made = ast.parse(f"{own}, = torch.optim.SGD([{own}], lr=1).param_groups[0]['params']").body[0]
    return at_line(made, call.lineno)


# ---- affine expressions


class _Asking(ast.NodeTransformer):
    """Puts a call of the model in the place of each affine expression; definitions are left as they are."""

    def __init__(self, learned: Collection[str]) -> None:
        self._learned = learned
        self.found: list[tuple[ast.expr, Affine]] = []

    def visit(self, node: ast.AST) -> ast.AST:
        """Return a node with calls of the model in it, or one in its place."""
        if isinstance(node, (*flow.DEFINITIONS, *flow.FUNCTIONS)):
            return node
        affine = _affine(node) if isinstance(node, ast.expr) else None
        if affine is None or affine.weights not in self._learned:
            return self.generic_visit(node)
        assert isinstance(node, ast.expr)
        self.found.append((copy.deepcopy(node), affine))
        given = self.visit(affine.given)
        assert isinstance(given, ast.expr)
        call = ast.Call(ast.Name(MODEL, ast.Load()), [given], [])
        return placed(call, node)


def _affine(node: ast.expr) -> Affine | None:
    """Return what an expression says that multiplies something with weights; None of any other."""
    if isinstance(node, ast.Call) and trees.called(node) in ("addmm", "linear") and len(node.args) == PARTS:
        is_linear = trees.called(node) == "linear"
        bias, given, weights = (node.args[i] for i in ((2, 0, 1) if is_linear else (0, 1, 2)))
        product = _product(given, weights, is_linear)
        return _with_bias(product, bias)
    if isinstance(node, ast.Call) and trees.called(node) == "add":
        left, right = _two(node)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = node.left, node.right
    else:
        return _multiplied(node)
    if left is None or right is None:
        return None
    return _with_bias(_multiplied(left), right) or _with_bias(_multiplied(right), left)


def _multiplied(node: ast.expr) -> Affine | None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return _product(node.left, node.right)
    left, right = _two(node) if isinstance(node, ast.Call) and trees.called(node) in PRODUCTS else (None, None)
    return _product(left, right) if left is not None and right is not None else None


def _two(call: ast.Call) -> tuple[ast.expr, ast.expr] | tuple[None, None]:
    """Return what a function of torch's, or a method, is given two of."""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    is_method = owner is not None and not (isinstance(owner, ast.Name) and owner.id == "torch")
    given = [owner, *call.args] if is_method and owner is not None else call.args
    return (given[0], given[1]) if len(given) == len(("left", "right")) and not call.keywords else (None, None)


def _product(given: ast.expr, weights: ast.expr, is_turned: bool = False) -> Affine | None:
    inner = weights.func if isinstance(weights, ast.Call) else weights
    if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name) and inner.value.id != "torch":
        if inner.attr not in (TURNING if isinstance(weights, ast.Call) else TURNED):
            return None
        return Affine(given, inner.value.id, not is_turned, None)
    return Affine(given, weights.id, is_turned, None) if isinstance(weights, ast.Name) else None


def _with_bias(product: Affine | None, bias: ast.expr) -> Affine | None:
    if product is None or not isinstance(bias, ast.Name):
        return None
    return Affine(product.given, product.weights, product.is_turned, bias.id)


# ---- the model


def _bound(before: list[ast.stmt], name: str) -> ast.stmt | None:
    """Return the statement that gives a name its value, one at the top."""
    return next((s for s in before[::-1] if name in flow.binds(s) and not flow.blocks(s)), None)


def _is_understood(statements: list[ast.stmt], place: int, held: tuple[str, ...], by_steps: bool) -> bool:
    """Tell whether nothing but the model asks for its weights from some statement on, except to show them.

    With `by_steps` the script may use their gradients: it has no optimizer.
    """
    called = {name for s in flow.every(statements) if not _is_defined(s) for name in flow.reads(*flow.header(s))}
    every = [s for s in flow.every(statements) if not _is_defined(s) or s.name in called]  # others stand where called
    later = set(map(id, flow.every(statements[place:])))
    before = [s for s in every if id(s) not in later and flow.reads(*flow.header(s)) & set(held)]
    if any(map(_is_defined, before)):
        return False
    aliases = {name for s in before for name in flow.binds(s)} - set(held)
    for statement in (s for s in every if id(s) in later and not flow.shows(s)):
        uses = flow.binds(statement) & set(held) or flow.reads(*flow.header(statement)) & {*held, *aliases}
        if uses and not (by_steps and _asks_for_gradients(statement)):
            return False
    return True


def _is_defined(statement: ast.stmt) -> TypeGuard[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    return isinstance(statement, flow.DEFINITIONS)


def _asks_for_gradients(statement: ast.stmt) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr == "grad" for node in ast.walk(statement))


def _model(node: ast.expr, affine: Affine, bound: ast.stmt) -> list[ast.stmt]:
    """Return what makes the model: of the script's expression as a function, and of the weights that it has."""
    body = _Given(affine.given).visit(copy.deepcopy(node))
    assert isinstance(body, ast.expr)
    given = ast.arguments([], [ast.arg(name) for name in (INPUT, *affine.held)], None, [], [], None, [])
    held = [ast.Name(name, ast.Load()) for name in (LOGITS, *affine.held)]
    made = ast.Call(ast.Name(BY_HAND, ast.Load()), list(held), [])
    return [assign(LOGITS, ast.Lambda(given, body), node), assign(MODEL, made, bound)]


class _Given(ast.NodeTransformer):
    """Puts the input's name in the place of what an expression multiplies."""

    def __init__(self, given: ast.expr) -> None:
        self._given = ast.dump(given)

    def visit(self, node: ast.AST) -> ast.AST:
        """Return a node with the input's name in it, or the name itself."""
        if isinstance(node, ast.expr) and ast.dump(node) == self._given:
            return ast.copy_location(ast.Name(INPUT, ast.Load()), node)
        return self.generic_visit(node)
