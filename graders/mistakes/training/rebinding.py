"""A misconception about a hand-written optimizer: a name that gets another value leaves the parameter as it was."""

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


def look(lab: Lab) -> tuple[bool, bool]:
    """Tell whether the optimizer's steps leave all parameters alone, and whether they do nothing but bind names.

    What they do is read in the student's file, where their class stands there.
    """
    runs = lab.seen(optimizer.look).runs
    still = all(np.array_equal(run.states[0], state) for run in runs for state in run.states)
    built = lab.call("build_optimizer", lab.model(), keep=True).value
    name = built.type_name if isinstance(built, Handle) else ""
    steps = [step for one in ast.walk(lab.submission.source.tree) if (step := step_of(one, name)) is not None]
    return still, len(steps) == 1 and bool(rebindings(steps[0])) and not _writes(steps[0])


def step_of(node: ast.AST, name: str = "") -> ast.FunctionDef | None:
    """Return the method `step` of a class, of that name where one is given."""
    if not isinstance(node, ast.ClassDef) or name not in ("", node.name):
        return None
    return next((part for part in node.body if isinstance(part, ast.FunctionDef) and part.name == "step"), None)


def rebindings(function: ast.AST) -> list[ast.Assign]:
    """Return the lines of a function that give a mere name what is worked out with a gradient."""
    assigned = [node for node in ast.walk(function) if isinstance(node, ast.Assign)]
    return [
        node
        for node in assigned
        if all(isinstance(target, ast.Name) for target in node.targets)
        and isinstance(node.value, ast.BinOp)
        and any(isinstance(part, ast.Attribute) and part.attr == "grad" for part in ast.walk(node.value))
    ]


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
def _rebinds(seen: tuple[bool, bool]) -> bool:
    return all(seen)


CLUES = (STEP,)
