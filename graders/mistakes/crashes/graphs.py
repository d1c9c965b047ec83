"""Misconceptions about gradients: backward without a graph, or twice through one, and weights changed on the way."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from graders.harness.base.model import Word
from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from . import operations, scopes
from .operations import said

if TYPE_CHECKING:
    from collections.abc import Iterator

RULES = Rules()
CUTS = ("detach", "item", "tensor", "as_tensor", "numpy", "tolist")  # what comes of them knows no graph
CHOICES = ("argmax", "argmin", "round", "long", "int")  # they have no slope
OFF = ("no_grad", "inference_mode", "set_grad_enabled")
OWNERS = {  # whose these methods are
    "step": ("optimizer",),
    "zero_grad": ("optimizer", "model"),
    "backward": ("cost",),
    "parameters": ("model",),
    "state_dict": ("model", "optimizer"),
    "load_state_dict": ("model", "optimizer"),
}
KINDS = {"cost": "torch.Tensor", "model": "torch.nn.modules.", "optimizer": "torch.optim."}
LOSSES = "torch.nn.modules.loss."
WHOSE = {"cost": Word("whose_cost"), "model": Word("whose_model"), "optimizer": Word("whose_optimizer")}


def _target(crash: Crash) -> ast.expr | None:
    """Return what backward was called of."""
    called = operations.call(crash)
    if called is None or not isinstance(called.func, ast.Attribute) or called.func.attr != "backward":
        return None
    return called.func.value


@RULES.rule("backward-from-many-costs", Idea.GRADIENT)
def _many(crash: Crash) -> bool:
    """Recognise a cost that is no single number."""
    return bool(said(crash, "RuntimeError", "implicitly created only for scalar outputs"))


def _causes(crash: Crash) -> set[str]:
    """Return what, in this function, could have kept a cost from knowing how it was computed."""
    if not said(crash, "RuntimeError", "does not require grad and does not have a grad_fn"):
        return set()
    causes = {"unrecorded"} if _is_unrecorded(crash) else set()
    for node in operations.origins(crash, _target(crash)):
        name = operations.last_name(node) if isinstance(node, ast.Call) else ""
        data = isinstance(node, ast.Attribute) and node.attr == "data"
        plain = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and name == "float"
        causes |= {"cut"} if data or ((name in CUTS or plain) and not _of_labels(crash, node)) else set()
        causes |= {"chosen"} if name in CHOICES and not _of_labels(crash, node) else set()
    return causes or {"unknown"}


def _of_labels(crash: Crash, node: ast.AST) -> bool:
    """Tell whether a call is about the labels alone, which need no gradient."""
    names = [name for name in operations.names_in(node) if name.id not in operations.MODULES]
    return bool(names) and all(operations.is_labels(crash.thing(name)) for name in names)


def _is_unrecorded(crash: Crash) -> bool:
    """Tell whether the line stands where gradients are switched off."""
    function, line = crash.function, crash.statement
    if function is None or line is None:
        return False
    around = [one for one in ast.walk(function) if isinstance(one, ast.With) and line in ast.walk(one)]
    off = [operations.last_name(item.context_expr) for one in around for item in one.items]
    off += [operations.last_name(decorator) for decorator in function.decorator_list]
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call) and node.lineno < line.lineno]
    off += [operations.last_name(one) for one in calls if one.args and ast.unparse(one.args[0]) == "False"]
    return any(name in OFF for name in off)


@RULES.rule("backward-where-nothing-is-recorded", Idea.GRADIENT)
def _unrecorded(crash: Crash) -> bool:
    return _causes(crash) == {"unrecorded"}


@RULES.rule("graph-cut", Idea.GRADIENT)
def _cut(crash: Crash) -> bool:
    return _causes(crash) == {"cut"}


@RULES.rule("argmax-before-the-cost", Idea.GRADIENT)
def _chosen(crash: Crash) -> bool:
    return _causes(crash) == {"chosen"}


@RULES.rule("backward-without-a-graph", Idea.GRADIENT)
def _without(crash: Crash) -> bool:
    """Recognise a cost that knows nothing of how it was computed, where the function does not tell why."""
    return _causes(crash) == {"unknown"}


def _again(crash: Crash) -> str:
    """Return how a graph came to be gone through twice, as far as the function tells."""
    if not said(crash, "RuntimeError", "backward through the graph a second time"):
        return ""
    target = _target(crash)
    if not isinstance(target, ast.Name):
        return "unknown"
    calls = [node for node in _backwards(crash) if isinstance(node.value, ast.Name) and node.value.id == target.id]
    grows = _grows(crash, target.id)
    if len(calls) > 1 and not grows:
        return "called"
    return "grown" if grows and len(calls) == 1 else "unknown"


def _backwards(crash: Crash) -> Iterator[ast.Attribute]:
    for node in ast.walk(crash.function) if crash.function is not None else ():
        if isinstance(node, ast.Attribute) and node.attr == "backward":
            yield node


def _grows(crash: Crash, name: str) -> bool:
    """Tell whether a name's value is added to: `x += …` or `x = x + …`."""
    for node in ast.walk(crash.function) if crash.function is not None else ():
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
            added = isinstance(node.target, ast.Name) and node.target.id == name
        elif isinstance(node, ast.Assign):
            mine = any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
            added = mine and any(one.id == name for one in operations.names_in(node.value))
        else:
            continue
        if added:
            return True
    return False


