"""Makes `build_model`, `build_criterion`, `build_optimizer`, `train_epoch` and `train` of a script's own statements."""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING

from . import cuts, data, flow, loops, told
from .cuts import GIVEN, Cutter, NotFoundError
from .loops import LABELS, OUTPUT

if TYPE_CHECKING:
    from .roles import Roles

LEARNING = ("backward", "step", "zero_grad")
COSTS = "flat_costs"
NAME = ast.Name


def build_model(cutter: Cutter) -> ast.FunctionDef:
    """Make the function of what makes the model, and of what is done to it before it is trained."""
    model = cutter.roles.model
    if model is None or not cutter.roles.script.bindings.get(model):
        raise NotFoundError("looked_for_model")
    return _built(cutter, "build_model", "", model, cutter.roles.datasets.keys(), "looked_for_model")


def _built(
    cutter: Cutter,
    name: str,
    parameters: str,
    piece: str,
    given: object,
    key: str,
    renamed: dict[str, str] | None = None,
) -> ast.FunctionDef:
    known = {*(given if isinstance(given, (set, dict)) else set(given)), *(renamed or {})}  # type: ignore[call-overload]
    cut = cutter.cut([(cutter.before(cutter.around), True)], known, {piece})
    made = cutter.roles.script.bindings[piece]
    if not any(piece in flow.binds(s) for s in flow.every(cut.body)):  # it is made inside the loop
        cut = cutter.cut([(cutter.before(made[-1]) + [made[-1]], True)], known, {piece})
    if cut.open:
        raise NotFoundError(key)
    line = (
        next((s.lineno for s in flow.every(cut.body)[::-1] if piece in flow.binds(s)), made[-1].lineno)
        if False
        else made[-1].lineno
    )
    return cutter.function(name, parameters, [*cut.body, cuts.returned(piece, line)], line, renamed)


def build_optimizer(cutter: Cutter) -> ast.FunctionDef:
    """Make the function of the call that makes the optimizer, with the learning rate that is given."""
    roles = cutter.roles
    if roles.optimizer is None:
        raise NotFoundError("looked_for_optimizer")
    made = roles.script.assigned(roles.optimizer)[-1]
    given = dict.fromkeys(cutter.same_as_model, f"{GIVEN}model")
    instead = {id(made): [_at_rate(made)]}
    known = {*given, *roles.datasets}
    cut = cutter.cut([(cutter.before(made) + [made], False)], known, {roles.optimizer}, instead=instead)
    if cut.open:
        raise NotFoundError("looked_for_optimizer")
    body = [*cut.body, cuts.returned(roles.optimizer, made.lineno)]
    return cutter.function("build_optimizer", "model, learning_rate=0.1", body, made.lineno, given)


def _at_rate(statement: ast.stmt) -> ast.stmt:
    statement = copy.deepcopy(statement)
    for call in flow.calls(statement):
        if not flow.calls(call, "parameters") or flow.called(call) == "parameters":
            continue
        for word in call.keywords:
            if word.arg == "lr":
                word.value = ast.copy_location(NAME(f"{GIVEN}learning_rate", ast.Load()), word.value)
        if len(call.args) > 1:
            call.args[1] = ast.copy_location(NAME(f"{GIVEN}learning_rate", ast.Load()), call.args[1])
    return statement


# ---- the cost


def criterion_of(roles: Roles) -> str | None:
    """Return the name of the criterion, where the loop asks it for the cost of the model's answers, and does no more."""
    made, loop = roles.costing, roles.loop
    call = made.value if made else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or len(call.args) != 2 or call.keywords:
        return None
    name = call.func.id
    if not roles.script.assigned(name) or loop is None or roles.output is None:
        return None
    first = call.args[0]
    if first is roles.output:
        return name
    bound = [s for s in flow.every(loop.body) if isinstance(first, ast.Name) and first.id in flow.binds(s)]
    is_plain = len(bound) == 1 and isinstance(bound[0], ast.Assign) and bound[0].value is roles.output
    return name if is_plain and isinstance(call.args[1], ast.Name) else None


def build_criterion(cutter: Cutter) -> ast.FunctionDef:
    """Make the function of the criterion, or of all that leads from the model's answers to the cost."""
    roles = cutter.roles
    if roles.costing is None or roles.output is None or roles.loop is None:
        raise NotFoundError("looked_for_cost")
    name = criterion_of(roles)
    if name is not None:
        return _built(cutter, "build_criterion", "", name, roles.datasets.keys(), "looked_for_cost")
    return _closure(cutter)


