"""Moves what belongs to the cost out of the model: the logarithm of the softmax, where the cost is the rest of it.

`log_softmax` in the model with `NLLLoss` is the cross-entropy of the lesson, cut elsewhere. Taken once more, the
logarithm of the softmax changes nothing, so a model is as right without it as with it.
"""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING

from graders.harness.base import trees

from . import flow
from .roles import bases

if TYPE_CHECKING:
    from collections.abc import Callable

    from .roles import Roles

    Taking = Callable[[ast.expr], ast.expr]  # takes the logarithm of the softmax of something


def move(roles: Roles) -> None:
    """Have the loop take the logarithm of the softmax of the model's answers, and the model not."""
    script = roles.script
    if roles.output is None or roles.loop is None or roles.model is None:
        return
    if not any(trees.calls(s, "NLLLoss", "nll_loss") for s in script.statements):
        return
    made = next((s.value for s in script.assigned(script.alias(roles.model))), None)
    moved = _taken_out(made, script.classes) if made is not None else None
    if moved is None:
        return
    asked = copy.deepcopy(roles.output)
    taken = ast.copy_location(moved(asked), roles.output)
    # The node stays the model's answer; what held it holds the logarithm.
    for statement in flow.every(roles.loop.body):
        for node in ast.walk(statement) if not flow.blocks(statement) else []:
            for name, value in ast.iter_fields(node):
                if value is roles.output:
                    setattr(node, name, taken)
                elif isinstance(value, list) and any(part is roles.output for part in value):
                    setattr(node, name, [taken if part is roles.output else part for part in value])
    roles.output = asked


def _taken_out(made: ast.expr, classes: dict[str, ast.ClassDef]) -> Taking | None:
    """Take the logarithm of the softmax out of a model; returns what takes it of something else."""
    for call in trees.calls(made, "Sequential"):
        last = call.args[-1] if call.args else None
        if isinstance(last, ast.Call) and trees.called(last) == "LogSoftmax":
            call.args = call.args[:-1]
            return lambda asked: ast.Call(last, [asked], [])
    for call in trees.calls(made):
        own = classes.get(trees.called(call))
        if own is not None and "Module" in bases(own):
            return _taken_out_of_class(own)
    return None


def _taken_out_of_class(own: ast.ClassDef) -> Taking | None:
    forward = next((f for f in own.body if isinstance(f, ast.FunctionDef) and f.name == "forward"), None)
    layers = {
        ast.unparse(s.targets[0]): s.value
        for s in ast.walk(own)
        if isinstance(s, ast.Assign) and isinstance(s.value, ast.Call) and trees.called(s.value) == "LogSoftmax"
    }
    holders = [s for s in ast.walk(forward) if isinstance(s, (ast.Assign, ast.Return))] if forward else []
    for holder in holders:
        call = holder.value
        if not isinstance(call, ast.Call):
            continue
        layer = layers.get(ast.unparse(call.func))
        if layer is None and trees.called(call) != "log_softmax":
            continue
        is_method = isinstance(call.func, ast.Attribute) and not call.args
        if is_method or not call.args:
            continue
        holder.value = call.args[0]
        function = layer if layer is not None else call.func
        rest, words = call.args[1:], call.keywords
        return lambda asked: ast.Call(copy.deepcopy(function), [asked, *copy.deepcopy(rest)], copy.deepcopy(words))
    return None
