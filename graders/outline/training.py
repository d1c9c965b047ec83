"""Makes `train_epoch` and `train` of a script's own statements."""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING

from graders.harness.base import trees

from . import batches, by_hand, cuts, entries, flow, told
from .cuts import GIVEN, Cutter, NotFoundError
from .learning import criterion_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .roles import Roles

LEARNING = ("backward", "step", "zero_grad")
SEEDING = ("manual_seed", "seed")
COSTS = "flat_costs"
STEPS = 4  # from a batch's cost to what is made of it


def train_epoch(cutter: Cutter) -> ast.FunctionDef:
    """Make the function of one epoch: the loop over the batches, and what leads to the cost that is told."""
    roles, loop = cutter.roles, cutter.roles.loop
    if loop is None or roles.loader is None:
        raise NotFoundError("looked_for_loop")
    if cutter.expect_model() == by_hand.MODEL and roles.optimizer is None and not trees.calls(loop, "step"):
        raise NotFoundError("looked_for_optimizer")
    within: Sequence[ast.stmt] = roles.epochs.body if roles.epochs else [loop]
    at = _index(within, loop)
    value, teller = _cost_of_epoch(roles, within, within[at])
    named = criterion_of(roles)
    given = _given(cutter) | ({named: f"{GIVEN}criterion"} if named else {})
    top = _swapped(within[at], loop, batches.rebuilt(roles, cutter.reshaping, asks_criterion=named is None))
    last = max(at, _index(within, teller) - 1) if teller is not None else len(within)
    later = [statement for statement in within[last + 1 :] if trees.calls(statement, *LEARNING)]
    statements = [*within[:at], top, *within[at + 1 : last + 1], *later]
    line = teller.lineno if teller is not None else loop.lineno
    result = [cuts.returned(f"float({ast.unparse(value)})", line)] if value is not None else []
    done = [*flow.every([top]), *(s for s in flow.every(statements) if _does(s)), *result]
    goals = {id(statement) for statement in done if not flow.shows(statement)}
    shown = {id(statement) for statement in flow.every(statements) if flow.shows(statement)}
    stretches = [([*statements, *result], True), (cutter.before(cutter.around), False)]
    cut = cutter.cut(stretches, given, goals=goals, left_out=shown).closed("looked_for_loop")
    cutter.lasting = _lasting(cutter, statements)
    body = [_shared(s, loop.lineno) if s in cutter.lasting else s for s in cut.body]
    parameters = "model, data_loader, criterion, optimizer, device"
    return cutter.function("train_epoch", parameters, body, loop.lineno, given)


