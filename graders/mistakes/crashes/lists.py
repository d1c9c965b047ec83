"""Misconceptions about lists, arrays and tensors: how many things become one tensor."""

from __future__ import annotations

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from . import operations
from .operations import said

RULES = Rules()
NO_TENSOR = r"argument '\w+' \(position \d+\) must be Tensor, not ([\w.]+)|argument '\w+' must be Tensor, not ([\w.]+)"
UNEQUAL = r"equal size, but got (\[[\d, ]*\]) at entry 0 and (\[[\d, ]*\]) at entry (\d+)"
MAKERS = ("tensor", "as_tensor", "Tensor", "FloatTensor", "LongTensor")


@RULES.rule("stack-of-differing-sizes", Idea.SHAPES)
def _stacked(crash: Crash) -> dict[str, object] | bool:
    """Recognise tensors of which one is shorter, most often that of the last batch."""
    found = said(crash, "RuntimeError", UNEQUAL)
    stacked = found is not None and operations.last_name(crash.node) == "stack"
    return found is not None and stacked and {"first": found[1], "other": found[2], "place": int(found[3])}


@RULES.rule("items-of-differing-sizes", Idea.DATASET)
def _items(crash: Crash) -> dict[str, object] | bool:
    """Recognise items that a data loader cannot put into one batch."""
    found = said(crash, "RuntimeError", UNEQUAL)
    stacked = found is None or operations.last_name(crash.node) == "stack"
    return found is not None and not stacked and {"first": found[1], "other": found[2]}


@RULES.rule("cat-of-differing-sizes", Idea.SHAPES)
def _unequal(crash: Crash) -> dict[str, object] | bool:
    """Recognise tensors that are to be joined along one axis and differ along another."""
    found = said(
        crash, "RuntimeError", r"must match except in dimension (\d+)\.? .*xpected size (\d+) but got size (\d+)"
    )
    return found is not None and {"axis": int(found[1]), "first": int(found[2]), "other": int(found[3])}


@RULES.rule("cat-of-single-numbers", Idea.SHAPES)
def _joined(crash: Crash) -> dict[str, object] | bool:
    """Recognise tensors without axes that are to be joined along one."""
    told = said(crash, "RuntimeError", "zero-dimensional tensor.* cannot be concatenated")
    return bool(told) and {"name": operations.last_name(crash.node) or "cat"}


@RULES.rule("stack-of-numbers", Idea.SHAPES)
def _numbers(crash: Crash) -> dict[str, object] | bool:
    """Recognise Python's numbers where tensors are to be put together."""
    found = said(crash, "TypeError", r"expected Tensor as element \d+ in argument \d+, but got (float|int|bool)$")
    name = operations.last_name(crash.node)
    return found is not None and bool(name) and {"name": name, "kind": found[1]}


def _other_than_tensor(crash: Crash) -> str:
    found = said(crash, "TypeError", NO_TENSOR)
    return (found[1] or found[2]) if found else ""


@RULES.rule("list-for-a-tensor", Idea.SHAPES)
def _list(crash: Crash) -> dict[str, object] | bool:
    kind, name = _other_than_tensor(crash), operations.last_name(crash.node)
    return kind in ("list", "tuple") and bool(name) and {"name": name, "kind": kind}


@RULES.rule("tensors-not-in-a-list", Idea.SHAPES)
def _loose(crash: Crash) -> dict[str, object] | bool:
    """Recognise `torch.cat(a, b)`."""
    told = said(crash, "TypeError", r"must be tuple of Tensors, not Tensor")
    name = operations.last_name(crash.node)
    return bool(told) and bool(name) and {"name": name}


@RULES.rule("array-for-a-tensor", Idea.SHAPES)
def _array(crash: Crash) -> bool:
    return _other_than_tensor(crash) == "numpy.ndarray"


@RULES.rule("number-for-a-tensor", Idea.SHAPES)
def _number(crash: Crash) -> dict[str, object] | bool:
    kind, name = _other_than_tensor(crash), operations.last_name(crash.node)
    return kind in ("int", "float", "bool") and bool(name) and {"name": name, "kind": kind}


@RULES.rule("tensor-of-tensors", Idea.SHAPES)
def _tensors(crash: Crash) -> dict[str, object] | bool:
    """Recognise a list of tensors of several numbers each that is to become a tensor."""
    told = said(crash, "TypeError ValueError", "only one element tensors|only integer tensors of a single element")
    name = operations.last_name(operations.call(crash))
    return name in MAKERS and bool(told) and {"name": name}
