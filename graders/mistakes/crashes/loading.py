"""Misconceptions about data: what a data loader takes, and what transforms take."""

from __future__ import annotations

import ast

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from . import operations
from .operations import PICTURE, said

RULES = Rules()
LOADERS = ("DataLoader", "RandomSampler", "SequentialSampler")
TRANSFORMS = "ToTensor|Normalize|ToPILImage|Grayscale|Resize|RandomRotation|PILToTensor"


@RULES.rule("batch-size-not-whole", Idea.BATCHES)
def _batch_size(crash: Crash) -> bool:
    """Recognise a batch size that is a fraction, a text, or less than one."""
    return bool(said(crash, "ValueError TypeError", "batch_size should be a positive integer"))


@RULES.rule("shuffle-and-sampler", Idea.BATCHES)
def _both(crash: Crash) -> bool:
    """Recognise a data loader that is told twice in which order to serve."""
    return bool(said(crash, "ValueError", "sampler option is mutually exclusive with shuffle"))


@RULES.rule("workers-below-zero", Idea.BATCHES)
def _workers(crash: Crash) -> bool:
    return bool(said(crash, "ValueError", "num_workers option should be non-negative"))


@RULES.rule("dataset-without-a-length", Idea.DATASET)
def _no_length(crash: Crash) -> dict[str, object] | bool:
    """Recognise a data loader of something that can be gone through once only."""
    found = said(crash, "TypeError", r"object of type '(\w+)' has no len\(\)")
    return found is not None and operations.last_name(crash.node) in LOADERS and {"kind": found[1]}


@RULES.rule("pictures-in-a-batch", Idea.DATASET)
def _pictures(crash: Crash) -> bool:
    """Recognise a data loader of PIL's pictures."""
    return bool(said(crash, "TypeError", r"batch must contain tensors.*<class 'PIL\."))


@RULES.rule("picture-not-a-tensor", Idea.DATASET)
def _picture(crash: Crash) -> dict[str, object] | bool:
    """Recognise that a PIL picture is treated as a tensor."""
    pictures = {one.id for one in operations.names_in(crash.node) if operations.is_kind(crash.thing(one), *PICTURE)}
    told = said(crash, "TypeError AttributeError", "Image")
    return bool(told) and len(pictures) == 1 and "Got <class" not in crash.text and {"name": min(pictures)}


@RULES.rule("transform-not-built", Idea.DATASET)
def _class(crash: Crash) -> dict[str, object] | bool:
    """Recognise a transform's class in a list of transforms: torchvision calls it with the picture."""
    found = said(crash, "TypeError", rf"({TRANSFORMS})(?:\.__init__)?\(\) takes")
    if found is None or operations.last_name(crash.node) == found[1]:
        return False
    lists = [one for call in _calls(crash) for one in call.args if isinstance(one, ast.List)]
    bare = [item for one in lists for item in one.elts if isinstance(item, (ast.Attribute, ast.Name))]
    return any(operations.last_name(item) == found[1] for item in bare) and {"name": found[1]}


@RULES.rule("transform-class-called", Idea.DATASET)
def _called(crash: Crash) -> dict[str, object] | bool:
    """Recognise a transform's class that is called with the pictures."""
    found = said(crash, "TypeError", rf"({TRANSFORMS})(?:\.__init__)?\(\) takes")
    return found is not None and operations.last_name(crash.node) == found[1] and {"name": found[1]}


@RULES.rule("compose-without-a-list", Idea.DATASET)
def _no_list(crash: Crash) -> dict[str, object] | bool:
    """Recognise `Compose` of a single transform, which torchvision goes through when it is asked for a picture."""
    found = said(crash, "TypeError", rf"'({TRANSFORMS})' object is not iterable")
    alone = [call for call in _calls(crash) if operations.last_name(call) == "Compose" and _is_transform(call)]
    return found is not None and (crash.module is None or bool(alone)) and {"name": found[1]}


def _calls(crash: Crash) -> list[ast.Call]:
    return [node for node in ast.walk(crash.module) if isinstance(node, ast.Call)] if crash.module is not None else []


def _is_transform(compose: ast.Call) -> bool:
    return len(compose.args) == 1 and isinstance(compose.args[0], ast.Call)


@RULES.rule("list-of-transforms", Idea.DATASET)
def _list(crash: Crash) -> bool:
    """Recognise a list as transform, which torchvision calls when it is asked for a picture."""
    told = said(crash, "TypeError", "'list' object is not callable")
    lists = [one for call in _calls(crash) for one in call.keywords if one.arg == "transform"]
    asked = not isinstance(crash.node, ast.Call)  # an item was asked for; nothing was called in this line
    return bool(told) and asked and any(isinstance(one.value, ast.List) for one in lists)


@RULES.rule("normalised-before-to-tensor", Idea.DATASET)
def _order(crash: Crash) -> bool:
    """Recognise `Normalize` of a picture that is no tensor yet."""
    return bool(said(crash, "TypeError", r"ensor.* Got <class 'PIL\."))


@RULES.rule("to-tensor-of-a-tensor", Idea.DATASET)
def _tensor(crash: Crash) -> bool:
    """Recognise `ToTensor` of what is a tensor already."""
    return bool(said(crash, "TypeError", r"pic should be PIL Image or ndarray\. Got <class 'torch\.Tensor'>"))
