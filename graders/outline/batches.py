"""Makes `flatten_images` of what a script's loop does with a batch, and has the loop do without it where need be."""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graders.harness.base import trees

from . import cuts, flow
from .cuts import GIVEN, Cutter, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .roles import Roles

IMAGES, LABELS, OUTPUT = "flat_images", "flat_labels", "flat_output"
OWN = "flatten_images is flat_own_rows"  # as long as nothing has taken the place of the script's own reshaping
NEXT = ("next", "__next__")


def flatten_images(cutter: Cutter) -> ast.FunctionDef:
    """Make the function of what the loop does with a batch before its images enter the model's first layer."""
    roles, loop, output = cutter.roles, cutter.roles.loop, cutter.roles.output
    if loop is None or output is None:
        raise NotFoundError("looked_for_reshape")
    asking = next(s for s in flow.every(loop.body) if not flow.blocks(s) and output in trees.calls(s))
    path = [asking, *cutter.roles.script.around(asking)]
    inside = path[: next(place for place, part in enumerate(path) if part is loop)]
    steps = [part for step in inside[::-1] for part in cutter.earlier(step)]
    images, line = f"{GIVEN}images", asking.lineno
    rows = copy.deepcopy(_given_to(output))
    value = _called("flat_rows", ast.Name("build_model", ast.Load()), rows)
    labels = f"torch.zeros(len({images}), dtype=torch.int64)"
    body, taken = of_a_batch(cutter, steps, cuts.returned(value, line), (images, labels), "looked_for_reshape")
    cutter.reshaping = [statement for statement in taken if flow.target(statement)]
    return cutter.function("flatten_images", "images", body, line, _counted(roles, images))


def _given_to(output: ast.Call) -> ast.expr:
    return output.args[0] if output.args else output.keywords[0].value


def _called(name: str, *given: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(given), [])


def _counted(roles: Roles, batch: str) -> dict[str, str]:
    """Return what numbers of the script's are for a single batch: its epoch, and how many images there are."""
    epochs = flow.binds(roles.epochs) if roles.epochs else set()
    return dict.fromkeys(epochs, "0") | dict.fromkeys(roles.sizes, f"len({batch})")


def of_a_batch(
    cutter: Cutter, steps: Sequence[ast.stmt], result: ast.stmt, batch: tuple[str, str], key: str
) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """Return what leads to a result within one turn of the loop, with what it needs from before it; and the turn's own.

    `batch` is what images and labels are. Raises NotFoundError with the key where it hangs on other turns.
    """
    loop, roles = cutter.roles.loop, cutter.roles
    assert loop is not None
    entering = _entering(loop, f"({', '.join(batch)})")
    names, known = flow.binds(loop), set(_counted(roles, ""))
    turn = [*(_with_batch(step, f"({', '.join(batch)})") for step in steps), result]
    taken = cutter.cut([(turn, True)], {*known, *names, OUTPUT, LABELS}, goals={id(result)})
    others = {*known, *names, *roles.datasets, *roles.loaders}
    before = cutter.cut([(cutter.before(loop), True)], others, taken.open - names - known).closed(key)
    entered = entering if flow.reads(*taken.body) & names else []
    return [*before.body, *entered, *taken.body], taken.body


def _entering(loop: ast.For | ast.While, batch: str) -> list[ast.stmt]:
    """Return what gives the loop's own names a batch."""
    if not isinstance(loop, ast.For) or (isinstance(loop.iter, ast.Call) and trees.called(loop.iter) == "range"):
        return [cuts.assign(name, "0", loop.lineno) for name in sorted(flow.binds(loop))]
    is_counted = bool(trees.calls(loop.iter, "enumerate"))
    entered = cuts.assign("_", f"(0, {batch})" if is_counted else batch, loop.lineno)
    assert isinstance(entered, ast.Assign)
    entered.targets = [copy.deepcopy(loop.target)]
    return [entered]


def _with_batch(statement: ast.stmt, batch: str) -> ast.stmt:
    """Have a statement get this batch, where it asks an iterator for the next one."""
    if not trees.calls(statement, *NEXT):
        return statement
    made = copy.deepcopy(statement)
    for node in ast.walk(made):
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.Call) and trees.called(value) in NEXT:
                setattr(node, name, ast.copy_location(ast.parse(batch, mode="eval").body, value))
    return made


