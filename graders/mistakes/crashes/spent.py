"""Misconceptions about what can be gone through once."""

from __future__ import annotations

import ast

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from .reading import called, code

RULES = Rules()


@RULES.rule("iterator-used-up", Idea.PYTHON)
def _iterator(crash: Crash) -> dict[str, object] | bool:
    """Recognise `next` of an iterator that has come to its end."""
    node = crash.node
    if crash.kind != "StopIteration" or called(node) != "next" or not isinstance(node, ast.Call) or len(node.args) != 1:
        return False
    return {"code": code(node.args[0])}
