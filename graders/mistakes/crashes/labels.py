"""Misconceptions about what a cost function takes: which labels, of which type, in which order."""

from __future__ import annotations

import ast
import re

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from . import operations
from .operations import DIGITS, DTYPES, FLOATS, argument, said, shown

RULES = Rules()
COST = re.compile(r"criterion|loss|cost|entropy", re.IGNORECASE)
FLOAT_CALLS = ("float", "double", "half")
PREDICTING = ("argmax", "round")
LABEL_TYPE = r"(?:expected scalar type Long but found|expected target dtype to be Long[\w ]*, but got) (\w+)"


def swapped(crash: Crash) -> bool:
    """Recognise a cost of labels and scores, in this order."""
    called = operations.call(crash)
    if called is None or not COST.search(ast.unparse(called.func)):
        return False
    first, second = argument(called, 0, "input"), argument(called, 1, "target")
    model = isinstance(second, ast.Call) and (
        operations.is_layer(crash.thing(second.func)) or operations.last_name(second) in ("model", "net")
    )
    told = re.search(r"not implemented for|target|dtype", crash.text, re.IGNORECASE)
    both = operations.is_labels(crash.thing(first)) and (model or operations.is_scores(crash.thing(second)))
    return bool(told) and both


def of_predictions(crash: Crash) -> bool:
    """Recognise a cost of predicted digits in place of scores."""
    called = operations.call(crash)
    if called is None or not COST.search(ast.unparse(called.func)):
        return False
    return operations.called_in(crash, argument(called, 0, "input"), *PREDICTING)


def class_called(crash: Crash) -> bool:
    """Recognise a class of cost functions that is called with scores and labels."""
    called = operations.call(crash)
    return called is not None and operations.last_name(called).endswith("Loss") and len(called.args) >= 2


def narrow_one_hot(crash: Crash) -> int:
    """Return how many classes a one-hot in what raised has, where they are too few: else 0."""
    for one in operations.origins(crash, crash.node):
        classes = argument(one, 1, "num_classes") if isinstance(one, ast.Call) else None
        if classes is not None and operations.last_name(one) == "one_hot":
            thing = crash.thing(classes)
            number = classes.value if isinstance(classes, ast.Constant) else thing.value if thing is not None else None
            return number if type(number) is int and number < DIGITS else 0
    return 0


def sizes_met(crash: Crash) -> set[int]:
    """Return the two sizes that could not be paired."""
    found = said(crash, "RuntimeError", r"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\)")
    return set(map(int, found.groups())) if found else set()


@RULES.rule("cost-arguments-swapped", Idea.COST)
def _swapped(crash: Crash) -> bool:
    return not class_called(crash) and swapped(crash)


@RULES.rule("cost-class-called", Idea.COST)
def _class(crash: Crash) -> dict[str, object] | bool:
    """Recognise the class: it takes options and no tensors, and asks whether several are true."""
    told = said(crash, "RuntimeError", "Boolean value of Tensor")
    return bool(told) and class_called(crash) and {"name": operations.last_name(crash.node)}


@RULES.rule("label-out-of-range", Idea.COST)
def _too_large(crash: Crash) -> dict[str, object] | bool:
    """Recognise a label that no digit has."""
    found = said(crash, "IndexError", r"Target (-?\d+) is out of bounds")
    return found is not None and not 0 <= int(found[1]) < DIGITS and {"label": int(found[1])}


@RULES.rule("too-few-scores", Idea.COST)
def _too_few(crash: Crash) -> dict[str, object] | bool:
    """Recognise scores among which one for a digit is missing."""
    found = said(crash, "IndexError", r"Target (\d+) is out of bounds")
    return found is not None and int(found[1]) < DIGITS and {"label": int(found[1])}


@RULES.rule("one-hot-too-small", Idea.COST)
def _nine(crash: Crash) -> dict[str, object] | bool:
    """Recognise a one-hot of fewer classes than there are digits, at a larger label or where it meets the scores."""
    told = said(crash, "RuntimeError", "must be smaller than num_classes")
    classes = narrow_one_hot(crash)
    return classes > 0 and (bool(told) or bool(sizes_met(crash) & {classes})) and {"classes": classes}


@RULES.rule("labels-in-a-column", Idea.COST)
def _column(crash: Crash) -> dict[str, object] | bool:
    """Recognise labels with a second axis."""
    told = said(crash, "RuntimeError", "multi-target not supported|1D target tensor expected")
    target = argument(operations.call(crash), 1, "target")
    thing = crash.thing(target)
    column = thing is not None and thing.shape is not None and thing.shape[1:] == (1,)
    column = column or _gets_an_axis(crash, target)
    return bool(told) and not swapped(crash) and column


