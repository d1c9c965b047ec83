"""Which line of the student's function does a mistake, as far as its text tells: the one line that can.

A finder gets the function that was asked and returns the number of the line, or None where there is none or several.
"""

from __future__ import annotations

import ast
from functools import partial
from typing import TYPE_CHECKING

from graders.harness.base import trees

from .training import rebinding
from .training.printed import NUMBERS_PRINTED
from .training.printed import SLIPS as FORMS_OF_LINES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Finder = Callable[[ast.FunctionDef], int | None]

CUTS = ("detach", "detach_", "item", "numpy", "tolist", "no_grad", "inference_mode")  # from the graph; and .data
NUMBERS = ("detach", "item", "float", "tolist", "numpy")  # make something of a cost that holds no graph
LOOPS = (ast.For, ast.While)
RAW = ("data", "test_data", "train_data")  # of torchvision's data set: whole numbers from 0 to 255


def _only(nodes: Iterable[ast.AST]) -> int | None:
    """Return the line of some nodes where all are on one."""
    lines = {getattr(node, "lineno", 0) for node in nodes}
    return lines.pop() if len(lines) == 1 else None


def _last(nodes: Iterable[ast.AST]) -> int | None:
    """Return the last line of some nodes."""
    return max((getattr(node, "lineno", 0) for node in nodes), default=None)


def _called(*names: str) -> Finder:
    return lambda function: _only(trees.calls(function, *names))


def _called_last(*names: str) -> Finder:
    return lambda function: _last(trees.calls(function, *names))


def _loops(function: ast.FunctionDef) -> list[ast.AST]:
    return [node for node in ast.walk(function) if isinstance(node, LOOPS)]


def _loop(function: ast.FunctionDef) -> int | None:
    """Find the only loop."""
    return _only(_loops(function))


def _left(function: ast.FunctionDef) -> int | None:
    """Find what leaves a loop."""
    inside = (part for loop in _loops(function) for part in ast.walk(loop))
    return _only(part for part in inside if isinstance(part, (ast.Break, ast.Return)))


def _bound(name: str, function: ast.FunctionDef) -> int | None:
    """Find the line that gives a name another value."""
    assigned = (node for node in ast.walk(function) if isinstance(node, ast.Assign))
    return _only(node for node in assigned if any(isinstance(t, ast.Name) and t.id == name for t in node.targets))


def _cut(function: ast.FunctionDef) -> int | None:
    """Find what takes a tensor out of its graph, on the way to backward()."""
    until = _only(trees.calls(function, "backward"))
    cuts = [*trees.calls(function, *CUTS)]
    data = [node for node in ast.walk(function) if isinstance(node, ast.Attribute) and node.attr == "data"]
    return _only(node for node in (*cuts, *data) if until is not None and node.lineno <= until)


def _rate(function: ast.FunctionDef) -> int | None:
    """Find what writes to a learning rate, or the step of something beside the optimizer: a schedule."""
    written = (node for node in ast.walk(function) if isinstance(node, (ast.Assign, ast.AugAssign)))
    targets = (t for node in written for t in (node.targets if isinstance(node, ast.Assign) else [node.target]))
    rates = [t for t in targets if isinstance(t, ast.Subscript) and getattr(t.slice, "value", "") == "lr"]
    return _only([*rates, *(call for call in trees.calls(function, "step") if _owner(call) not in ("optimizer", ""))])


def _owner(call: ast.Call) -> str:
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    return owner.id if isinstance(owner, ast.Name) else ""


def _kept(function: ast.FunctionDef) -> int | None:
    """Find where the cost of a batch is added or kept as it came from the criterion."""
    assigned = [node for node in ast.walk(function) if isinstance(node, ast.Assign) and trees.calls(node, "criterion")]
    names = {target.id for node in assigned for target in node.targets if isinstance(target, ast.Name)}
    return _only(node for loop in _loops(function) for node in _keeping(loop, names))


def _keeping(loop: ast.AST, costs: set[str]) -> Iterator[ast.AST]:
    for node in ast.walk(loop):
        kept: ast.AST | None = node.value if isinstance(node, ast.AugAssign) else None
        kept = node if isinstance(node, ast.Call) and trees.called(node) == "append" else kept
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp):
            kept = node.value
        named = kept and any(isinstance(part, ast.Name) and part.id in costs for part in ast.walk(kept))
        if kept and named and not trees.calls(kept, *NUMBERS):
            yield node


def _printed(text: str, function: ast.FunctionDef) -> int | None:
    """Find the only print with a text in it."""
    return _only(call for call in trees.calls(function, "print") if text in ast.dump(call))


def _tried(function: ast.FunctionDef) -> int | None:
    """Find the only line that is tried."""
    return _only(line for node in ast.walk(function) if isinstance(node, ast.Try) for line in node.body)


def _scaled(function: ast.FunctionDef) -> int | None:
    """Find the only line that divides or multiplies; 28 * 28 is a size."""
    written = [node for node in ast.walk(function) if isinstance(node, (ast.BinOp, ast.AugAssign))]
    sizes = [
        n for n in written if isinstance(n, ast.BinOp) and all(isinstance(x, ast.Constant) for x in (n.left, n.right))
    ]
    scaling = [n for n in written if isinstance(n.op, (ast.Div, ast.FloorDiv, ast.Mult)) and n not in sizes]
    return _only([*scaling, *trees.calls(function, "div", "div_", "true_divide", "mul", "mul_", "Normalize")])


