"""Misconceptions about kinds of values: texts, lists and fractions where a number is wanted."""

from __future__ import annotations

import ast
import re

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from .reading import LISTS, UNCALLED, called, code, kind_of, quoted, short

RULES = Rules()
SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
}
WANT_WHOLE = frozenset({"range", "randint", "randrange", "chr", "islice"})


def _operation(crash: Crash) -> tuple[ast.operator, ast.expr, ast.expr] | None:
    """Return the sum, difference and the like that raised: its sign and its two sides."""
    if crash.kind != "TypeError":
        return None
    node, statement = crash.node, crash.statement
    if isinstance(node, ast.BinOp):
        return node.op, node.left, node.right
    if isinstance(statement, ast.AugAssign) and node in (None, statement.target):
        return statement.op, statement.target, statement.value
    return None


def _said(crash: Crash) -> set[str]:
    """Return the kinds of values that the exception speaks of."""
    return {short(word) for word in re.findall(r"[\w.]+", crash.text)}


@RULES.rule("text-plus-number", Idea.PYTHON)
def _text_plus(crash: Crash) -> dict[str, object] | bool:
    """Recognise a text and a number, or a list, joined by a plus sign."""
    operation, said = _operation(crash), _said(crash)
    if operation is None or not isinstance(operation[0], ast.Add) or "str" not in said:
        return False
    sides = [kind_of(crash, side) for side in operation[1:]]
    others = [kind for kind in ("int", "float", "bool", "list", "Tensor") if kind in said]
    if len(others) != 1 or (None not in sides and "str" not in sides):
        return False
    return {"kind": others[0]} if others[0] in ("int", "float", "bool") else False


@RULES.rule("list-reckoned-with", Idea.PYTHON)
def _list(crash: Crash) -> dict[str, object] | bool:
    """Recognise `costs / n`, and `costs + cost`, where costs is a list."""
    operation, said = _operation(crash), _said(crash)
    if operation is None or isinstance(operation[0], ast.Mod):
        return False
    op, left, right = operation
    growing = isinstance(crash.statement, ast.AugAssign) and kind_of(crash, left) == "list" and "iterable" in crash.text
    lists = [side for side in (left, right) if kind_of(crash, side) in (None, *LISTS)]
    known = [side for side in lists if kind_of(crash, side) in LISTS] or lists
    numeric = bool({"int", "float"} & said)
    refused = bool(said & {"list", "tuple"}) and (
        "unsupported" in crash.text or "concatenate" in crash.text or "multiply" in crash.text
    )
    if "multiply sequence" in crash.text:
        refused, numeric = any(kind_of(crash, side) in LISTS for side in (left, right)), True
    if not numeric or not (refused or growing) or not known or "str" in said:
        return False
    return {"code": code(known[0]), "sign": SIGNS.get(type(op), "?")}


@RULES.rule("fraction-for-a-whole-number", Idea.PYTHON)
def _fraction(crash: Crash) -> dict[str, object] | bool:
    """Recognise `range(len(images) / 100)`."""
    call = _whole_wanted(crash, "float")
    return {"function": called(call)} if call is not None else False


@RULES.rule("text-for-a-whole-number", Idea.PYTHON)
def _text(crash: Crash) -> dict[str, object] | bool:
    """Recognise `range("15")`."""
    call = _whole_wanted(crash, "str")
    return {"function": called(call)} if call is not None else False


def _whole_wanted(crash: Crash, kind: str) -> ast.Call | None:
    node = crash.node
    if crash.kind != "TypeError" or not isinstance(node, ast.Call) or called(node) not in WANT_WHOLE:
        return None
    return node if "interpreted as an integer" in crash.text and kind in quoted(crash.text) else None


@RULES.rule("text-no-number", Idea.PYTHON)
def _no_number(crash: Crash) -> dict[str, object] | bool:
    """Recognise `float("cost = 0.5")`."""
    said = re.match(r"(?:could not convert string to float|invalid literal for int\(\) with base 10): (.*)", crash.text)
    if crash.kind != "ValueError" or said is None or called(crash.node) not in ("int", "float"):
        return False
    return {"function": called(crash.node), "text": said[1][:40]}


@RULES.rule("compared-across-kinds", Idea.PYTHON)
def _compared(crash: Crash) -> dict[str, object] | bool:
    """Recognise a text, or a list, compared with a number by < or >."""
    said = re.search(r"not supported between instances of '([\w.]+)' and '([\w.]+)'", crash.text)
    if crash.kind != "TypeError" or said is None or not isinstance(crash.node, ast.Compare):
        return False
    kinds = [short(said[1]), short(said[2])]
    if "NoneType" in kinds or "Tensor" in kinds or UNCALLED & set(kinds):
        return False
    return {"code": code(crash.node), "first": kinds[0], "second": kinds[1]}


@RULES.rule("math-of-a-tensor", Idea.PYTHON)
def _math(crash: Crash) -> dict[str, object] | bool:
    """Recognise `math.log` of a tensor of many elements."""
    node = crash.node
    if (
        crash.kind not in ("ValueError", "TypeError", "RuntimeError")
        or not isinstance(node, ast.Call)
        or len(node.args) != 1
    ):
        return False
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    thing = crash.thing(owner)
    by_math = isinstance(owner, ast.Name) and (thing.name == "math" if thing is not None else owner.id == "math")
    many = re.search(r"one.element tensors?|a Tensor with \d+ elements", crash.text)
    return {"function": called(node)} if by_math and many else False
