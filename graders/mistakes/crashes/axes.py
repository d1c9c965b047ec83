"""Misconceptions about shapes: reshapes that do not fit, axes that are not there, sizes that do not meet."""

from __future__ import annotations

import ast
import math

from graders.harness.base.model import Word
from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from . import labels, operations, scopes
from .operations import DIGITS, LINE, PIXELS, said, shown, size_word

RULES = Rules()
FLAT = ((PIXELS,), (-1,), (1, LINE, LINE), (LINE, LINE), (1, PIXELS))  # what may follow a batch size


def _reshape(crash: Crash) -> tuple[tuple[int, ...], int] | None:
    """Return the sizes that were asked for, and how many numbers there are."""
    found = said(crash, "RuntimeError", r"shape '\[([-\d, ]*)\]' is invalid for input of size (\d+)")
    if found is not None:
        return operations.sizes(found[1]), int(found[2])
    found = said(crash, "ValueError", r"reshape array of size (\d+) into shape \(([-\d, ]*)\)")  # NumPy's
    return (operations.sizes(found[2]), int(found[1])) if found else None


def _written_down(crash: Crash) -> bool:
    """Recognise a batch size that stands in the reshape as a number."""
    asked = _reshape(crash)
    if asked is None or not asked[0]:
        return False
    (batch, *rest), numbers = asked
    first = operations.argument(operations.call(crash), 0, "shape", "size")
    first = operations.argument(operations.call(crash), 1) if _is_function(crash) else first
    first = first.elts[0] if isinstance(first, (ast.Tuple, ast.List)) and first.elts else first
    literal = isinstance(first, ast.Constant) and first.value == batch
    return literal and batch >= 1 and tuple(rest) in FLAT and numbers % PIXELS == 0 and numbers // PIXELS != batch


def _is_function(crash: Crash) -> bool:
    called = operations.call(crash)
    owner = called.func.value if called is not None and isinstance(called.func, ast.Attribute) else None
    return isinstance(owner, ast.Name) and owner.id == "torch"


@RULES.rule("batch-size-hard-coded-in-the-reshape", Idea.SHAPES)
def _fixed(crash: Crash) -> bool:
    return _written_down(crash) and not _one_row(crash)


@RULES.rule("one-row-for-all-images", Idea.SHAPES)
def _single(crash: Crash) -> bool:
    """Recognise a batch size of 1 that stands there: a single image is just the case that works."""
    return _written_down(crash) and _one_row(crash)


def _one_row(crash: Crash) -> bool:
    asked = _reshape(crash)
    return asked is not None and asked[0][0] == 1


@RULES.rule("reshape-to-a-size-that-does-not-fit", Idea.SHAPES)
def _misfit(crash: Crash) -> dict[str, object] | bool:
    """Recognise a reshape whose sizes do not multiply to how many numbers there are."""
    asked = _reshape(crash)
    if asked is None or _written_down(crash):
        return False
    wanted, numbers = asked
    images = numbers // PIXELS if numbers % PIXELS == 0 else 0
    there = Word("numbers_of_images", {"numbers": numbers, "images": images, "pixels": PIXELS})
    there = there if images else Word("numbers", {"numbers": numbers})
    product = math.prod(size for size in wanted if size != -1)
    fits = Word("a_multiple_of" if -1 in wanted else "just", {"numbers": product})
    return {"numbers": numbers, "shape": shown(wanted), "there": there, "fits": fits}


@RULES.rule("view-of-scattered-numbers", Idea.SHAPES)
def _scattered(crash: Crash) -> bool:
    """Recognise `view` of a tensor whose numbers do not lie one after the other: its axes were exchanged, or cut."""
    return operations.last_name(crash.node) == "view" and bool(said(crash, "RuntimeError", "stride"))


@RULES.rule("axis-out-of-range", Idea.SHAPES)
def _no_such_axis(crash: Crash) -> dict[str, object] | bool:
    """Recognise an axis that is asked for and that the tensor lacks."""
    found = said(crash, "IndexError", r"Dimension out of range \(.*\[-?\d+, (-?\d+)\], but got (-?\d+)\)")
    if not found:
        return False
    last, asked = int(found[1]), int(found[2])
    thing = crash.thing(operations.subject(operations.call(crash)))
    axes = len(thing.shape) if thing is not None and thing.shape is not None else max(last + 1, 0)
    return axes > 0 and {"axis": asked, "last": last, "axes": axes}


