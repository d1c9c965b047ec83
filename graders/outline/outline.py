"""Makes the contract's functions of a flat script, or says that it is none."""

from __future__ import annotations

import ast
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from graders.harness.base import trees
from graders.harness.base.model import Word
from graders.harness.base.outlined import Outlined

from . import (
    batches,
    by_hand,
    cuts,
    data,
    examining,
    flow,
    inlining,
    learning,
    mending,
    moving,
    roles,
    training,
    unfolding,
)
from .cuts import Cutter, NotFoundError
from .script import Script
from .writing import Writing

if TYPE_CHECKING:
    from collections.abc import Callable

GLUE = Path(__file__).parents[1] / "child" / "flat.py"
# The contract's functions in its order, and with how many arguments they are called.
MAKERS: dict[str, Callable[[Cutter], ast.FunctionDef]] = {
    maker.__name__: maker
    for maker in (
        data.load_mnist,
        data.make_data_loader,
        batches.flatten_images,
        learning.build_model,
        learning.build_criterion,
        learning.build_optimizer,
        training.train_epoch,
        training.train,
        examining.evaluate,
        examining.predict,
        examining.show_prediction,
    )
}
# Names that nobody gives a function by chance, and with how many arguments the contract calls them.
TELLING = {
    "load_mnist": 3,
    "make_data_loader": 2,
    "flatten_images": 1,
    "build_criterion": 0,
    "build_optimizer": 2,
    "train_epoch": 5,
    "show_prediction": 3,
}
FEWEST = 2  # of the lesson's pieces; with fewer it is some other file
SERVING = {"MNIST", "DataLoader"}
LESSONS_WORDS = {"MNIST", "DataLoader", "backward", "CrossEntropyLoss", "cross_entropy", "SGD", "Linear"}


def outline(tree: ast.Module) -> Outlined | None:
    """Return the contract's functions, made of a script's own statements; None where it is no flat script."""
    try:
        return _outline(tree)
    except (RecursionError, SyntaxError, ValueError):  # nothing that anybody wrote by hand
        return None
    finally:
        flow.forget()


def _outline(tree: ast.Module) -> Outlined | None:
    is_endless = next(islice(flow.every(tree.body), inlining.MOST, None), None) is not None
    if is_endless or _is_contract(tree) or not _is_of_the_lesson(tree):
        return None
    statements = unfolding.unfolded(tree)
    mending.mend_logs(statements)
    mending.mend_machine(statements)
    script = Script(by_hand.name_model(statements))
    found = roles.find(script)
    if found.count < FEWEST:
        return None
    mending.mend_sizes(found)
    moving.move(found)
    cutter = Cutter(found)
    own = _module(script)
    cutter.settled = {name for statement in own for name in flow.binds(statement)}
    made: dict[str, ast.FunctionDef] = {}
    missing: dict[str, str] = {}
    for name, maker in MAKERS.items():
        try:
            made[name] = maker(cutter)
        except NotFoundError as error:
            missing[name] = str(error)
    theirs, ours, lines = _written([*own, *cutter.lasting], list(made.values()))
    text = "\n\n".join([theirs, *ours])
    ast.parse(text)
    return Outlined(text, lines, missing, (Word("read_as_script"),), theirs.count("\n") + 1 if ours else None)


def _is_contract(tree: ast.Module) -> bool:
    """Tell whether a file defines functions of the contract's, as the template has them."""
    bound = flow.all_bound(tree.body)
    named = [name for name in TELLING if name in bound]
    defined = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    fitting = [name for name in named if name not in defined or _takes(defined[name], TELLING[name])]
    return len(fitting) > 0


def _takes(function: ast.FunctionDef, count: int) -> bool:
    """Tell whether a function can be called with so many arguments."""
    most = len(function.args.posonlyargs) + len(function.args.args)
    fewest = most - len(function.args.defaults)
    return (fewest <= count <= most) or function.args.vararg is not None


def _is_of_the_lesson(tree: ast.Module) -> bool:
    said = {getattr(node, "attr", getattr(node, "id", "")) for node in ast.walk(tree)}
    said |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    return len(said & LESSONS_WORDS) >= FEWEST and bool(said & SERVING)  # others train and step, too


def _module(script: Script) -> list[ast.stmt]:
    """Return what stands at the top of the text: imports, and definitions that need nothing else of the script."""
    imports = [s for s in script.every if isinstance(s, flow.IMPORTS)]
    guarded = [s for s in script.every if isinstance(s, ast.Try) and any(isinstance(p, flow.IMPORTS) for p in s.body)]
    inside = {id(s) for block in guarded for s in flow.every([block])}
    known = {name for s in imports for name in flow.binds(s)} | cuts.BUILTINS
    definitions = [s for s in script.statements if isinstance(s, flow.DEFINITIONS) and not trees.calls(s, "MNIST")]
    definitions = [s for s in definitions if len(script.bindings[s.name]) == 1]
    kept: list[ast.stmt] = []
    while more := [s for s in definitions if s not in kept and flow.reads(s) - {s.name} <= known]:
        kept += more
        known |= {s.name for s in more}
    return [*(s for s in imports if id(s) not in inside), *guarded, *(s for s in definitions if s in kept)]


def _written(own: list[ast.stmt], functions: list[ast.FunctionDef]) -> tuple[str, list[str], dict[int, int]]:
    """Write what is needed, and what of ours goes with it; and keep of which line of the script each line was made."""
    names = flow.reads(*functions)
    kept: list[ast.stmt] = []
    for statement in own[::-1]:
        bound = {name for part in flow.every([statement]) for name in flow.binds(part)}
        if bound & names or "*" in bound:
            kept.append(statement)
            names |= flow.reads(statement)
    writing = Writing()
    writing.statements(kept[::-1])
    for function in functions:
        writing.line("", function.lineno)
        writing.statements([function])
    read = flow.reads(*kept, *functions)
    glue = [text for name, text in _glue().items() if name in read]
    bound = {name for statement in kept for name in flow.binds(statement)}
    needed = ["import torch\n"] if "torch" in read - bound else []
    needed += ["from typing import Any\n"] if glue else []
    needed += ["flat_own_rows = flatten_images\n"] if "flat_own_rows" in read else []
    return writing.text, [*needed, *(f"{text}\n" for text in glue)], writing.lines


@lru_cache(maxsize=1)
def _glue() -> dict[str, str]:
    """Return the texts of what goes with the functions, by names."""
    text = GLUE.read_text(encoding="utf-8")
    parts = [node for node in ast.parse(text).body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    return {node.name: ast.get_source_segment(text, node) or "" for node in parts}
