"""Mutants of the reference: each has one obvious slip in a graded function, made mechanically.

A slip is one node of the syntax tree that gives way to another. What the lab gives, docstrings and annotations stay.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

from . import reference_source

GIVEN = "# From here on everything is given"
UNTOUCHED = {"annotation", "returns", "bases", "decorator_list", "ctx", "format_spec"}
MODULES = {"torch", "nn", "datasets"}  # a call of theirs is no link in a chain of methods
NUMBERS = {"images", "image", "labels", "label", "prediction", "rows", "order", "cost", "epoch", "batch_size"}
ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod)
COMPARISONS = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)

NEIGHBOURS = {  # attributes that one may confuse
    "argmax": ("argmin", "max"),
    "mean": ("sum", "max", "min"),
    "sum": ("mean", "max"),
    "eval": ("train",),
    "step": ("zero_grad",),
    "zero_grad": ("step",),
    "detach": ("clone",),
    "randperm": ("arange",),
    "CrossEntropyLoss": ("NLLLoss", "MultiMarginLoss"),
    "SGD": ("Adam", "RMSprop", "Rprop"),
    "images": ("labels",),
    "labels": ("images",),
    "data": ("targets",),
    "targets": ("data",),
    "set_title": ("set_xlabel",),
}
ARGUMENTS = {  # other values for a keyword argument, beside those that its constant has anyway
    "train": ("True", "False", "not train"),
    "download": ("True", "False", "not download"),
    "batch_size": ("1", "len(dataset)"),
    "lr": ("0.1", "1.0"),
    "dim": ("None",),
    "cmap": ("'gray'", "'Greys_r'", "None"),
    "interpolation": ("'bilinear'", "'none'", "None"),
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A submission with one slip: what it is called, which operator made the slip, and its text."""

    name: str
    operator: str
    source: str


@dataclass(frozen=True, slots=True)
class Site:
    """A place in the tree: a node, those above it from the outermost on, and where the last of them holds it."""

    node: Any  # of the classes that its operator is for
    above: tuple[ast.AST, ...]
    field: str
    index: int | None


def _expression(text: str) -> ast.AST:
    return ast.parse(text, mode="eval").body


def _changed(node: ast.AST, **fields: object) -> ast.AST:
    """Copy a node with some fields changed; what is below is shared."""
    changed = copy.copy(node)
    for field, value in fields.items():
        setattr(changed, field, value)
    return changed


# ---- operators: what may stand in a node's place; a list of nodes takes the place of one in a list

Operator = Callable[[Site], Iterable[ast.AST | list[ast.AST]]]


def constants(kind: type, others: Callable[[Any], Iterable[Any]]) -> Operator:
    """Make the operator that changes constants of one type."""
    return lambda site: [ast.Constant(v) for v in others(site.node.value)] if type(site.node.value) is kind else []


def swap_sign(site: Site) -> list[ast.AST]:
    """Calculate or compare with another sign."""
    family = ARITHMETIC if isinstance(site.node, ast.operator) else COMPARISONS
    return [other() for other in family if not isinstance(site.node, other)]


def negate(site: Site) -> list[ast.AST]:
    """Add a minus, or leave one out."""
    node, parent = site.node, site.above[-1]
    if isinstance(node, ast.UnaryOp):
        return [node.operand]
    if isinstance(node, ast.Constant):
        counts = type(node.value) in (int, float) and node.value != 0
    elif isinstance(node, ast.Name):
        counts = node.id in NUMBERS and isinstance(parent, ast.Call | ast.Attribute | ast.FormattedValue)
    else:
        counts = not isinstance(parent, ast.Expr | ast.withitem | ast.For | ast.If)
    return [ast.UnaryOp(ast.USub(), node)] if counts else []


def reformat(site: Site) -> list[ast.AST]:
    """Format a number in an f-string otherwise: other digits, another type, not at all."""
    if site.node.format_spec is None:
        return []
    spec = site.node.format_spec.values[0].value
    found = re.search(r"\d+", spec)
    assert found is not None, spec
    digits = found[0]
    counts = [spec.replace(digits, f"{int(digits) + by:0{len(digits)}}") for by in (1, -1)]
    specs = [*counts, *(spec[:-1] + kind for kind in "defg"), spec.lstrip("0.")]
    others = [ast.JoinedStr([ast.Constant(spec)]) for spec in specs]
    return [_changed(site.node, format_spec=other) for other in (*others, None)]


def delete_statement(site: Site) -> list[list[ast.AST]]:
    """Leave a simple statement out; a function's last return is left to `return-nothing`."""
    parent = site.above[-1]
    if hasattr(site.node, "body") or (isinstance(site.node, ast.Return) and not isinstance(parent, ast.If)):
        return []
    return [[] if len(getattr(parent, site.field)) > 1 else [ast.Pass()]]


def swap_two(site: Site) -> list[ast.AST]:
    """Swap the first two arguments of a call, or the first two members of a tuple."""
    field = "args" if isinstance(site.node, ast.Call) else "elts"
    items = getattr(site.node, field)
    return [_changed(site.node, **{field: [items[1], items[0], *items[2:]]})] if len(items) > 1 else []


def remove_call(site: Site) -> list[ast.AST]:
    """Take what a method was called on, or a function's first argument, for the result."""
    if isinstance(site.above[-1], ast.Expr):
        return []
    called = site.node.func
    if isinstance(called, ast.Attribute) and ast.unparse(called).split(".")[0] not in MODULES:
        return [called.value]
    return list(site.node.args[:1])