def _without_bias(function: ast.FunctionDef) -> int | None:
    """Find the only layer that is told whether to have a bias."""
    layers = trees.calls(function, "Linear")
    return _only(call for call in layers if any(word.arg == "bias" for word in call.keywords) or len(call.args) > 2)


def _own_rate(function: ast.FunctionDef) -> int | None:
    """Find the only optimizer that is not given `learning_rate`."""
    return _only(call for call in trees.calls(function, "SGD") if "'learning_rate'" not in ast.dump(call))


def _in_step(lines: Callable[[ast.AST], Iterable[ast.AST]], function: ast.FunctionDef) -> int | None:
    """Find the only one of some lines of an own optimizer's step."""
    steps = (rebinding.step_of(node) for node in ast.walk(function))
    return _only(line for step in steps if step is not None for line in lines(step))


def _moved(function: ast.FunctionDef) -> int | None:
    """Find what is moved to a device and not kept; a model is moved itself."""
    alone = (node.value for node in ast.walk(function) if isinstance(node, ast.Expr))
    calls = [call for call in alone if isinstance(call, ast.Call) and trees.called(call) in ("to", "cuda")]
    return _only(call for call in calls if _owner(call) != "model")


def _raw(function: ast.FunctionDef) -> int | None:
    """Find what takes images from the files' own numbers; the `data` of anything else is a tensor's."""
    assigned = [node for node in ast.walk(function) if isinstance(node, ast.Assign)]
    alike = [node for node in assigned if isinstance(node.value, ast.Name) and node.value.id == "dataset"]
    names = {"dataset", *(target.id for node in alike for target in node.targets if isinstance(target, ast.Name))}
    read = [node for node in ast.walk(function) if isinstance(node, ast.Attribute)]
    of_dataset = [node for node in read if isinstance(node.value, ast.Name) and node.value.id in names]
    return _only(node for node in of_dataset if node.attr in RAW)


PLACES: dict[str, Finder] = {
    "raw-pixels": _raw,
    **dict.fromkeys(("zero-grad-forgotten", "no-step", "no-backward", "batches-skipped"), _loop),
    **dict.fromkeys(("batches-repeated", "epochs-miscounted", "training-epochs-ignored"), _loop),
    **dict.fromkeys(("zero-grad-once-an-epoch", "gradient-thrown-away"), _called("zero_grad")),
    **dict.fromkeys(("step-before-backward", "step-once-an-epoch", "step-every-second-batch"), _called("step")),
    **dict.fromkeys(("loop-left-after-one-batch", "training-ends-early", "first-batch-only"), _left),
    **dict.fromkeys(("another-model-trained", "model-rebuilt-every-epoch"), partial(_bound, "model")),
    **dict.fromkeys(("learning-rate-set-in-the-epoch", "learning-rate-changed-between-epochs"), _rate),
    **dict.fromkeys((*FORMS_OF_LINES, *NUMBERS_PRINTED), partial(_printed, "Epoch")),
    **dict.fromkeys(("another-number-printed", "line-not-filled-in"), partial(_printed, "Epoch")),
    **dict.fromkeys(("end-said-otherwise", "end-said-too-early", "end-said-every-epoch"), partial(_printed, "inish")),
    **dict.fromkeys(("pixels-scaled-otherwise", "costs-divided-by-batch-size"), _scaled),
    "columns-first": _called("transpose", "permute", "swapaxes", "swapdims", "movedim", "moveaxis", "t"),
    "error-let-pass": _tried,
    "no-bias": _without_bias,
    "learning-rate-ignored": _own_rate,
    "gradients-gathered-over-batches": _called("step"),
    "steps-repeated": _called_last("step"),
    "backward-twice": _called_last("backward"),
    "backward-once-an-epoch": _called("backward"),
    "graph-cut": _cut,
    "argmax-before-the-cost": _called("argmax", "max"),
    "backward-where-nothing-is-recorded": _called("no_grad", "inference_mode", "set_grad_enabled"),
    "labels-as-fractions": _called("float", "double", "half"),
    "softmax-twice-in-training": _called("softmax", "log_softmax", "Softmax", "LogSoftmax"),
    "activation-in-training": _called("relu", "sigmoid", "tanh", "ReLU", "Sigmoid", "Tanh"),
    "gradient-clipped": _called("clip_grad_value_", "clip_grad_norm_", "clamp_", "clip_"),
    "iterator-restarted": _called("iter"),
    "criterion-ignored": partial(_bound, "criterion"),
    "optimizer-ignored": partial(_bound, "optimizer"),
    "costs-added-up-with-their-graphs": _kept,
    "cost-after-the-step": _called_last("criterion"),
    "step-rebinds-a-name": partial(_in_step, rebinding.rebindings),
    "step-thrown-away": partial(_in_step, rebinding.thrown_away),
    "moved-tensor-unused": _moved,
    "seeded-every-epoch": _called("manual_seed", "seed"),
    "softmax-over-the-batch-in-evaluation": _called("softmax", "log_softmax"),
    "argmin-in-evaluation": _called("argmin"),
    "argmax-over-everything": _called("argmax"),
    "argmax-over-the-batch": _called("argmax", "max"),
    "largest-score-compared": _called("max", "amax", "topk"),
    "answers-compared-with-all-labels": _called("eq"),
    "gradients-left-off": _called("set_grad_enabled"),
    "parameters-frozen-by-evaluation": _called("requires_grad_"),
    "gradients-cleared-by-evaluation": _called("zero_grad"),
    "backward-in-evaluation": _called("backward"),
}