@RULES.rule("backward-called-twice", Idea.GRADIENT)
def _twice(crash: Crash) -> bool:
    return _again(crash) == "called"


@RULES.rule("backward-of-a-growing-sum", Idea.GRADIENT)
def _sum(crash: Crash) -> bool:
    return _again(crash) == "grown"


@RULES.rule("graph-used-twice", Idea.GRADIENT)
def _reused(crash: Crash) -> bool:
    """Recognise a graph that is gone through twice, where the function does not tell why."""
    return _again(crash) == "unknown"


@RULES.rule("overwritten-for-the-gradient", Idea.GRADIENT)
def _overwritten(crash: Crash) -> bool:
    """Recognise a value changed in place that the gradient is computed from."""
    return bool(said(crash, "RuntimeError", "modified by an inplace operation"))


@RULES.rule("weights-changed-while-recorded", Idea.GRADIENT)
def _leaf(crash: Crash) -> bool:
    """Recognise weights that are changed in place where everything is recorded; what was given is no weight."""
    changed = (
        crash.statement.target
        if isinstance(crash.statement, ast.AugAssign)
        else operations.subject(operations.call(crash))
    )
    told = said(crash, "RuntimeError", "leaf Variable that requires grad.* in-place")
    return bool(told) and not scopes.is_given(crash, changed)


@RULES.rule("cost-function-for-the-cost", Idea.COST)
def _function(crash: Crash) -> dict[str, object] | bool:
    """Recognise backward of the cost function, which was not called or is taken for what it gives."""
    node = crash.node
    if not isinstance(node, ast.Attribute) or node.attr != "backward" or not said(crash, "AttributeError", node.attr):
        return False
    return operations.is_kind(crash.thing(node.value), LOSSES) and {"name": ast.unparse(node.value)}


@RULES.rule("method-of-another-object", Idea.GRADIENT)
def _other_object(crash: Crash) -> dict[str, object] | bool:
    """Recognise a method of optimizer, model or cost that one of the others is asked for."""
    node = crash.node
    if not isinstance(node, ast.Attribute) or node.attr not in OWNERS or not said(crash, "AttributeError", node.attr):
        return False
    thing = crash.thing(node.value)
    if node.attr == "backward" and operations.is_kind(thing, LOSSES):
        return False
    one = next((role for role, start in KINDS.items() if operations.is_kind(thing, start)), "")
    owners = OWNERS[node.attr]
    return (
        bool(one)
        and one not in owners
        and {"method": node.attr, "name": ast.unparse(node.value), "owner": WHOSE[owners[0]]}
    )