def _closure(cutter: Cutter) -> ast.FunctionDef:
    """Make a function that gives back a function: of the loop's statements between the model's answers and the cost."""
    roles, loop, costing = cutter.roles, cutter.roles.loop, cutter.roles.costing
    assert loop is not None and costing is not None and roles.output is not None
    line = costing.lineno
    output = roles.output
    body = [_replaced(s, output, NAME(OUTPUT, ast.Load())) for s in _up_to(loop.body, costing)]
    batch = f"(None, {LABELS})"
    entering, names = data.entering(loop, batch)
    goal = cuts.returned(roles.cost or "", line)
    counted = flow.binds(roles.epochs) if roles.epochs else set()
    known = {**dict.fromkeys(counted, "0"), **{size: f"len({LABELS})" for size in roles.sizes}}
    taken = cutter.cut([([*body, goal], True)], {OUTPUT, LABELS, *names, *known}, goals={id(goal)})
    outside = cutter.cut(
        [(cutter.before(loop), True)], {*roles.datasets, *roles.loaders, *known}, taken.open - names - known.keys()
    )
    if outside.open:
        raise NotFoundError("looked_for_cost")
    read = flow.reads(*taken.body)
    bound = [cuts.assign(own, value, line) for own, value in known.items() if own in read]
    inner = ast.parse(f"def cost_of_a_batch({OUTPUT}, {LABELS}):\n    pass").body[0]
    assert isinstance(inner, ast.FunctionDef)
    inner.body = [*bound, *(entering if names & read else []), *taken.body]
    inner.lineno = line
    whole = [*outside.body, inner, cuts.returned("cost_of_a_batch", line)]
    return cutter.function("build_criterion", "", whole, line)


def _up_to(statements: list[ast.stmt], last: ast.stmt) -> list[ast.stmt]:
    """Return statements up to the one that holds another, or is it."""
    for index, statement in enumerate(statements):
        if any(part is last for part in flow.every([statement])):
            return statements[: index + 1]
    return statements


def _replaced(statement: ast.stmt, old: ast.AST, new: ast.expr) -> ast.stmt:
    """Return a statement with another expression in the place of one; the statement itself where that is not in it."""
    if not any(part is old for part in ast.walk(statement)):
        return statement

    class Replacing(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return ast.copy_location(new, node) if node is marked else super().visit(node)

    memo: dict[int, object] = {}
    made = copy.deepcopy(statement, memo)
    marked = memo[id(old)]
    replaced = Replacing().visit(made)
    assert isinstance(replaced, ast.stmt)
    return replaced


# ---- the training


def train_epoch(cutter: Cutter) -> ast.FunctionDef:
    """Make the function of one epoch: the loop over the batches, and what leads to the cost that is told."""
    roles, loop = cutter.roles, cutter.roles.loop
    if loop is None or roles.loader is None:
        raise NotFoundError("looked_for_loop")
    within = roles.epochs.body if roles.epochs else [loop]
    at = _index(within, loop)
    value, teller = _mean(roles, within, within[at])
    given = _given(cutter)
    named = criterion_of(roles)
    given |= {named: f"{GIVEN}criterion"} if named else {}
    asks = named is None and roles.costing is not None and roles.output is not None
    top = _swapped(within[at], loop, loops.rebuilt(roles, cutter.reshaping, asks))
    last = max(at, _index(within, teller) - 1) if teller is not None else len(within)
    learning = [s for s in within[last + 1 :] if flow.calls(s, *LEARNING)]
    statements = [*within[:at], top, *within[at + 1 : last + 1], *learning]
    line = teller.lineno if teller is not None else loop.lineno
    told_value = [_as_float(value, line)] if value is not None else []
    alone = [
        s for s in flow.every(statements) if not flow.blocks(s) and flow.calls(s, *LEARNING, "manual_seed", "seed")
    ]
    goals = {id(s) for s in [*flow.every([top]), *alone, *told_value] if not flow.shows(s)}
    shown = {id(s) for s in flow.every(statements) if flow.shows(s)}
    stretches = [([*statements, *told_value], True), (cutter.before(cutter.around), False)]
    cut = cutter.cut(stretches, given.keys(), goals=goals, left_out=shown)
    if cut.open:
        raise NotFoundError("looked_for_loop")
    parameters = "model, data_loader, criterion, optimizer, device"
    return cutter.function("train_epoch", parameters, cut.body, loop.lineno, given)


def _given(cutter: Cutter) -> dict[str, str]:
    """Return what the script's names stand for in an epoch."""
    roles = cutter.roles
    used = [
        n
        for s in roles.script.every
        for n in ast.walk(s)
        if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)
    ]
    asked = any(n.value.id == roles.loader for n in used)  # type: ignore[attr-defined]  # a Name
    loader = f"FlatServed({GIVEN}data_loader)" if asked else f"{GIVEN}data_loader"
    given = dict.fromkeys(cutter.same_as_model, f"{GIVEN}model")
    given |= {roles.loader or "": loader}
    given |= {roles.optimizer: f"{GIVEN}optimizer"} if roles.optimizer else {}
    given |= dict.fromkeys(roles.devices, f"{GIVEN}device")
    given |= dict.fromkeys(roles.datasets, f"FlatServed({GIVEN}data_loader).dataset")
    given |= dict.fromkeys(roles.sizes, f"FlatServed({GIVEN}data_loader).batch_size")
    given |= dict.fromkeys(flow.binds(roles.epochs) if roles.epochs else set(), "0")
    return given


def _as_float(value: ast.expr, line: int) -> ast.stmt:
    """Return what gives a number back, whatever holds it."""
    return cuts.returned(ast.Call(NAME("float", ast.Load()), [copy.deepcopy(value)], []), line)


