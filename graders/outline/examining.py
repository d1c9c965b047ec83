"""Makes `evaluate`, `predict` and `show_prediction` of a script's own statements: by what it tells at its end."""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graders.harness.base import trees

from . import chosen, cuts, entries, flow, told
from .cuts import GIVEN, Cut, Cutter, NotFoundError
from .roles import is_output

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

PERCENT = 100
TEST_DIGITS = 10_000  # of MNIST
MOST = 60  # values that are looked at
CHOOSING = ("argmax", "max", "topk", "sort", "argsort", "argmin", "min", "amax")
ACCURACY = ("accur", "acc", "acuur", "accuar", "정확")
PREDICTION = ("pred", "예측")
COMPARING = ("eq", "equal", "accuracy_score", "ne", "count_nonzero")
VALUE = "flat_value"


@dataclass
class Told:
    """A value that is told, the statement that does, and what leads to it."""

    value: ast.expr
    statement: ast.stmt
    cut: Cut
    texts: str

    def asks(self, names: Collection[str]) -> bool:
        """Tell whether something of these names is asked on the way to the value, and not only counted or named."""
        idle = {id(one) for statement in self.cut.body for call in trees.calls(statement, "len") for one in call.args}
        idle |= {id(statement.value) for statement in self.cut.body if isinstance(statement, ast.Assign)}
        read = (name for statement in self.cut.body for name in ast.walk(statement) if isinstance(name, ast.Name))
        return any(name.id in names and isinstance(name.ctx, ast.Load) and id(name) not in idle for name in read)

    def has(self, wanted: Callable[[ast.AST], bool]) -> bool:
        """Tell whether something is there on the way to the value."""
        return any(wanted(node) for statement in self.cut.body for node in ast.walk(statement))


def evaluate(cutter: Cutter) -> ast.FunctionDef:
    """Make the function of what leads to the accuracy that is told."""
    roles = cutter.roles
    cutter.expect_model()
    given = _given(cutter, f"{GIVEN}dataset")
    asks_model = _asking_model(cutter)
    every = list(_candidates(cutter, given))
    found = [one for one in every if one.has(_is_comparison) and one.has(asks_model)]
    # With a slip on the way to it, an accuracy is known by what it is called alone.
    found = found or [one for one in every if any(word in one.texts for word in ACCURACY)]
    if not found:
        raise NotFoundError("looked_for_accuracy")
    tests = {name for name in roles.script.bindings if roles.script.alias(name) in roles.test_sets}
    digits = {name for name in roles.script.bindings if roles.script.alias(name) in roles.datasets}

    def rank(one: Told) -> tuple[bool, bool, bool]:
        on_tests = one.asks(tests)
        said = any(word in one.texts for word in (*ACCURACY, "correct", "%"))
        return on_tests, said, one.has(_is_share)

    best = max(found, key=rank)  # the first of those that are as good
    if tests and not rank(best)[0] and best.asks(digits):
        raise NotFoundError("looked_for_test_accuracy")
    line = best.statement.lineno
    cutter.examined = {statement.lineno for statement in flow.every(best.cut.body)}
    share = f"float({VALUE}) / 100" if _is_percent(best.value, best.cut) else f"float({VALUE})"
    body = [*map(_OfAll().visit, copy.deepcopy(best.cut.body)), cuts.returned(share, line)]
    return cutter.function("evaluate", "model, dataset, device", body, line, given)


