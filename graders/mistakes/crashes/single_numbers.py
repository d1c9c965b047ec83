"""Misconceptions about one and many: a single number is wanted where there are several, or the other way round."""

from __future__ import annotations

import ast

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from . import operations
from .operations import said

RULES = Rules()
SEVERAL = r"Tensor with (\d+) elements|only one element tensors|only integer tensors of a single element"
ASKING = ("bool", "max", "min", "sorted", "any", "all", "index", "remove", "count")  # whether one is another, or true
TWO = "torch.return_types."


@RULES.rule("item-of-several", Idea.SHAPES)
def _item(crash: Crash) -> dict[str, object] | bool:
    """Recognise `item` of a tensor of several numbers."""
    found = said(crash, "RuntimeError ValueError", SEVERAL)
    return (
        operations.last_name(crash.node) == "item"
        and bool(found and found[1])
        and found is not None
        and {"count": int(found[1])}
    )


@RULES.rule("number-from-several", Idea.SHAPES)
def _number(crash: Crash) -> dict[str, object] | bool:
    """Recognise `int` or `float` of a tensor of several numbers."""
    found, called = said(crash, "RuntimeError ValueError TypeError", SEVERAL), operations.call(crash)
    plain = called is not None and isinstance(called.func, ast.Name) and called.func.id in ("int", "float")
    none = found is not None and found[1] == "0"
    return bool(found) and plain and not none and {"name": operations.last_name(called)}


@RULES.rule("truth-of-several", Idea.SHAPES)
def _truth(crash: Crash) -> bool:
    """Recognise a yes or no that is asked of several at once."""
    told = said(crash, "RuntimeError", "Boolean value of Tensor with more than one")
    told = told or said(crash, "ValueError", "truth value of an array with more than one")
    # What else is called has perhaps taken tensors for its options.
    called = crash.node is None or isinstance(crash.node, ast.Call)  # no expression of this line: within a library
    return bool(told) and (not called or operations.last_name(crash.node) in ASKING)


@RULES.rule("index-into-a-single-number", Idea.SHAPES)
def _index(crash: Crash) -> bool:
    """Recognise an index of a tensor without axes, as tutorials of long ago have it."""
    return bool(said(crash, "IndexError", "invalid index of a 0-dim tensor"))


@RULES.rule("single-number-taken-for-many", Idea.SHAPES)
def _many(crash: Crash) -> bool:
    """Recognise that a tensor without axes is to be gone through, or counted."""
    return bool(said(crash, "TypeError", r"len\(\) of a 0-d tensor|iteration over a 0-d"))


@RULES.rule("max-gives-two-things", Idea.EVALUATION)
def _two(crash: Crash) -> dict[str, object] | bool:
    """Recognise that both, largest value and its place, are used as if they were one tensor."""
    if said(crash, "TypeError AttributeError", r"torch\.return_types\.\w+"):
        name = crash.text.partition(TWO)[2].split("'")[0].split(" ")[0]
        return name in ("max", "min") and {"name": name}
    node = crash.node.value if isinstance(crash.node, ast.Attribute) else None
    if said(crash, "AttributeError", "'bool' object") is None or not isinstance(node, ast.Compare):
        return False
    things = [crash.thing(one) for one in (node.left, *node.comparators)]
    names = {thing.kind.removeprefix(TWO) for thing in things if thing is not None and thing.kind.startswith(TWO)}
    return len(names) == 1 and names <= {"max", "min"} and {"name": min(names)}
