"""Misconceptions about items: past the end of a list, keys that are not there, values that have no items."""

from __future__ import annotations

import ast
import re

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from .reading import UNCALLED, called, code, kind_of, looped, quoted
from .unpacking import misread

RULES = Rules()


def _subscript(crash: Crash, *kinds: str) -> ast.Subscript | None:
    return crash.node if isinstance(crash.node, ast.Subscript) and crash.kind in kinds else None


@RULES.rule("list-index-past-its-end", Idea.PYTHON)
def _past_the_end(crash: Crash) -> dict[str, object] | bool:
    """Recognise an index that the list, tuple or text has no item at."""
    node = _subscript(crash, "IndexError")
    said = re.match(r"(list|tuple|string) index out of range", crash.text)
    if node is None or said is None or kind_of(crash, node.value) not in (None, "list", "tuple", "str"):
        return False
    thing = crash.thing(node.value)
    length = thing.length if thing is not None and thing.length is not None else None
    return {"code": code(node), "list": code(node.value)} if length != 0 else False


@RULES.rule("list-still-empty", Idea.PYTHON)
def _still_empty(crash: Crash) -> dict[str, object] | bool:
    """Recognise `costs[epoch] = cost` into a list that has no such place yet."""
    node = _subscript(crash, "IndexError")
    thing = crash.thing(node.value) if node is not None else None
    if node is None or thing is None or thing.kind != "builtins.list" or isinstance(node.ctx, ast.Load):
        return False
    index = crash.thing(node.slice)
    place = index.value if index is not None else node.slice.value if isinstance(node.slice, ast.Constant) else None
    next_one = thing.length == 0 or (type(place) is int and place == thing.length)
    return {"code": code(node), "list": code(node.value)} if next_one else False


@RULES.rule("index-no-whole-number", Idea.PYTHON)
def _no_whole_number(crash: Crash) -> dict[str, object] | bool:
    """Recognise a text, or a fraction, as the index of a list."""
    node = _subscript(crash, "TypeError")
    said = re.match(r"(list|tuple|string) indices must be integers(?: or slices)?, not '?([\w.]+)", crash.text)
    if node is None or said is None or misread(crash):
        return False
    return {"code": code(node), "list": said[1].replace("string", "str"), "kind": said[2].rpartition(".")[2]}


@RULES.rule("key-missing", Idea.PYTHON)
def _key(crash: Crash) -> dict[str, object] | bool:
    """Recognise a key that a dict does not have."""
    node = _subscript(crash, "KeyError")
    if node is None or kind_of(crash, node.value) != "dict" or not isinstance(node.value, ast.Name):
        return False
    return {"dict": node.value.id, "key": crash.text} if crash.text else False


@RULES.rule("index-into-what-has-no-items", Idea.PYTHON)
def _no_items(crash: Crash) -> dict[str, object] | bool:
    """Recognise square brackets after a number, a data loader, a generator."""
    node = _subscript(crash, "TypeError")
    kind = next(iter(quoted(crash.text)), "").rpartition(".")[2]
    if node is None or not re.match(r"'[\w.-]+' object is not subscriptable", crash.text):
        return False
    if kind in (*UNCALLED, "NoneType", "type") or misread(crash):
        return False
    return {"code": code(node.value), "kind": kind} if kind_of(crash, node.value) in (None, kind) else False


@RULES.rule("items-not-changeable", Idea.PYTHON)
def _not_changeable(crash: Crash) -> dict[str, object] | bool:
    """Recognise an item of a tuple, or a text, that is to be given another value."""
    kind = next(iter(quoted(crash.text)), "").rpartition(".")[2]
    if (
        crash.kind != "TypeError"
        or "item assignment" not in crash.text
        or kind not in ("tuple", "str", "Size", "range")
    ):
        return False
    if not isinstance(crash.statement, (ast.Assign, ast.AugAssign)) or misread(crash):
        return False
    return {"code": code(crash.node.value), "kind": kind} if isinstance(crash.node, ast.Subscript) else False


def _gone_through(crash: Crash) -> ast.expr | None:
    """Return what a loop was to go through, be it by enumerate and the like."""
    over = looped(crash)
    while (
        isinstance(over, ast.Call) and called(over) in ("enumerate", "iter", "tqdm", "list", "reversed") and over.args
    ):
        over = over.args[0]
    return over


@RULES.rule("loop-over-a-number", Idea.PYTHON)
def _over_a_number(crash: Crash) -> dict[str, object] | bool:
    """Recognise `for epoch in training_epochs:`."""
    said = re.search(r"'(int|float)' object is not iterable", crash.text)
    over = _gone_through(crash)
    if crash.kind != "TypeError" or said is None or over is None:
        return False
    counts = isinstance(over, (ast.Name, ast.Attribute, ast.BinOp, ast.Constant)) or called(over) in (
        "len",
        "int",
        "round",
    )
    return {"code": code(over), "kind": said[1]} if counts and kind_of(crash, over) in (None, said[1]) else False


@RULES.rule("loop-over-what-has-no-items", Idea.PYTHON)
def _over_an_object(crash: Crash) -> dict[str, object] | bool:
    """Recognise a loop over an optimizer, a model, a class."""
    said = re.search(r"'([\w.-]+)' object is not iterable", crash.text)
    over, kind = _gone_through(crash), said[1].rpartition(".")[2] if said else ""
    if crash.kind != "TypeError" or over is None or kind in ("", "int", "float", "NoneType", *UNCALLED):
        return False
    made = not isinstance(over, ast.Call) or called(over) == kind  # of another call nobody knows what it returns
    return {"code": code(over), "kind": kind} if made and kind_of(crash, over) in (None, kind) else False


@RULES.rule("no-length", Idea.PYTHON)
def _no_length(crash: Crash) -> dict[str, object] | bool:
    """Recognise `len` of what does not know how much it has."""
    said = re.search(r"object of type '([\w.-]+)' has no len", crash.text)
    node = crash.node
    if (
        crash.kind != "TypeError"
        or said is None
        or called(node) != "len"
        or not isinstance(node, ast.Call)
        or not node.args
    ):
        return False
    kind = said[1].rpartition(".")[2]
    refused = kind in (*UNCALLED, "NoneType") or kind_of(crash, node.args[0]) not in (None, kind)
    return {"code": code(node.args[0]), "kind": kind} if not refused else False