class _OfAll(ast.NodeTransformer):
    """Has a share of 10,000 be one of the test digits: in a script of its own, there are as many."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.BinOp:  # as the base class calls it
        self.generic_visit(node)
        if isinstance(node.op, ast.Div) and isinstance(node.right, ast.Constant) and node.right.value == TEST_DIGITS:
            node.right = ast.copy_location(ast.parse(f"len({GIVEN}dataset)", mode="eval").body, node.right)
        return node


def predict(cutter: Cutter) -> ast.FunctionDef:
    """Make the function of what leads to the one prediction that is told, the image being the one that is given."""
    given = _given(cutter, f"FlatDigits({GIVEN}image)", f"FlatScaled({GIVEN}model)")
    asks_model = _asking_model(cutter)
    found = [
        one
        for one in _candidates(cutter, given)
        if one.has(_is_choice) and one.has(asks_model) and not one.has(_is_comparison)
        if one.statement.lineno not in cutter.examined  # the answers to all of them are none to one
    ]
    if not found:
        raise NotFoundError("looked_for_prediction")
    digits = cutter.roles.datasets

    def rank(one: Told) -> tuple[bool, bool, bool]:
        of_digits = one.has(lambda node: isinstance(node, ast.Name) and node.id in digits)
        return of_digits, any(word in one.texts for word in PREDICTION), not one.has(_is_share)

    best = max(found, key=rank)
    line = best.statement.lineno
    cutter.predicted = chosen.digits(best.cut.body, digits)
    body = [*best.cut.body, cuts.returned(f"int({VALUE})", line)]
    return cutter.function("predict", "model, image, device", body, line, given)


def show_prediction(cutter: Cutter) -> ast.FunctionDef:
    """Make the function of what leads to the picture that is drawn last, of the image that is given."""
    roles = cutter.roles
    given = _given(cutter, f"FlatDigits({GIVEN}image, {GIVEN}label)")
    given |= dict.fromkeys(cutter.same_as_model, "build_model()")
    given |= dict.fromkeys(roles.devices, "'cpu'")
    after = set(map(id, _after(cutter)))
    drawn = [s for s in roles.script.every if not flow.blocks(s) and trees.calls(s, "imshow", "matshow")]
    drawn = [s for s in drawn if not isinstance(s, flow.DEFINITIONS)]
    for statement in sorted(drawn, key=lambda s: (id(s) in after, s.lineno), reverse=True):
        page = cuts.assign("pyplot_of_picture", "flat_page()", statement.lineno)
        figure = cuts.returned("pyplot_of_picture.gcf()", statement.lineno)
        body = [copy.deepcopy(statement), figure]
        cut = cutter.cut(
            cutter.stretches(statement), given.keys(), instead={id(statement): body}, left_out=_loop(cutter)
        )
        is_of_digits = flow.reads(*cut.body) & roles.datasets.keys()
        asks_nobody = flow.reads(*cut.body) & cutter.same_as_model and roles.model is None
        if is_of_digits and not cut.open and not asks_nobody:
            drawn_digits = chosen.digits(cut.body, roles.datasets)
            if cutter.predicted and drawn_digits and not cutter.predicted & drawn_digits:
                raise NotFoundError("looked_for_same_picture")
            whole = [page, *cut.body]
            return cutter.function("show_prediction", "image, label, prediction", whole, statement.lineno, given)
    raise NotFoundError("looked_for_picture")


def _given(cutter: Cutter, dataset: str, model: str = f"{GIVEN}model") -> dict[str, str]:
    roles = cutter.roles
    given = dict.fromkeys(cutter.same_as_model, model)
    given |= dict.fromkeys(roles.devices, f"{GIVEN}device")
    given |= dict.fromkeys(roles.datasets, dataset)
    return given | dict.fromkeys(flow.binds(roles.epochs) if roles.epochs else set(), "0")


def _loop(cutter: Cutter) -> set[int]:
    return {id(cutter.roles.loop)} if cutter.roles.loop else set()


def _after(cutter: Cutter) -> Iterator[ast.stmt]:
    """Walk the statements that run when something has been trained."""
    script, around = cutter.roles.script, cutter.around
    trained = set(map(id, flow.every([cutter.roles.loop]))) if cutter.roles.loop else set()
    is_after = around is None
    for statement in script.every:
        is_after = is_after or statement is around
        if is_after and id(statement) not in trained:
            yield statement


def _candidates(cutter: Cutter, given: dict[str, str]) -> Iterator[Told]:
    """Yield the values that are told after a training, those after all of them first."""
    inside = set(map(id, flow.every([cutter.around]))) if cutter.around else set()
    after = [s for s in _after(cutter) if not flow.blocks(s) and not isinstance(s, flow.DEFINITIONS)]
    after.sort(key=lambda statement: id(statement) in inside)
    seen = 0
    for find in (told.values, told.kept, _named):
        for statement in after:
            for value, at in (entry for own in find(statement) for entry in _entries(cutter, statement, own)):
                seen += 1
                if seen > MOST:
                    return
                told_value = cuts.assign(VALUE, value, at.lineno)
                own = [copy.copy(statement), told_value] if find is _named else [told_value]
                cut = cutter.cut(cutter.stretches(at), given.keys(), instead={id(at): own}, left_out=_loop(cutter))
                if not cut.open:
                    yield Told(value, at, cut, _texts(statement, value))


def _entries(cutter: Cutter, statement: ast.stmt, value: ast.expr) -> Iterator[tuple[ast.expr, ast.stmt]]:
    """Yield what a value is that a statement tells, and where it is so, the training's own batches left out."""
    trained = set(map(id, flow.every([cutter.roles.loop]))) if cutter.roles.loop else set()
    for own, at in entries.told(cutter.roles.script, statement, value):
        yield (value, statement) if id(at) in trained else (own, at)


