"""Misconceptions about what can be gone through once."""

from __future__ import annotations

import ast

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from .reading import assignments, called, code

RULES = Rules()


@RULES.rule("iterator-used-up", Idea.PYTHON)
def _iterator(crash: Crash) -> dict[str, object] | bool:
    """Recognise `next` of an iterator that has come to its end."""
    node = crash.node
    if crash.kind != "StopIteration" or called(node) != "next" or not isinstance(node, ast.Call) or len(node.args) != 1:
        return False
    return {"code": code(node.args[0])}


@RULES.rule("parameters-used-up", Idea.PYTHON)
def _parameters(crash: Crash) -> dict[str, object] | bool:
    """Recognise `parameters = model.parameters()`, gone through once before the optimizer gets it."""
    node = crash.node
    if crash.kind != "ValueError" or not isinstance(node, ast.Call) or "empty parameter list" not in crash.text:
        return False
    given = [value.id for value in node.args[:1] if isinstance(value, ast.Name)]
    given += [word.value.id for word in node.keywords if word.arg == "params" and isinstance(word.value, ast.Name)]
    values = assignments(crash, given[0]) if given else []
    if len(values) != 1 or called(values[0]) not in ("parameters", "named_parameters", "filter", "iter"):
        return False
    uses = [n for n in ast.walk(crash.function or ast.Pass()) if isinstance(n, ast.Name) and n.id == given[0]]
    before = [
        n for n in uses if isinstance(n.ctx, ast.Load) and (n.lineno, n.col_offset) < (node.lineno, node.col_offset)
    ]
    return {"name": given[0]} if before else False