@RULES.rule("picture-with-more-than-two-axes", Idea.PICTURE)
def _channel(crash: Crash) -> dict[str, object] | bool:
    """Recognise a picture to be drawn that still has its channel axis, or a batch axis."""
    shape = _drawn(crash)
    return len(shape) > 2 and math.prod(shape) == LINE * LINE and {"shape": shown(shape), "axes": len(shape)}


@RULES.rule("picture-of-a-row", Idea.PICTURE)
def _row(crash: Crash) -> dict[str, object] | bool:
    """Recognise a picture to be drawn whose pixels lie in one row."""
    shape = _drawn(crash)
    return len(shape) == 1 and {"length": shape[0]}


def _drawn(crash: Crash) -> tuple[int, ...]:
    found = said(crash, "TypeError", r"Invalid shape \(([\d, ]*)\)")
    return operations.sizes(found[1]) if found else ()


def _sizes(crash: Crash) -> tuple[int, int] | None:
    found = said(crash, "RuntimeError", r"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\)")
    return (int(found[1]), int(found[2])) if found else None


def _scores_compared(crash: Crash) -> bool:
    """Recognise a comparison of all ten scores of each image with the labels."""
    node, both = crash.node, list[ast.expr]()
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        both = [node.left, node.comparators[0]]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("eq", "ne"):
        both = [node.func.value, *node.args[:1]]
    found = _sizes(crash)
    return found is not None and DIGITS in found and any(operations.is_scores(crash.thing(one)) for one in both)


@RULES.rule("all-scores-compared-with-labels", Idea.EVALUATION)
def _compared(crash: Crash) -> bool:
    return _scores_compared(crash)


@RULES.rule("sizes-do-not-meet", Idea.SHAPES)
def _unequal(crash: Crash) -> dict[str, object] | bool:
    """Recognise two tensors, item by item, of which one has more items than the other."""
    found = _sizes(crash)
    if found is None or _scores_compared(crash) or labels.narrow_one_hot(crash) in found:
        return False
    return {"first": size_word(crash, found[0]), "second": size_word(crash, found[1])}


@RULES.rule("too-many-indices", Idea.SHAPES)
def _indices(crash: Crash) -> dict[str, object] | bool:
    """Recognise more indices than there are axes."""
    found = said(crash, "IndexError", r"too many indices for tensor of dimension (\d+)")
    return bool(found) and found is not None and {"axes": int(found[1])}


@RULES.rule("index-past-the-end", Idea.SHAPES)
def _past(crash: Crash) -> dict[str, object] | bool:
    """Recognise an index from which on there is nothing any more; one that a data set is asked for is another's."""
    asked = isinstance(crash.node, ast.Subscript) and scopes.is_given(crash, crash.node.slice)
    if asked and crash.function is not None and crash.function.name == "__getitem__":
        return False
    found = said(
        crash, "IndexError RuntimeError", r"index (\d+) is out of bounds for (?:dimension|axis) \d+ with size (\d+)"
    )
    size = int(found[2]) if found else 0
    return found is not None and size > 0 and {"index": int(found[1]), "size": size, "last": size - 1}


@RULES.rule("gather-wants-a-column", Idea.SHAPES)
def _gather(crash: Crash) -> dict[str, object] | bool:
    """Recognise labels without a second axis for `gather`."""
    name = operations.last_name(crash.node)
    told = said(crash, "RuntimeError", r"[Ii]ndex tensor must have the same number of dimensions")
    called = operations.call(crash)
    if not any(operations.is_labels(crash.thing(one)) for one in (called.args if called is not None else ())):
        return False
    return name in ("gather", "scatter", "scatter_") and bool(told) and {"name": name}


@RULES.rule("index-of-another-type", Idea.SHAPES)
def _fractions(crash: Crash) -> bool:
    """Recognise fractions, or short whole numbers, that are to say which items are meant."""
    pattern = r"tensors used as indices must be|valid indices \(got float\)|Expected dtype .*int64 for index"
    return bool(said(crash, "IndexError RuntimeError", pattern))
