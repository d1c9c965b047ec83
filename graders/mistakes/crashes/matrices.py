"""Misconceptions about sizes that do not multiply: which axis of this lab's matrices met which."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from . import operations
from .operations import DIGITS, LINE, PIXELS

RULES = Rules()
BY_HAND = ("matmul", "mm", "addmm")  # and @, and torch's function linear


@dataclass(frozen=True, slots=True)
class Product:
    """Two matrices that do not multiply: [rows, inner] and [other, columns]; whether a layer was to multiply them."""

    rows: int
    inner: int
    other: int
    columns: int
    layer: bool
    given: tuple[int, ...] | None  # the shape of what the layer got, where it is known

    @property
    def images(self) -> bool:
        """Tell whether the second matrix is this lab's weights: from the pixels of an image, to ten scores by hand."""
        return self.other == PIXELS and (self.layer or self.columns == DIGITS)


def _product(crash: Crash) -> Product | None:
    found = operations.said(crash, "RuntimeError", r"\((\d+)x(\d+) and (\d+)x(\d+)\)")
    if found is None or "cannot be multiplied" not in crash.text:
        return None
    called = operations.call(crash)
    layer = not isinstance(crash.node, ast.BinOp) and not _by_hand(called)
    thing = crash.thing(operations.argument(called, 0, "input", "x")) if layer else None
    rows, inner, other, columns = map(int, found.groups())
    return Product(rows, inner, other, columns, layer, None if thing is None else thing.shape)


def _by_hand(called: ast.Call | None) -> bool:
    """Tell whether a call multiplies matrices itself; a layer, too, may be called linear, but is given no weights."""
    if operations.last_name(called) != "linear":
        return operations.last_name(called) in BY_HAND
    return called is not None and len(called.args) + len(called.keywords) > 1


@RULES.rule("images-not-flattened", Idea.SHAPES)
def _lines(crash: Crash) -> dict[str, object] | bool:
    """Recognise images whose lines were never joined: the layer takes each line for an image."""
    it = _product(crash)
    if it is None or not it.images or it.inner != LINE or it.rows % LINE:
        return False
    sideways = it.rows == PIXELS and (it.given is None or len(it.given) == 2)  # 28 flat images, turned, look the same
    return not sideways and {"rows": it.rows, "images": it.rows // LINE}


@RULES.rule("batch-given-as-one-image", Idea.SHAPES)
def _one_row(crash: Crash) -> dict[str, object] | bool:
    """Recognise a whole batch in a single row."""
    it = _product(crash)
    long = it is not None and it.images and it.rows == 1 and it.inner > PIXELS and it.inner % PIXELS == 0
    return it is not None and long and {"numbers": it.inner, "images": it.inner // PIXELS}


@RULES.rule("pixels-given-as-images", Idea.SHAPES)
def _turned(crash: Crash) -> dict[str, object] | bool:
    """Recognise images as columns: [784, B] into a layer for [B, 784]."""
    it = _product(crash)
    turned = it is not None and it.images and it.rows == PIXELS and it.inner not in (PIXELS, LINE)
    return it is not None and turned and it.layer and {"images": it.inner}


@RULES.rule("scores-given-to-the-layer", Idea.MODEL)
def _scores(crash: Crash) -> dict[str, object] | bool:
    """Recognise ten numbers an image where 784 are wanted: what the layer gave back goes into it again."""
    it = _product(crash)
    return it is not None and it.layer and it.images and it.inner == DIGITS and it.rows != PIXELS and {"rows": it.rows}


@RULES.rule("wrong-number-of-inputs", Idea.MODEL)
def _other_inputs(crash: Crash) -> dict[str, object] | bool:
    """Recognise flat images in front of a layer for another number of inputs."""
    it = _product(crash)
    return it is not None and it.layer and it.inner == PIXELS and it.other != PIXELS and {"count": it.other}


@RULES.rule("layers-do-not-meet", Idea.MODEL)
def _other_row(crash: Crash) -> dict[str, object] | bool:
    """Recognise rows of another length than the layer takes, which no other rule can say more of."""
    it = _product(crash)
    if it is None or not it.layer or it.inner in (PIXELS, LINE, DIGITS) or it.rows == PIXELS:
        return False
    whole = it.rows == 1 and it.inner % PIXELS == 0
    return not whole and {"rows": it.rows, "given": it.inner, "wanted": it.other}


@RULES.rule("weights-the-other-way-round", Idea.MODEL)
def _transposed(crash: Crash) -> dict[str, object] | bool:
    """Recognise [B, 784] times [10, 784], written by hand."""
    it = _product(crash)
    if it is None or it.layer:
        return False
    return (it.inner, it.other, it.columns) == (PIXELS, DIGITS, PIXELS) and {"images": it.rows}


@RULES.rule("weights-before-the-images", Idea.MODEL)
def _weights_first(crash: Crash) -> dict[str, object] | bool:
    """Recognise [784, 10] times [B, 784], written by hand."""
    it = _product(crash)
    if it is None or it.layer or it.other in (PIXELS, DIGITS):
        return False
    return (it.rows, it.inner, it.columns) == (PIXELS, DIGITS, PIXELS) and {"images": it.other}