def _gets_an_axis(crash: Crash, target: ast.expr | None) -> bool:
    for node in operations.origins(crash, target):
        if isinstance(node, ast.Call) and operations.last_name(node) in ("unsqueeze", "view", "reshape"):
            last = node.args[-1] if node.args else None
            last = last.elts[-1] if isinstance(last, (ast.Tuple, ast.List)) and last.elts else last
            if isinstance(last, ast.Constant) and last.value == 1:
                return True
    return False


@RULES.rule("one-hot-of-whole-numbers", Idea.COST)
def _one_hot(crash: Crash) -> bool:
    """Recognise one-hot labels of whole numbers for cross-entropy, which takes them for probabilities."""
    told = said(crash, "RuntimeError", "floating point type for target with class probabilities")
    target = argument(operations.call(crash), 1, "target")
    thing = crash.thing(target)
    flags = thing is not None and thing.shape is not None and len(thing.shape) == 2 and thing.shape[1] == DIGITS
    flags = flags or operations.called_in(crash, target, "one_hot")
    return bool(told) and flags and not of_predictions(crash) and not swapped(crash)


@RULES.rule("argmax-before-the-cost", Idea.GRADIENT)
def _predicted(crash: Crash) -> bool:
    """Recognise a cost of predictions by what cross-entropy says to whole numbers in place of scores."""
    told = said(
        crash, "RuntimeError NotImplementedError", r"class probabilities|softmax\w*\" not implemented for 'Long'"
    )
    return bool(told) and of_predictions(crash) and not swapped(crash)


@RULES.rule("labels-as-fractions", Idea.COST)
def _floats(crash: Crash) -> dict[str, object] | bool:
    """Recognise labels that were made fractions."""
    found = said(crash, "RuntimeError", LABEL_TYPE)
    dtype = DTYPES.get(found[1], "") if found else ""
    return dtype in FLOATS and _is_target(crash, dtype, *FLOAT_CALLS) and not swapped(crash) and {"dtype": dtype}


@RULES.rule("labels-of-a-short-type", Idea.COST)
def _short(crash: Crash) -> dict[str, object] | bool:
    """Recognise labels that are whole numbers of a type that cross-entropy does not take."""
    found = said(crash, "RuntimeError", LABEL_TYPE)
    dtype = DTYPES.get(found[1], "") if found else ""
    return dtype in ("int32", "int16", "int8") and not swapped(crash) and {"dtype": dtype}


def _is_target(crash: Crash, dtype: str, *calls: str) -> bool:
    """Tell whether it is the target of a cost that has a type, where torch does not say so itself."""
    if "target" in crash.text:
        return True
    target = argument(operations.call(crash), 1, "target")
    thing = crash.thing(target)
    if thing is not None and thing.shape is not None:
        return thing.dtype == dtype
    return operations.called_in(crash, target, *calls)


@RULES.rule("one-hot-of-another-type", Idea.COST)
def _one_hot_type(crash: Crash) -> bool:
    """Recognise a one-hot of what are not whole numbers of 64 bits."""
    told = said(crash, "RuntimeError", "only applicable to index tensor")
    return operations.last_name(crash.node) == "one_hot" and bool(told)


@RULES.rule("other-number-of-labels", Idea.COST)
def _other_number(crash: Crash) -> dict[str, object] | bool:
    """Recognise more or fewer labels than rows of scores."""
    found = said(crash, "ValueError", r"input batch_size \((\d+)\) to match target batch_size \((\d+)\)")
    scores, labels = map(int, found.groups()) if found is not None else (0, 0)
    return labels > 0 and {"scores": scores, "labels": labels}  # 0: a single label has no axis


@RULES.rule("scores-with-another-axis", Idea.COST)
def _another_axis(crash: Crash) -> dict[str, object] | bool:
    """Recognise scores with a third axis, for which cross-entropy wants more labels."""
    found = said(crash, "RuntimeError", r"Expected target size (\[[\d, ]*\]), got (\[[\d, ]*\])")
    return found is not None and {"wanted": found[1], "labels": found[2]}


@RULES.rule("one-row-for-all-labels", Idea.COST)
def _one_row(crash: Crash) -> dict[str, object] | bool:
    """Recognise the scores of a single image that meet the labels of a batch."""
    pattern = r"1D target must have size 1, but got target size: (\d+)|got input: \[10\], target: \[(\d+)\]"
    found = said(crash, "ValueError RuntimeError", pattern)
    return found is not None and {"labels": int(found[1] or found[2])}


@RULES.rule("cost-wants-labels-like-scores", Idea.COST)
def _like_scores(crash: Crash) -> dict[str, object] | bool:
    """Recognise a cost of yes-or-no questions: it wants an answer for every score, and no label for an image."""
    size = r"torch\.Size\(\[([\d, ]*)\]\)"
    found = said(crash, "ValueError", rf"arget size \({size}\).* input size \({size}\)")
    if found is None:
        return False
    labels, scores = operations.sizes(found[1]), operations.sizes(found[2])
    return len(scores) == 2 and scores[1] == DIGITS and {"scores": shown(scores), "labels": shown(labels)}
