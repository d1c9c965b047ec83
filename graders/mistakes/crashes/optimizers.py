"""Misconceptions about optimizers: what they are made of, and what their step takes."""

from __future__ import annotations

import ast

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from . import operations
from .operations import argument, said

RULES = Rules()
KINDS = ("SGD", "Adam", "AdamW", "Adagrad", "Adadelta", "Adamax", "NAdam", "RAdam", "RMSprop", "ASGD", "Rprop", "LBFGS")
ONCE = ("builtins.generator", "builtins.filter", "builtins.map")
NO_TENSORS = (
    r"object is not iterable",
    r"can only optimize Tensors",
    r"iterable of Tensors or dicts",
)


def _made(crash: Crash) -> ast.Call | None:
    """Return the call that was to make an optimizer."""
    called = operations.call(crash)
    return called if operations.last_name(called) in KINDS else None


def _rate(crash: Crash) -> ast.expr | None:
    return argument(_made(crash), 1, "lr")


def _parameters(crash: Crash) -> ast.expr | None:
    return argument(_made(crash), 0, "params")


def _used_before(crash: Crash) -> bool:
    """Tell whether the parameters can be gone through once only, and stand in a line above, too."""
    given = _parameters(crash)
    if not isinstance(given, ast.Name) or not operations.is_kind(crash.thing(given), *ONCE):
        return False
    read = [one for one in operations.names_in(crash.function) if one.id == given.id and isinstance(one.ctx, ast.Load)]
    return any(one.lineno < given.lineno for one in read)


def _is_empty(crash: Crash) -> bool:
    return bool(said(crash, "ValueError", "empty parameter list"))


@RULES.rule("optimizer-without-parameters", Idea.DESCENT)
def _none(crash: Crash) -> bool:
    """Recognise an optimizer for nothing; a generator that is used up is a matter of Python's."""
    return _is_empty(crash) and not _used_before(crash)


@RULES.rule("parameters-used-up", Idea.PYTHON)
def _used_up(crash: Crash) -> dict[str, object] | bool:
    """Recognise parameters that were gone through once before the optimizer gets them."""
    given = _parameters(crash)
    return _is_empty(crash) and isinstance(given, ast.Name) and _used_before(crash) and {"name": given.id}


def _is_number(crash: Crash, node: ast.expr | None) -> bool:
    thing = crash.thing(node)
    if isinstance(node, ast.Constant):
        return type(node.value) in (int, float)
    return thing is not None and thing.kind in ("builtins.int", "builtins.float")


@RULES.rule("optimizer-arguments-swapped", Idea.DESCENT)
def _swapped(crash: Crash) -> bool:
    """Recognise the learning rate before the parameters."""
    first = _is_number(crash, _parameters(crash)) and _rate(crash) is not None
    return bool(said(crash, "TypeError", "")) and first and not _is_number(crash, _rate(crash))


@RULES.rule("no-parameters-given", Idea.DESCENT)
def _others(crash: Crash) -> bool:
    """Recognise something else than parameters: the model, its method uncalled, names."""
    told = any(said(crash, "TypeError", pattern) for pattern in NO_TENSORS)
    return told and _made(crash) is not None and not _is_number(crash, _parameters(crash))


@RULES.rule("learning-rate-below-zero", Idea.DESCENT)
def _negative(crash: Crash) -> dict[str, object] | bool:
    found = said(crash, "ValueError", r"Invalid learning rate: (-[\d.e-]+)")
    return found is not None and {"rate": found[1]}


@RULES.rule("learning-rate-as-text", Idea.DESCENT)
def _text(crash: Crash) -> bool:
    """Recognise a learning rate in quotes."""
    rate = _rate(crash)
    thing = crash.thing(rate)
    quoted = isinstance(rate, ast.Constant) and isinstance(rate.value, str)
    return bool(said(crash, "TypeError", "")) and (quoted or operations.is_kind(thing, "builtins.str"))


@RULES.rule("cost-given-to-step", Idea.DESCENT)
def _closure(crash: Crash) -> bool:
    """Recognise a cost in the place of the function that `step` may be given."""
    called = operations.call(crash)
    given = called is not None and bool(called.args or called.keywords)
    return operations.last_name(called) == "step" and given and bool(said(crash, "TypeError", "is not callable"))
