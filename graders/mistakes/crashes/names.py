"""Misconceptions about names: misspelt, never imported, of another place."""

from __future__ import annotations

import ast

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from .known import HAVE, HOMES, IMPORTED_AS, MODULE, OF_THE_NOTEBOOK, OPTIMIZER, TENSOR
from .likely import is_plural, meant
from .reading import quoted, short
from .scopes import BUILTINS, around, assigned, bound, defined, function_named, home, imported, kept, methods, visible

RULES = Rules()
CONSTANTS = {"true": "True", "false": "False", "none": "None", "null": "None", "TRUE": "True", "FALSE": "False"}
OF_TEXTS = frozenset({"cmap", "interpolation", "reduction", "mode"})  # arguments that are texts
# What a function that builds a piece would call it itself: perhaps its own lines were to make it.
OWN_PIECES = {
    "build_criterion": ("criterion",),
    "build_model": ("linear", "model"),
    "build_optimizer": ("optimizer",),
    "load_mnist": ("dataset", "mnist_test", "mnist_train"),
    "make_data_loader": ("data_loader", "test_loader", "train_loader"),
}


def _unknown(crash: Crash) -> str | None:
    """Return the name that is not known; a variable that is merely assigned too late is another matter."""
    if crash.kind not in ("NameError", "UnboundLocalError") or crash.module is None:
        return None
    name = crash.node.id if isinstance(crash.node, ast.Name) else next(iter(quoted(crash.text)), None)
    if name is None or (crash.kind == "NameError" and name in visible(crash)):
        return None
    return name


def likely_name(crash: Crash) -> str | None:
    """Return the name that an unknown one was meant to be."""
    name = _unknown(crash)
    if name is None or name in IMPORTED_AS or name in CONSTANTS or name in HOMES:
        return None
    if crash.kind == "UnboundLocalError" and not _only_counted(crash, name):
        return None
    known = {one for one in visible(crash) if not _never_bound(crash, one)} | BUILTINS
    found = meant(name, known)
    if found is None:
        return _class_called(crash, name)
    return found if not is_plural(name, found) or _serves(crash, name, found) else None


def _class_called(crash: Crash, name: str) -> str | None:
    """Return the class that `dataloader(…)` was meant to be."""
    found = [one for one in visible(crash) if one != name and one.lower() == name.lower() and one[0].isupper()]
    return found[0] if len(found) == 1 and _is_called(crash, name) else None


def _is_called(crash: Crash, name: str) -> bool:
    calls = [node for node in ast.walk(crash.statement or ast.Pass()) if isinstance(node, ast.Call)]
    return any(isinstance(call.func, ast.Name) and call.func.id == name for call in calls)


def _only_counted(crash: Crash, name: str) -> bool:
    """Tell whether a function assigns a name by += and the like alone."""
    if crash.function is None:
        return False
    counted = [n.target for n in ast.walk(crash.function) if isinstance(n, ast.AugAssign)]
    stores = [n for n in ast.walk(crash.function) if isinstance(n, ast.Name) and n.id == name and not _loads(n)]
    return bool(stores) and all(any(store is one for one in counted) for store in stores)


def _loads(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Load)


def _never_bound(crash: Crash, name: str) -> bool:
    """Tell whether a variable of the function has no value yet, as far as the worker tells."""
    own = crash.function is not None and name in bound(crash.function)
    return own and name not in crash.scene.values


def _serves(crash: Crash, name: str, found: str) -> bool:
    """Tell whether `images` can do what is asked of `image`: both are tensors' names, and it is a tensor's method."""
    if function_named(crash, found) is not None and _is_called(crash, name):
        return True
    thing = crash.scene.values.get(found)
    asked = {
        node.attr
        for node in ast.walk(crash.statement or ast.Pass())
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name
    }
    return thing is not None and short(thing.kind) == "Tensor" and bool(asked) and asked <= TENSOR


@RULES.rule("name-misspelt", Idea.PYTHON)
def _misspelt(crash: Crash) -> dict[str, object] | bool:
    """Recognise a name that is a slip of the pen away from a known one."""
    found = likely_name(crash)
    return {"name": _unknown(crash), "likely": found} if found is not None and not _of_self(crash) else False


@RULES.rule("name-not-imported", Idea.PYTHON)
def _not_imported(crash: Crash) -> dict[str, object] | bool:
    """Recognise a module's usual name that no line of the file binds."""
    name = _unknown(crash)
    if name is None or crash.module is None or crash.kind != "NameError" or name not in IMPORTED_AS:
        return False
    if _for_something_else(crash, name):
        return False
    # An import within another function does not count here; a variable of that name there may be what is missing.
    functions = [node for node in ast.walk(crash.module) if isinstance(node, ast.FunctionDef)]
    variable = any(name in bound(function) and name not in imported(function) for function in functions)
    return {"name": name} if not variable else False


