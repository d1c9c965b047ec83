"""Misconceptions about a hand-written optimizer that works out new values and leaves the parameters as they are."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import numpy as np

from graders.harness.base.model import Handle
from graders.harness.judge.clues import Clue
from graders.mistakes.ideas import Idea

from . import optimizer

if TYPE_CHECKING:
    from graders.measuring.pieces import Lab


def look(lab: Lab) -> ast.FunctionDef | None:
    """Return the step of the optimizer's class in the student's file, where it leaves all parameters alone.

    None where it moves one, where no such class stands there, and where something in it may write to a tensor.
    """
    runs = lab.seen(optimizer.look).runs
    still = all(np.array_equal(run.states[0], state) for run in runs for state in run.states)
    built = lab.call("build_optimizer", lab.model(), keep=True).value
    name = built.type_name if isinstance(built, Handle) else ""
    steps = [step for one in ast.walk(lab.submission.source.tree) if (step := step_of(one, name)) is not None]
    return steps[0] if still and len(steps) == 1 and not _writes(steps[0]) else None


def step_of(node: ast.AST, name: str = "") -> ast.FunctionDef | None:
    """Return the method `step` of a class, of that name where one is given."""
    if not isinstance(node, ast.ClassDef) or name not in ("", node.name):
        return None
    return next((part for part in node.body if isinstance(part, ast.FunctionDef) and part.name == "step"), None)


def rebindings(function: ast.AST) -> list[ast.Assign]:
    """Return the lines of a function that give a mere name what is worked out with a gradient."""
    assigned = [node for node in ast.walk(function) if isinstance(node, ast.Assign)]
    named = [node for node in assigned if all(isinstance(target, ast.Name) for target in node.targets)]
    return [node for node in named if _is_worked_out(node.value)]


def thrown_away(function: ast.AST) -> list[ast.Expr]:
    """Return the lines of a function that work something out with a gradient, and do nothing with it."""
    return [node for node in ast.walk(function) if isinstance(node, ast.Expr) and _is_worked_out(node.value)]


def _is_worked_out(value: ast.expr) -> bool:
    parts = ast.walk(value) if isinstance(value, ast.BinOp) else ()
    return any(isinstance(part, ast.Attribute) and part.attr == "grad" for part in parts)


def _writes(function: ast.AST) -> bool:
    """Tell whether a function has something in it that may write to a tensor."""
    for node in ast.walk(function):
        if isinstance(node, ast.AugAssign):
            return True
        if isinstance(node, ast.Assign) and not all(isinstance(target, ast.Name) for target in node.targets):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.endswith("_"):
            return True
    return False


STEP = Clue(optimizer.STEPS.checks, look)


@STEP.mistake("step-rebinds-a-name", Idea.DESCENT)
def _rebinds(seen: ast.FunctionDef | None) -> bool:
    return seen is not None and bool(rebindings(seen)) and not thrown_away(seen)


@STEP.mistake("step-thrown-away", Idea.DESCENT)
def _throws_away(seen: ast.FunctionDef | None) -> bool:
    return seen is not None and bool(thrown_away(seen)) and not rebindings(seen)


CLUES = (STEP,)
