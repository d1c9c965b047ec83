"""Misconceptions about attributes: misspelt, of another module, of another kind of value."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from .known import HAVE, HOMES, LAYER, MODULE, OPTIMIZER, TENSOR
from .likely import meant
from .reading import LISTS, NUMBERS, UNCALLED, code, fits, quoted, short
from .scopes import assigned, class_named, function_named, imported, is_module, kept, methods
from .unpacking import misread

RULES = Rules()
BUILT_IN = {
    kind.__name__: frozenset(n for n in dir(kind) if n[0] != "_")
    for kind in (list, tuple, dict, str, set, int, float, bool)
}
RAW = frozenset({"data", "targets", "test_data", "test_labels", "train_data", "train_labels"})
TO_LISTS = frozenset({"append", "extend", "insert", "pop"})


class Missing(NamedTuple):
    """An attribute that was asked of what has none of that name."""

    node: ast.Attribute
    owner: str  # the short name of the owner's class, or "module"
    bases: tuple[str, ...]  # qualified names of the owner's classes
    module: str  # its name, of a module


def missing(crash: Crash) -> Missing | None:
    """Return the attribute that is missing, where the raising line itself asks for it."""
    node = crash.node
    if crash.kind != "AttributeError" or not isinstance(node, ast.Attribute) or node.attr not in quoted(crash.text):
        return None
    thing = crash.thing(node.value)
    said = re.match(r"(?:partially initialized )?module '([\w.]+)'", crash.text)
    if said or (thing is not None and thing.kind == "builtins.module"):
        return Missing(node, "module", (), said[1] if said else thing.name if thing else "")
    if thing is not None:
        return Missing(node, short(thing.kind), (thing.kind, *thing.bases), "")
    of = re.match(r"(?:type object )?'([\w.]+)'", crash.text)
    return Missing(node, short(of[1]), (), "") if of else None


def _has(crash: Crash, asked: Missing) -> frozenset[str] | set[str]:
    """Return the attributes that the owner is known to have."""
    if asked.owner == "module":
        return HAVE.get(asked.module, frozenset())
    if asked.owner in BUILT_IN:
        return BUILT_IN[asked.owner]
    own = class_named(crash, asked.owner)
    if own is not None:
        return kept(own) | set(methods(own)) | (MODULE if is_module(own) else set())
    home = HOMES.get(asked.owner)
    if asked.owner in ("Tensor", "Parameter") or "torch.Tensor" in asked.bases:
        return TENSOR
    if home == "torch.optim" or "torch.optim.optimizer.Optimizer" in asked.bases:
        return OPTIMIZER
    if home == "torch.nn" or "torch.nn.modules.module.Module" in asked.bases:
        return LAYER if asked.owner == "Linear" else MODULE
    return frozenset()


def _likely(crash: Crash, asked: Missing) -> str | None:
    name = asked.node.attr
    known = _has(crash, asked)
    if name in known:
        return None  # it is there, and this object has none yet
    # `nn.linear`: the class, or the function of another module? A class of that name is made with numbers.
    found = meant(name, known) or in_capitals(name, known)
    if found is not None and asked.owner == "module" and _elsewhere(name) and not _of_numbers(crash, asked.node):
        return None
    return found


def in_capitals(name: str, known: frozenset[str] | set[str]) -> str | None:
    """Return the one name that differs in capitals and underscores alone."""
    found = [one for one in known if one.replace("_", "").lower() == name.replace("_", "").lower()]
    return found[0] if len(found) == 1 else None


def _elsewhere(name: str) -> list[str]:
    return [module for module, names in HAVE.items() if name in names]


def _of_numbers(crash: Crash, node: ast.Attribute) -> bool:
    calls = [c for c in ast.walk(crash.statement or ast.Pass()) if isinstance(c, ast.Call) and c.func is node]
    given = [part for call in calls for value in call.args for part in ast.walk(value)]
    return bool(given) and not any(isinstance(part, (ast.Name, ast.Call)) for part in given)


@RULES.rule("attribute-misspelt", Idea.PYTHON)
def _misspelt(crash: Crash) -> dict[str, object] | bool:
    """Recognise an attribute that is a slip of the pen away from one that the owner has."""
    asked = missing(crash)
    if asked is None or import_covered(crash):
        return False
    found = _likely(crash, asked)
    return {"code": code(asked.node), "name": asked.node.attr, "likely": found} if found else False


@RULES.rule("attribute-of-another-module", Idea.PYTHON)
def _of_another_module(crash: Crash) -> dict[str, object] | bool:
    """Recognise `torch.utils.DataLoader`: the name is there, in another module."""
    asked = missing(crash)
    if asked is None or asked.owner != "module" or asked.module not in (*HAVE, "torch.nn.modules"):
        return False
    name = asked.node.attr
    home = HOMES.get(name)
    if in_capitals(name, HAVE.get(asked.module, frozenset())):
        return False  # or it was to be the class
    return (
        {"name": name, "module": asked.module}
        if home not in (None, asked.module) and not _likely(crash, asked)
        else False
    )


@RULES.rule("import-covered", Idea.PYTHON)
def _covered(crash: Crash) -> dict[str, object] | bool:
    """Recognise an imported name that the file has given to something else."""
    asked, name = missing(crash), import_covered(crash)
    return {"name": name, "kind": asked.owner} if asked is not None and name else False


def import_covered(crash: Crash) -> str | None:
    """Return the imported name that is assigned, too, and is asked for what the module would have."""
    asked = missing(crash)
    if asked is None or asked.owner == "module" or not isinstance(asked.node.value, ast.Name) or crash.module is None:
        return None
    name = asked.node.value.id
    scopes = [scope for scope in (crash.function, crash.module) if scope is not None]
    taken = any(name in assigned(scope) for scope in scopes)
    return name if name in imported(crash.module) and taken else None


@RULES.rule("tensor-method-of-a-number", Idea.PYTHON)
def _of_a_number(crash: Crash) -> dict[str, object] | bool:
    """Recognise `.item()`, `.to()` or `.backward()` of what is a number already."""
    asked = missing(crash)
    if asked is None or asked.owner not in NUMBERS or asked.node.attr not in TENSOR or misread(crash):
        return False
    if isinstance(asked.node.value, ast.Compare):  # True or False for two tensors: one of them is none
        return False
    return {"code": code(asked.node.value), "attribute": asked.node.attr, "kind": asked.owner}


@RULES.rule("tensor-method-of-a-list", Idea.PYTHON)
def _of_a_list(crash: Crash) -> dict[str, object] | bool:
    """Recognise `batch.to(device)`: several things in a list or tuple, asked as if they were one tensor."""
    asked = missing(crash)
    if (
        asked is None
        or asked.owner not in LISTS
        or asked.node.attr not in TENSOR
        or misread(crash)
        or _likely(crash, asked)
    ):
        return False
    if asked.node.attr == "add":
        return False  # as a set has it, rather
    return {"code": code(asked.node.value), "attribute": asked.node.attr, "kind": asked.owner}


@RULES.rule("length-as-a-method", Idea.PYTHON)
def _length(crash: Crash) -> dict[str, object] | bool:
    """Recognise `data_loader.len()`, as other languages have it."""
    asked = missing(crash)
    if asked is None or asked.node.attr not in ("len", "length") or asked.owner in (*NUMBERS, "NoneType", "module"):
        return False
    return {"code": code(asked.node)} if asked.owner not in UNCALLED else False


@RULES.rule("append-to-no-list", Idea.PYTHON)
def _append_to_no_list(crash: Crash) -> dict[str, object] | bool:
    """Recognise `append` of a tensor, a tuple, a number: only lists grow in place."""
    asked = missing(crash)
    kinds = {"Tensor", "Parameter", "ndarray", "tuple", "str", *NUMBERS}
    if asked is None or asked.node.attr not in TO_LISTS or asked.owner not in kinds:
        return False
    return {"code": code(asked.node.value), "attribute": asked.node.attr, "kind": asked.owner}


@RULES.rule("raw-files-of-a-dataset", Idea.DATASET)
def _raw(crash: Crash) -> dict[str, object] | bool:
    """Recognise `dataset.test_data`, which only torchvision's own MNIST has."""
    asked = missing(crash)
    if (
        asked is None
        or asked.node.attr not in RAW
        or not isinstance(asked.node.value, ast.Name)
        or asked.owner == "module"
    ):
        return False
    data = "dataset" in asked.owner.lower() or any(short(base) == "Dataset" for base in asked.bases)
    named = asked.node.value.id in ("dataset", "mnist_test", "mnist_train", "test_set", "test_dataset")
    return {"attribute": asked.node.attr} if data or (named and asked.owner not in BUILT_IN) else False


def uncalled_owner(crash: Crash) -> ast.expr | None:
    """Return what was asked for an attribute and is a function that nobody has called."""
    asked = missing(crash)
    if asked is None or asked.owner not in UNCALLED:
        return None
    owner = asked.node.value
    if not isinstance(owner, (ast.Name, ast.Attribute)):
        return None
    if isinstance(owner, ast.Name) and function_named(crash, owner.id) is None and crash.thing(owner) is None:
        return None
    return owner if fits(crash, owner, asked.owner) else None