def decide_otherwise(site: Site) -> list[ast.AST]:
    """Turn a condition round, or make it always or never true."""
    others: list[ast.AST] = [ast.UnaryOp(ast.Not(), site.node), ast.Constant(True), ast.Constant(False)]
    return others if site.field == "test" else []


OPERATORS: dict[str, tuple[type | tuple[type, ...], Operator]] = {
    "swap-sign": ((ast.operator, ast.cmpop), swap_sign),
    "assign": (ast.AugAssign, lambda site: [ast.Assign([site.node.target], site.node.value, lineno=0)]),
    "negate": ((ast.UnaryOp, ast.Constant, ast.Name, ast.Call, ast.BinOp), negate),
    "flip": (ast.Constant, constants(bool, lambda truth: (not truth,))),
    "count-differently": (ast.Constant, constants(int, lambda n: (n + 1, n - 1, 0, 1))),
    "scale": (ast.Constant, constants(float, lambda x: (x / 10, x * 10, 0.0))),
    "reword": (ast.Constant, constants(str, lambda text: ("", text.lower(), text.replace(" ", ""), f"{text}x"))),
    "reformat": (ast.FormattedValue, reformat),
    "delete-statement": (ast.stmt, delete_statement),
    "delete-argument": (ast.keyword, lambda _: [[]]),
    "change-argument": (
        ast.keyword,
        lambda site: [_changed(site.node, value=_expression(text)) for text in ARGUMENTS.get(site.node.arg, ())],
    ),
    "delete-default": (ast.Constant, lambda site: [[]] if site.field == "defaults" else []),
    "swap-two": ((ast.Call, ast.Tuple), swap_two),
    "remove-call": (ast.Call, remove_call),
    "confuse": (
        ast.Attribute,
        lambda site: [_changed(site.node, attr=other) for other in NEIGHBOURS.get(site.node.attr, ())],
    ),
    "open-slice": (ast.Slice, lambda _: [ast.Slice()]),
    "decide-otherwise": (ast.expr, decide_otherwise),
    "stop-early": (ast.For, lambda site: [_changed(site.node, body=[*site.node.body, ast.Break()])]),
    "return-nothing": (ast.Return, lambda _: [ast.Return(ast.Constant(None))]),
    "unwrap-with": (ast.With, lambda site: [site.node.body]),
}


# ---- from the reference to its mutants


def _sites(node: ast.AST, above: tuple[ast.AST, ...] = ()) -> Iterator[Site]:
    """Walk all nodes below one that may give way."""
    above = (*above, node)
    for field in (field for field in node._fields if field not in UNTOUCHED):
        held = getattr(node, field, None)
        for index, child in enumerate(held if isinstance(held, list) else [held]):
            docstring = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
            if isinstance(child, ast.AST) and not docstring:
                yield Site(child, above, field, index if isinstance(held, list) else None)
                yield from _sites(child, above)


def _shown(site: Site) -> str:
    """Show the innermost expression or statement above a site; parts are shown with what they are part of."""
    whole, parts = (ast.expr, ast.stmt, ast.keyword), (ast.JoinedStr, ast.FormattedValue, ast.Slice)
    if site.field == "defaults":
        return ast.unparse(site.above[-1]).rpartition(", ")[2]
    node = next(node for node in reversed(site.above) if isinstance(node, whole) and not isinstance(node, parts))
    return ast.unparse(node).splitlines()[0]


def _slip(site: Site, new: list[ast.AST]) -> tuple[str, str]:
    """Return how to show a slip, and the text of the function or class with it."""
    holder = site.above[-1]
    held = getattr(holder, site.field)
    shown = ast.unparse(site.node).splitlines()[0] if isinstance(site.node, ast.stmt) else ""
    put = new[0] if site.index is None else [*held[: site.index], *new, *held[site.index + 1 :]]
    setattr(holder, site.field, put)
    try:
        return shown or _shown(site), ast.unparse(site.above[0])
    finally:
        setattr(holder, site.field, held)


def _slips(unit: ast.AST) -> Iterator[tuple[str, str, str]]:
    """Yield operator, name and text of each mutant of one function or class; no program comes twice."""
    seen = {ast.dump(ast.parse(ast.unparse(unit)))}
    for site, (operator, (kinds, change)) in product(_sites(unit), OPERATORS.items()):
        owner = ".".join(node.name for node in site.above if isinstance(node, ast.FunctionDef | ast.ClassDef))
        for new in change(site) if isinstance(site.node, kinds) else ():
            shown, text = _slip(site, new if isinstance(new, list) else [new])
            if (program := ast.dump(ast.parse(text))) not in seen:
                seen.add(program)
                yield operator, f"{owner}:{operator}:{shown}", text


@cache
def mutants() -> dict[str, Mutant]:
    """Make all mutants of the reference, by name."""
    lines = reference_source().splitlines()
    given = next(number for number, line in enumerate(lines, 1) if line.startswith(GIVEN))
    found: dict[str, Mutant] = {}
    for unit in ast.parse(reference_source()).body:
        if isinstance(unit, ast.FunctionDef | ast.ClassDef) and unit.lineno < given:
            for operator, name, text in _slips(unit):
                same = sum(other.partition(" #")[0] == name for other in found)
                name = f"{name} #{same + 1}" if same else name
                whole = [*lines[: unit.lineno - 1], text, *lines[unit.end_lineno :], ""]
                found[name] = Mutant(name, operator, "\n".join(whole))
    return found