def _lasting(cutter: Cutter, within: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Return what gives a name its first value before all epochs, where each adds to it: it lives on between them."""
    parts = list(flow.every(list(within)))
    added = {s.target.id for s in parts if isinstance(s, ast.AugAssign) and isinstance(s.target, ast.Name)}
    added |= {flow.root(call.func) or "" for s in parts for call in trees.calls(s, "append") if not flow.blocks(s)}
    set_anew = {name for s in parts if not isinstance(s, ast.AugAssign) for name in flow.binds(s)}
    before = [s for s in cutter.before(cutter.around) if flow.target(s) in added - set_anew]
    return [
        s for s in before if isinstance(s, ast.Assign) and not flow.reads(s.value) & cutter.roles.script.bindings.keys()
    ]


def _shared(statement: ast.stmt, line: int) -> ast.stmt:
    return cuts.at_line(ast.Global([flow.target(statement) or ""]), line)


def _does(statement: ast.stmt) -> bool:
    """Tell whether a statement does something that every epoch is to do, whatever hangs on it."""
    return not flow.blocks(statement) and bool(trees.calls(statement, *LEARNING, *SEEDING))


def _given(cutter: Cutter) -> dict[str, str]:
    """Return what the script's names stand for in an epoch."""
    roles, loader = cutter.roles, f"{GIVEN}data_loader"
    attributes = (node for s in roles.script.every for node in ast.walk(s) if isinstance(node, ast.Attribute))
    asked = any(isinstance(node.value, ast.Name) and node.value.id == roles.loader for node in attributes)
    given = dict.fromkeys(cutter.same_as_model, f"{GIVEN}model")
    given |= {roles.loader: f"FlatServed({loader})" if asked else loader} if roles.loader else {}
    given |= {roles.kept: loader} if roles.kept else {}
    given |= {roles.optimizer: f"{GIVEN}optimizer"} if roles.optimizer else {}
    given |= dict.fromkeys(roles.devices, f"{GIVEN}device")
    given |= dict.fromkeys(roles.datasets, f"FlatServed({loader}).dataset")
    given |= dict.fromkeys(roles.sizes, f"FlatServed({loader}).batch_size")
    return given | dict.fromkeys(flow.binds(roles.epochs) if roles.epochs else set(), "0")


def _index(block: Sequence[ast.stmt], statement: ast.stmt | None) -> int:
    """Return which of some statements is another one, or holds it."""
    places = (i for i, part in enumerate(block) if any(inner is statement for inner in flow.every([part])))
    return next(places, 0)


def _swapped(statement: ast.stmt, old: ast.stmt, new: ast.stmt) -> ast.stmt:
    """Return a statement with another one in the place of one inside it."""
    if statement is old:
        return new
    made = copy.copy(statement)
    for name in ("body", "orelse", "finalbody"):
        if inside := getattr(statement, name, None):
            setattr(made, name, [_swapped(part, old, new) for part in inside])
    return made


def _cost_of_epoch(roles: Roles, within: Sequence[ast.stmt], top: ast.stmt) -> tuple[ast.expr | None, ast.stmt | None]:
    """Return the value that stands for an epoch's cost, and the statement that tells it.

    That is what is told of it after the batches, or kept; else what is added up in the loop, or the last batch's cost.
    """
    if roles.cost is None:
        return None, None
    costly, inside = _costly(roles, within), set(map(id, flow.every([top])))
    after = [statement for statement in flow.every(list(within)) if id(statement) not in inside]
    made = costly - {roles.cost}  # the last batch's cost may be told beside the mean
    for find, names in ((told.values, made), (told.values, costly), (told.kept, made), (told.kept, costly)):
        for statement in after:
            for value, at in (one for own in find(statement) for one in entries.told(roles.script, statement, own)):
                if flow.reads(value) & names:
                    return value, at
    sums = [s.target.id for s in flow.every([top]) if isinstance(s, ast.AugAssign) and isinstance(s.target, ast.Name)]
    return ast.Name(next((name for name in sums if name in made), roles.cost), ast.Load()), None


def _costly(roles: Roles, within: Sequence[ast.stmt]) -> set[str]:
    """Return the names of what is made of the batches' costs."""
    costly, others = {roles.cost or ""}, {roles.model, roles.optimizer, roles.loader}
    simple = [statement for statement in flow.every(list(within)) if not flow.blocks(statement)]
    for _ in range(STEPS):
        made = [s for s in simple if flow.reads(s) & costly]
        costly |= {name for s in made for name in flow.binds(s) | flow.changes(s)} - others
    return costly


# ---- all epochs


def train(cutter: Cutter) -> ast.FunctionDef:
    """Make the function of the loop over the epochs: as many as it is asked for, counted as the script counts."""
    roles, epochs = cutter.roles, cutter.roles.epochs
    if roles.loop is None:
        raise NotFoundError("looked_for_loop")
    if epochs is None:
        raise NotFoundError("looked_for_epochs")
    line, loop = epochs.lineno, copy.copy(epochs)
    counted = flow.reads(epochs.iter if isinstance(epochs, ast.For) else epochs.test) & flow.all_bound(epochs.body)
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
    """Return a range with as many numbers as epochs are asked for.

    How many the script itself has is its own affair, and so is whether it counts them from 0 or from 1.
    """
    ranges = trees.calls(iterated, "range", "trange")
    if not ranges or not ranges[0].args:
        raise NotFoundError("looked_for_epochs")
    made = copy.deepcopy(ranges[0])
    made.func = ast.copy_location(ast.Name("range", ast.Load()), made)
    place = 1 if len(made.args) > 1 else 0
    stop, wanted = made.args[place], _wanted(made.args[place])
    if _has_value(stop, roles):
        made.args[place] = ast.copy_location(ast.BinOp(made.args[0], ast.Add(), wanted), stop) if place else wanted
    return made


def _as_long(test: ast.expr, roles: Roles) -> ast.expr:
    """Return a condition that holds for as many epochs as are asked for."""
    made = copy.deepcopy(test)
    if not isinstance(made, ast.Compare) or len(made.ops) != 1:
        raise NotFoundError("looked_for_epochs")
    stop = made.comparators[0]
    made.comparators = [_wanted(stop) if _has_value(stop, roles) else stop]
    return made


def _wanted(at: ast.expr) -> ast.expr:
    return ast.copy_location(ast.Name(f"{GIVEN}training_epochs", ast.Load()), at)


def _has_value(value: ast.expr, roles: Roles) -> bool:
    """Tell whether all names in a value have one: those that have none are to say so."""
    return all(name in roles.script.bindings or name in cuts.BUILTINS for name in flow.reads(value))