def _named(statement: ast.stmt) -> Iterator[ast.expr]:
    """Yield the name of what nobody tells, where it says what it is."""
    name = flow.target(statement)
    if name and any(word in name.lower() for word in ("acc", "pred")):
        yield ast.Name(name, ast.Load())


def _texts(statement: ast.stmt, value: ast.expr) -> str:
    return f"{flow.text_in(statement)} {ast.unparse(value)}".lower()


def _asking_model(cutter: Cutter) -> Callable[[ast.AST], bool]:
    return lambda node: isinstance(node, ast.Call) and is_output(cutter.roles, node)


def _is_comparison(node: ast.AST) -> bool:
    """Tell whether a node compares answers with labels; with a number nobody does."""
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
        return not any(isinstance(part, ast.Constant) for part in (node.left, *node.comparators))
    return isinstance(node, ast.Call) and trees.called(node) in COMPARING


def _is_share(node: ast.AST) -> bool:
    is_division = isinstance(node, (ast.BinOp, ast.AugAssign)) and isinstance(node.op, (ast.Div, ast.Mult))
    is_size = isinstance(node, ast.BinOp) and all(isinstance(part, ast.Constant) for part in (node.left, node.right))
    return (is_division and not is_size) or (
        isinstance(node, ast.Call) and trees.called(node) in ("mean", "accuracy_score", "div")
    )


def _is_percent(value: ast.expr | None, cut: Cut) -> bool:
    """Tell whether a share is told in percent, by the number that it was multiplied with last."""
    while True:
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult):
            parts = value.left, value.right
            if any(isinstance(part, ast.Constant) and part.value == PERCENT for part in parts):
                return True
            value = next((part for part in parts if not isinstance(part, ast.Constant)), None)
        elif isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div):
            value = value.left
        elif isinstance(value, ast.Call):
            inside = value.func.value if isinstance(value.func, ast.Attribute) else None
            value = (
                inside if inside is not None and not isinstance(inside, ast.Name) else next(iter(value.args), inside)
            )
        elif isinstance(value, ast.Name):
            name, made = value.id, [s for s in flow.every(cut.body) if isinstance(s, ast.Assign)]
            last = next((s for s in made[::-1] if flow.target(s) == name), None)
            value = last.value if last is not None and name not in flow.reads(last.value) else None
        else:
            return False


def _is_choice(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and trees.called(node) in CHOOSING