# ---- the loop with others' work in it


@dataclass(frozen=True)
class Pair:
    """Where in a loop's body images and labels are there first, and what they are called there."""

    place: int
    images: str
    labels: str


def pair_of(loop: ast.For | ast.While) -> Pair | None:
    """Find images and labels of a batch: in the loop's own names, or where its body takes a batch apart."""
    target: ast.AST | None = loop.target if isinstance(loop, ast.For) else None
    if isinstance(loop, ast.For) and isinstance(target, ast.Tuple) and trees.calls(loop.iter, "enumerate"):
        target = target.elts[-1]
    for pair in _pairs(target):
        return Pair(0, *(ast.unparse(part) for part in pair.elts))
    for index, statement in enumerate(loop.body):
        for bound in statement.targets if isinstance(statement, ast.Assign) else []:
            for pair in _pairs(bound):
                return Pair(index + 1, *(ast.unparse(part) for part in pair.elts))
    indexed = {flow.root(node) for node in ast.walk(loop) if isinstance(node, ast.Subscript)}
    batches = [node.id for node in ast.walk(target) if isinstance(node, ast.Name)] if target is not None else []
    name = next((name for name in batches if name in indexed), None)
    return Pair(0, f"{name}[0]", f"{name}[1]") if name else None


def _pairs(target: ast.AST | None) -> Iterator[ast.Tuple | ast.List]:
    """Yield a target's innermost pairs."""
    if isinstance(target, (ast.Tuple, ast.List)) and len(target.elts) == len(("images", "labels")):
        inside = [pair for part in target.elts for pair in _pairs(part)]
        yield from inside or [target]


def rebuilt(roles: Roles, reshaping: Sequence[ast.stmt] | None, asks_criterion: bool) -> ast.For | ast.While:
    """Return the loop in which a stand-in can take the place of the reshaping, so that its mistake costs one part.

    `reshaping` has the loop's own statements that reshape its images, None where none were found. With
    `asks_criterion`, the criterion that is given is asked in the place of what the script makes of the model's answers.
    """
    loop, pair = roles.loop, pair_of(roles.loop) if roles.loop else None
    assert loop is not None
    if pair is None or roles.output is None:
        return loop
    memo: dict[int, object] = {}
    made = copy.deepcopy(loop, memo)
    output = memo[id(roles.output)]
    assert isinstance(output, ast.Call)
    for statement in reshaping or ():
        own = memo.get(id(statement))
        if isinstance(own, ast.Assign):
            own.value = _or_else(own.value, IMAGES)
    if reshaping is not None:
        rows = _or_else(_given_to(output), f"flatten_images({IMAGES}.to({GIVEN}device))")
        swap(output, _given_to(output), rows)
        made.body.insert(pair.place, cuts.assign(IMAGES, pair.images, loop.lineno))
    costing = memo.get(id(roles.costing))
    if asks_criterion and isinstance(costing, ast.Assign):
        asked = ast.parse(f"{GIVEN}criterion({OUTPUT}, {LABELS}.to({OUTPUT}.device))", mode="eval").body
        assert isinstance(asked, ast.Call)
        kept = cuts.placed(ast.NamedExpr(ast.Name(OUTPUT, ast.Store()), output), output)
        if output in trees.calls(costing):  # `cost = F.cross_entropy(model(x), y)`: nobody else asks the model
            asked.args[0] = kept
        else:
            swap(made, output, kept)
        costing.value = cuts.placed(asked, costing)
        made.body.insert(pair.place, cuts.assign(LABELS, pair.labels, loop.lineno))
    return made


def _or_else(value: ast.expr, other: str) -> ast.expr:
    test, orelse = (ast.parse(text, mode="eval").body for text in (OWN, other))
    return cuts.placed(ast.IfExp(test, value, orelse), value)


def swap(around: ast.AST, old: ast.expr, new: ast.expr) -> None:
    """Put an expression in the place of another one, wherever it stands in a node."""
    for node in list(ast.walk(around)):
        for name, value in ast.iter_fields(node):
            if value is old:
                setattr(node, name, new)
            elif isinstance(value, list) and any(part is old for part in value):
                value[:] = [new if part is old else part for part in value]