def _for_something_else(crash: Crash, name: str) -> bool:
    """Tell whether a name is asked for what its module does not have: `optim.step()` was perhaps an optimizer."""
    module = {"F": "torch.nn.functional", "nn": "torch.nn", "optim": "torch.optim"}.get(name)
    asked = [
        node.attr
        for node in ast.walk(crash.statement or ast.Pass())
        if isinstance(node, ast.Attribute) and node.value is crash.node
    ]
    return module is not None and any(one in OPTIMIZER | TENSOR | MODULE and one not in HAVE[module] for one in asked)


@RULES.rule("module-prefix-forgotten", Idea.PYTHON)
def _prefix_forgotten(crash: Crash) -> dict[str, object] | bool:
    """Recognise `no_grad()` and `Linear(…)` where torch and nn are imported."""
    name = _unknown(crash)
    if name is None or crash.kind != "NameError" or name not in HOMES or name in {*OF_THE_NOTEBOOK, *IMPORTED_AS}:
        return False
    here = {short_name: whole for scope in around(crash) for short_name, whole in imported(scope).items()}
    prefixes = [one for one, whole in here.items() if whole == HOMES[name]]
    if not prefixes and here.get("torch") == "torch" and HOMES[name].startswith("torch."):
        prefixes = [HOMES[name]]
    return {"name": name, "module": prefixes[0]} if len(prefixes) == 1 and not _text_meant(crash) else False


@RULES.rule("name-from-elsewhere", Idea.PYTHON)
def _from_elsewhere(crash: Crash) -> dict[str, object] | bool:
    """Recognise a piece of the notebook's in a function that is not given it."""
    name = _unknown(crash)
    if name is None or crash.kind != "NameError" or crash.function is None or name not in OF_THE_NOTEBOOK:
        return False
    if name in OWN_PIECES.get(crash.function.name, ()):
        return False
    elsewhere = likely_name(crash) or _of_self(crash)
    return {"name": name, "function": crash.function.name} if not elsewhere else False


@RULES.rule("self-forgotten", Idea.PYTHON)
def _self_forgotten(crash: Crash) -> dict[str, object] | bool:
    """Recognise an attribute that is used, or kept, without `self.`."""
    if found := _of_self(crash):
        return {"name": found}
    of = home(crash)
    if crash.kind != "AttributeError" or of is None or not isinstance(crash.node, ast.Attribute):
        return False
    name, owner = crash.node.attr, crash.node.value
    made = methods(of).get("__init__")
    if made is None or not isinstance(owner, ast.Name) or owner.id != "self" or name in kept(of) | set(methods(of)):
        return False
    return {"name": name} if name in assigned(made) else False


def _of_self(crash: Crash) -> str | None:
    """Return an unknown name in a method of a class that keeps an attribute of that name."""
    name, of = _unknown(crash), home(crash)
    if name is None or of is None or crash.kind != "NameError":
        return None
    return name if name in kept(of) | set(methods(of)) else None


@RULES.rule("self-outside-a-class", Idea.PYTHON)
def _self_outside(crash: Crash) -> dict[str, object] | bool:
    """Recognise `self.flatten(images)` in a function that is no method."""
    function = crash.function
    if _unknown(crash) != "self" or crash.kind != "NameError" or function is None or crash.module is None:
        return False
    return {"function": function.name} if any(one is function for one in crash.module.body) else False


@RULES.rule("quotes-forgotten", Idea.PYTHON)
def _quotes_forgotten(crash: Crash) -> dict[str, object] | bool:
    """Recognise `cmap=Greys`."""
    name, argument = _unknown(crash), _text_meant(crash)
    return {"name": name, "argument": argument} if name and argument else False


def _text_meant(crash: Crash) -> str | None:
    """Return the argument that a name is given for, where that wants a text."""
    words = [node for node in ast.walk(crash.statement or ast.Pass()) if isinstance(node, ast.keyword)]
    return next((word.arg for word in words if word.value is crash.node and word.arg in OF_TEXTS), None)


@RULES.rule("constant-in-lower-case", Idea.PYTHON)
def _lower_case(crash: Crash) -> dict[str, object] | bool:
    """Recognise `true`, as other languages write it."""
    name = _unknown(crash)
    return {"name": name, "right": CONSTANTS[name]} if name in CONSTANTS and crash.kind == "NameError" else False


@RULES.rule("defined-further-down", Idea.PYTHON)
def _further_down(crash: Crash) -> dict[str, object] | bool:
    """Recognise a line outside functions that calls a function from above its definition."""
    if crash.kind != "NameError" or crash.module is None or crash.function is not None:
        return False
    name = crash.node.id if isinstance(crash.node, ast.Name) else None
    found = defined(crash.module).get(name) if name is not None else None
    if found is None or crash.node is None or name in imported(crash.module):
        return False
    return {"name": name, "line": found.lineno} if found.lineno > crash.node.lineno else False