def _index(block: list[ast.stmt], statement: ast.stmt | None) -> int:
    for index, part in enumerate(block):
        if any(inner is statement for inner in flow.every([part])):
            return index
    return 0


def _swapped(statement: ast.stmt, old: ast.stmt, new: ast.stmt) -> ast.stmt:
    if statement is old:
        return new
    made = copy.copy(statement)
    for name in ("body", "orelse", "finalbody"):
        if inside := getattr(statement, name, None):
            setattr(made, name, [_swapped(part, old, new) for part in inside])
    return made


def _mean(roles: Roles, within: list[ast.stmt], top: ast.stmt) -> tuple[ast.expr | None, ast.stmt | None]:
    """Return the value that stands for an epoch's cost, and the statement that tells it."""
    if roles.cost is None:
        return None, None
    costly = _costly(roles, within)
    inside = set(map(id, flow.every([top])))
    after = [s for s in flow.every(within) if id(s) not in inside]
    for yielded in (told.values, told.kept):
        for statement in after:
            for value in yielded(statement):
                if flow.reads(value) & costly and "acc" not in ast.unparse(value).lower():
                    return value, statement
    for statement in flow.every([top]):
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            if statement.target.id in costly and "acc" not in statement.target.id.lower():
                return NAME(statement.target.id, ast.Load()), None
    return NAME(roles.cost, ast.Load()), None


def _costly(roles: Roles, within: list[ast.stmt]) -> set[str]:
    """Return the names of what is made of the batches' costs."""
    costly = {roles.cost or ""}
    others = {roles.model, roles.optimizer, roles.loader}
    for _ in range(4):
        for statement in flow.every(within):
            if not flow.blocks(statement) and flow.reads(statement) & costly:
                costly |= {n for n in flow.binds(statement) | flow.changes(statement) if n not in others}
    return costly


def train(cutter: Cutter) -> ast.FunctionDef:
    """Make the function of the loop over the epochs: as many as it is asked for, counted as the script counts."""
    roles, epochs = cutter.roles, cutter.roles.epochs
    if roles.loop is None:
        raise NotFoundError("looked_for_loop")
    if epochs is None:
        raise NotFoundError("looked_for_epochs")
    line = epochs.lineno
    loop = copy.copy(epochs)
    counting = [flow.reads(epochs.iter)] if isinstance(epochs, ast.For) else [flow.reads(epochs.test)]
    counted = counting[0] & flow.all_bound(epochs.body)
    within = cutter.cut([(epochs.body, True)], (), counted, left_out={id(roles.loop)})
    pieces = ", ".join(GIVEN + name for name in ("model", "data_loader", "criterion", "optimizer", "device"))
    one = ast.parse(f"{COSTS}.append(train_epoch({pieces}))").body[0]
    loop.body, loop.orelse = [cuts.at_line(one, line), *within.body], []
    if isinstance(loop, ast.For):
        loop.iter = _as_many(loop.iter, roles)
    else:
        loop.test = _as_long(loop.test, roles)
    needed = flow.reads(*flow.header(loop), *within.body)
    before = cutter.cut([(cutter.before(epochs), True)], cutter.same_as_model, needed)
    body = [*before.body, cuts.assign(COSTS, "[]", line), loop, cuts.returned(COSTS, line)]
    parameters = "model, data_loader, criterion, optimizer, device, training_epochs=15"
    return cutter.function("train", parameters, body, line)


def _as_many(iterated: ast.expr, roles: Roles) -> ast.expr:
    """Return a range with as many numbers as epochs are asked for, in the script's own way of counting."""
    ranges = flow.calls(iterated, "range", "trange")
    if not ranges or not ranges[0].args:
        raise NotFoundError("looked_for_epochs")
    made = copy.deepcopy(ranges[0])
    made.func = ast.copy_location(NAME("range", ast.Load()), made)
    place = 1 if len(made.args) > 1 else 0
    stop, wanted = made.args[place], _wanted(made.args[place])
    if not _has_value(stop, roles):
        return made
    # How many the script itself has is its own affair, and whether it counts them from 0 or from 1.
    made.args[place] = ast.copy_location(ast.BinOp(made.args[0], ast.Add(), wanted), stop) if place else wanted
    return made


def _as_long(test: ast.expr, roles: Roles) -> ast.expr:
    made = copy.deepcopy(test)
    if not isinstance(made, ast.Compare) or len(made.ops) != 1:
        raise NotFoundError("looked_for_epochs")
    stop = made.comparators[0]
    made.comparators = [_wanted(stop) if _has_value(stop, roles) else stop]
    return made


def _wanted(at: ast.expr) -> ast.expr:
    return ast.copy_location(NAME(f"{GIVEN}training_epochs", ast.Load()), at)


def _has_value(value: ast.expr, roles: Roles) -> bool:
    """Tell whether all names in a value have one: those that have none are to say so."""
    return all(name in roles.script.bindings or name in cuts.BUILTINS for name in flow.reads(value))
