"""Makes `build_model`, `build_criterion` and `build_optimizer` of a script's own statements."""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING

from graders.harness.base import trees

from . import batches, cuts, flow
from .batches import LABELS, OUTPUT
from .cuts import GIVEN, Cutter, NotFoundError

if TYPE_CHECKING:
    from .roles import Roles

CRITERIONS_ARGUMENTS = 2  # the model's answers and the labels


def build_model(cutter: Cutter) -> ast.FunctionDef:
    """Make the function of what makes the model, and of what is done to it before it is trained."""
    model = cutter.expect_model()
    if model not in cutter.roles.script.bindings:
        raise NotFoundError("looked_for_model")
    return _built(cutter, "build_model", model, "looked_for_model")


def _built(cutter: Cutter, function: str, piece: str, key: str) -> ast.FunctionDef:
    """Make a function that builds a piece as it is when the training begins."""
    made = cutter.roles.script.bindings[piece][-1]
    given = cutter.roles.datasets.keys()
    cut = cutter.cut([(cutter.before(cutter.around), True)], given, {piece})
    if not any(piece in flow.binds(statement) for statement in flow.every(cut.body)):  # it is made in the training
        cut = cutter.cut([(cutter.until(made), True)], given, {piece})
    body = [*cut.closed(key).body, cuts.returned(piece, made.lineno)]
    return cutter.function(function, "", body, made.lineno)


def build_optimizer(cutter: Cutter) -> ast.FunctionDef:
    """Make the function of the call that makes the optimizer, with the learning rate that is given."""
    roles = cutter.roles
    if roles.optimizer is None:
        raise NotFoundError("looked_for_optimizer")
    cutter.expect_model()
    made = roles.script.assigned(roles.optimizer)[-1]
    given = dict.fromkeys(cutter.same_as_model, f"{GIVEN}model")
    known, instead = {*given, *roles.datasets}, {id(made): [_at_rate(made)]}
    cut = cutter.cut([(cutter.until(made), False)], known, {roles.optimizer}, instead=instead)
    body = [*cut.closed("looked_for_optimizer").body, cuts.returned(roles.optimizer, made.lineno)]
    return cutter.function("build_optimizer", "model, learning_rate=0.1", body, made.lineno, given)


def _at_rate(statement: ast.stmt) -> ast.stmt:
    """Have an optimizer take the learning rate that is asked for, where the script says one at all."""
    statement = copy.deepcopy(statement)
    for call in trees.calls(statement):
        if trees.called(call) == "parameters" or not trees.calls(call, "parameters"):
            continue
        rate = ast.copy_location(ast.Name(f"{GIVEN}learning_rate", ast.Load()), call)
        call.args[1:2] = [rate] if len(call.args) > 1 else []
        for word in call.keywords:
            word.value = rate if word.arg == "lr" else word.value
    return statement


# ---- the cost


def criterion_of(roles: Roles) -> str | None:
    """Return the name of the criterion, where the loop asks it for the cost of the answers and does no more."""
    call = roles.costing.value if roles.costing else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.keywords:
        return None
    if not roles.script.assigned(call.func.id) or len(call.args) != CRITERIONS_ARGUMENTS:
        return None
    answers, labels = call.args
    is_plain = answers is roles.output or (isinstance(answers, ast.Name) and _is_output(roles, answers.id))
    return call.func.id if is_plain and isinstance(labels, ast.Name) else None


def _is_output(roles: Roles, name: str) -> bool:
    """Tell whether a name stands in the loop for the model's answers as they are."""
    bound = [s for s in flow.every(roles.loop.body) if name in flow.binds(s)] if roles.loop else []
    return len(bound) == 1 and isinstance(bound[0], ast.Assign) and bound[0].value is roles.output


def build_criterion(cutter: Cutter) -> ast.FunctionDef:
    """Make the function of the criterion, or of all that leads from the model's answers to the cost."""
    roles = cutter.roles
    if roles.costing is None or roles.output is None:
        raise NotFoundError("looked_for_cost")
    name = criterion_of(roles)
    return _built(cutter, "build_criterion", name, "looked_for_cost") if name else _closure(cutter)


def _closure(cutter: Cutter) -> ast.FunctionDef:
    """Make a function that gives back a function: of the loop's statements between the model's answers and the cost."""
    roles, loop, costing = cutter.roles, cutter.roles.loop, cutter.roles.costing
    assert loop is not None
    assert costing is not None
    assert roles.output is not None
    assert roles.cost is not None
    line = costing.lineno
    memo: dict[int, object] = {}
    steps = copy.deepcopy(_up_to(loop.body, costing), memo)
    output = memo.get(id(roles.output))
    if not isinstance(output, ast.Call):  # the model answers after its cost was told
        raise NotFoundError("looked_for_cost")
    for step in steps:
        batches.swap(step, output, ast.copy_location(ast.Name(OUTPUT, ast.Load()), output))
    batch = f"torch.zeros(len({LABELS}), 1, 28, 28)", LABELS  # of as many images, which only count here
    body, _ = batches.of_a_batch(cutter, steps, cuts.returned(roles.cost, line), batch, "looked_for_cost")
    inner = ast.parse(f"def cost_of_a_batch({OUTPUT}, {LABELS}):\n    pass").body[0]
    assert isinstance(inner, ast.FunctionDef)
    read = flow.reads(*body)
    sizes = [cuts.assign(size, f"len({LABELS})", line) for size in sorted(roles.sizes) if size in read]
    inner.body, inner.lineno = [*sizes, *body], line
    return cutter.function("build_criterion", "", [inner, cuts.returned("cost_of_a_batch", line)], line)


def _up_to(statements: list[ast.stmt], last: ast.stmt) -> list[ast.stmt]:
    """Return statements up to the one that holds another, or is it."""
    ends = (index for index, step in enumerate(statements) if any(part is last for part in flow.every([step])))
    return statements[: next(ends, len(statements)) + 1]
