"""Misconceptions about calls: parentheses that are missing, or too many."""

from __future__ import annotations

import ast

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

RULES = Rules()


@RULES.rule("class-in-place-of-a-context", Idea.PYTHON)
def _with_a_class(crash: Crash) -> dict[str, object] | bool:
    """Recognise `with torch.no_grad:`: what stands there is a class, which would have to be called."""
    if not isinstance(crash.statement, ast.With) or "'type' object" not in crash.text:
        return False
    # Python 3.11 tells the whole statement, later ones the expression that is to be entered.
    entered = [item.context_expr for item in crash.statement.items if not isinstance(item.context_expr, ast.Call)]
    return {"name": ast.unparse(entered[0])} if len(entered) == 1 and crash.node in (None, *entered) else False
