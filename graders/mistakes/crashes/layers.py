"""Misconceptions about layers and models: how they are made, applied and filled, and where they are."""

from __future__ import annotations

import ast

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from . import operations
from .operations import argument, said

RULES = Rules()
APPLIED = ("Flatten", "Softmax", "LogSoftmax", "ReLU", "Sigmoid", "Tanh", "Dropout", "Unflatten", "Identity")


def _other_than_whole(crash: Crash, size: ast.expr | None) -> bool:
    """Tell whether a size is certainly no whole number."""
    if size is None:
        return False
    if isinstance(size, (ast.Tuple, ast.List)):
        return True
    if isinstance(size, ast.Constant):
        return type(size.value) in (float, str)
    if isinstance(size, ast.BinOp):
        division = isinstance(size.op, ast.Div)
        return division or _other_than_whole(crash, size.left) or _other_than_whole(crash, size.right)
    kinds = ("builtins.float", "builtins.str", "builtins.tuple", "builtins.list", "torch.Size")
    return operations.is_kind(crash.thing(size), *kinds)


@RULES.rule("layer-size-not-whole", Idea.MODEL)
def _size(crash: Crash) -> dict[str, object] | bool:
    """Recognise a layer whose numbers of inputs or outputs are fractions, pairs or texts."""
    called = operations.call(crash)
    if operations.last_name(called) != "Linear" or not said(crash, "TypeError", ""):
        return False
    given = argument(called, 0, "in_features"), argument(called, 1, "out_features")
    wrong = [operations.written(size) for size in given if _other_than_whole(crash, size)]
    return len(wrong) == 1 and bool(wrong[0]) and {"size": wrong[0]}


def _made_of_a_tensor(crash: Crash, node: ast.AST) -> str:
    """Return the name of a layer that is made where it was to be applied: `nn.Flatten(images)`."""
    if not isinstance(node, ast.Call) or operations.last_name(node) not in APPLIED or not node.args:
        return ""
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    thing, given = crash.thing(node.args[0]), node.args[0]
    tensor = operations.is_kind(thing, "torch.Tensor") or isinstance(given, (ast.Call, ast.BinOp))
    tensor = tensor or (operations.is_layer(thing) and bool(list(operations.assigned(crash, ast.unparse(given)))))
    known = owner is None or isinstance(owner, (ast.Name, ast.Attribute))
    return operations.last_name(node) if tensor and known else ""


@RULES.rule("layer-made-but-not-applied", Idea.MODEL)
def _not_applied(crash: Crash) -> dict[str, object] | bool:
    """Recognise a layer where a tensor is wanted: its class was called, with the tensor, but not the layer."""
    told = said(
        crash, "TypeError AttributeError", r"must be Tensor, not (\w+)|dim must be an int|^'(\w+)' object has no"
    )
    if not told:
        return False
    names = {name for node in operations.origins(crash, crash.node) if (name := _made_of_a_tensor(crash, node))}
    said_so = told[1] or told[2] or operations.last_name(crash.node)
    return len(names) == 1 and said_so in names and {"name": min(names)}


@RULES.rule("model-for-a-tensor", Idea.MODEL)
def _model(crash: Crash) -> dict[str, object] | bool:
    """Recognise the model where its scores are wanted."""
    told = said(crash, "TypeError", r"must be Tensor, not \w+$")
    called = operations.call(crash)
    given = [one for one in (called.args if called is not None else ()) if operations.is_layer(crash.thing(one))]
    made = any(_made_of_a_tensor(crash, node) for one in given for node in operations.origins(crash, one))
    return bool(told) and len(given) == 1 and not made and {"name": ast.unparse(given[0])}


@RULES.rule("layers-in-a-list", Idea.MODEL)
def _list(crash: Crash) -> bool:
    """Recognise `nn.Sequential([…])`."""
    return bool(said(crash, "TypeError", r"^(?:list|tuple) is not a Module subclass"))


@RULES.rule("layer-not-built", Idea.MODEL)
def _class(crash: Crash) -> dict[str, object] | bool:
    """Recognise a layer's class in `nn.Sequential`, without parentheses."""
    found = said(crash, "TypeError", r"^torch\.nn\.modules\.(?:\w+\.)*(\w+) is not a Module subclass")
    return found is not None and {"name": found[1]}


@RULES.rule("state-of-another-model", Idea.MODEL)
def _state(crash: Crash) -> bool:
    """Recognise weights under other names, or of other shapes, than the model has."""
    told = said(crash, "RuntimeError", r"Error\(s\) in loading state_dict")
    return bool(told)


@RULES.rule("state-is-no-dictionary", Idea.MODEL)
def _no_state(crash: Crash) -> bool:
    """Recognise something else than a state where weights are to be loaded."""
    return operations.last_name(crash.node) == "load_state_dict" and bool(said(crash, "TypeError", "dict-like"))


@RULES.rule("no-grad-is-no-function", Idea.GRADIENT)
def _wrapped(crash: Crash) -> bool:
    """Recognise a value in the parentheses of `no_grad`: it is asked for as if it were the value again."""
    node = crash.node
    values = [node] if isinstance(node, ast.Call) else [node.value] if isinstance(node, ast.Attribute) else []
    for one in values:
        for found in operations.origins(crash, one):
            called = found if isinstance(found, ast.Call) else None
            off = operations.last_name(called) in ("no_grad", "inference_mode")
            if off and isinstance(argument(called, 0), (ast.Call, ast.BinOp)):
                return bool(said(crash, "AttributeError TypeError", "'function' object|no_grad|not function"))
    return False


@RULES.rule("device-name-unknown", Idea.DEVICE)
def _device(crash: Crash) -> dict[str, object] | bool:
    """Recognise a device by a name that torch does not know."""
    found = said(crash, "RuntimeError", r"device string: '?([^\s']+)'?$")
    return found is not None and {"name": found[1]}
