"""The loop over the batches as an epoch of the contract has it: with what may take the place of the script's own."""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import cuts, flow
from .cuts import GIVEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .roles import Roles

IMAGES, LABELS, OUTPUT = "flat_images", "flat_labels", "flat_output"
OWN = "flatten_images is flat_own_rows"  # as long as nothing has taken the place of the script's own reshaping


@dataclass(frozen=True)
class Pair:
    """Where in a loop's body images and labels are there first, and what they are called there."""

    place: int
    images: str
    labels: str


def pair_of(loop: ast.For | ast.While) -> Pair | None:
    """Find images and labels of a batch: in the loop's own names, or where its body takes a batch apart."""
    targets = [loop.target] if isinstance(loop, ast.For) else []
    for target in targets:
        for pair in _pairs(target):
            return Pair(0, *(ast.unparse(part) for part in pair.elts))
    for index, statement in enumerate(loop.body):
        for target in statement.targets if isinstance(statement, ast.Assign) else []:
            for pair in _pairs(target):
                return Pair(index + 1, *(ast.unparse(part) for part in pair.elts))
    batches = [target.id for target in targets if isinstance(target, ast.Name)]
    if batches and any(isinstance(n, ast.Subscript) and flow.root(n) == batches[0] for n in ast.walk(loop)):
        return Pair(0, f"{batches[0]}[0]", f"{batches[0]}[1]")
    return None


def _pairs(target: ast.AST) -> Iterator[ast.Tuple | ast.List]:
    if isinstance(target, (ast.Tuple, ast.List)) and len(target.elts) == 2:
        inside = [pair for part in target.elts for pair in _pairs(part)]
        yield from inside or [target]


def rebuilt(roles: Roles, reshaping: Sequence[ast.stmt] | None, asks_criterion: bool) -> ast.For | ast.While:
    """Return the loop in which a stand-in can take the place of the reshaping, so that its mistake costs one part.

    `reshaping` has the loop's own statements that reshape its images, None where none were found. With `asks_criterion` the criterion that is given
    is asked in the place of what the script makes of the model's answers.
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
        _give(output, f"flatten_images({IMAGES}.to({GIVEN}device))")
    if asks_criterion and roles.costing is not None:
        costing = memo[id(roles.costing)]
        assert isinstance(costing, ast.Assign)
        _name_output(made, output)
        asked = ast.parse(f"{GIVEN}criterion({OUTPUT}, {LABELS}.to({OUTPUT}.device))", mode="eval").body
        costing.value = _placed(asked, costing)
        made.body.insert(pair.place, cuts.assign(LABELS, pair.labels, loop.lineno))
    if reshaping is not None:
        made.body.insert(pair.place, cuts.assign(IMAGES, pair.images, loop.lineno))
    return made


def _or_else(value: ast.expr, other: str) -> ast.expr:
    test, orelse = (ast.parse(text, mode="eval").body for text in (OWN, other))
    return _placed(ast.IfExp(test, value, orelse), value)


def _give(output: ast.Call, rows: str) -> None:
    if output.args:
        output.args[0] = _or_else(output.args[0], rows)
    else:
        output.keywords[0].value = _or_else(output.keywords[0].value, rows)


def _name_output(loop: ast.stmt, output: ast.Call) -> None:
    """Keep the model's answer under a name, where it is asked."""
    for node in ast.walk(loop):
        for field, value in ast.iter_fields(node):
            if value is output:
                setattr(node, field, _named(output))
            elif isinstance(value, list) and any(part is output for part in value):
                setattr(node, field, [_named(output) if part is output else part for part in value])
                return
            if value is output:
                return


def _named(output: ast.Call) -> ast.expr:
    return _placed(ast.NamedExpr(ast.Name(OUTPUT, ast.Store()), output), output)


def _placed(made: ast.expr, at: ast.AST) -> ast.expr:
    for node in ast.walk(made):
        if not hasattr(node, "lineno"):
            ast.copy_location(node, at)
    return made
