"""Misconceptions about classes: `__init__` and self, objects that were never made."""

from __future__ import annotations

import ast
import re

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from .known import MODULE
from .likely import meant
from .reading import called, short
from .scopes import class_named, defined, home, imported, is_module, kept, methods

RULES = Rules()
BEFORE_INIT = "Module.__init__"  # of torch's "cannot assign module before Module.__init__() call"


def _almost_init(of: ast.ClassDef) -> str | None:
    """Return the method that was to be `__init__`, where there is none of that name."""
    if "__init__" in methods(of):
        return None
    found = [name for name in methods(of) if name.strip("_").lower() in ("init", "int", "inti", "initialize")]
    return found[0] if len(found) == 1 else None


@RULES.rule("init-misspelt", Idea.PYTHON)
def _init(crash: Crash) -> dict[str, object] | bool:
    """Recognise `_init_` or `__int__`: an object is made without it, and lacks what it would have kept."""
    of, node = home(crash), crash.node
    if crash.kind == "AttributeError" and of is not None and isinstance(node, ast.Attribute):
        name = _almost_init(of)
        return {"name": name, "class": of.name} if name and node.attr in _kept_by(of, name) else False
    made = class_named(crash, called(node)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else None
    if crash.kind != "TypeError" or made is None or not isinstance(node, ast.Call) or not (node.args or node.keywords):
        return False
    name = _almost_init(made)
    return {"name": name, "class": made.name} if name and "argument" in crash.text else False


def _kept_by(of: ast.ClassDef, method: str) -> set[str]:
    alone = ast.ClassDef(of.name, [], [], [methods(of)[method]], [])
    return kept(alone)


@RULES.rule("super-init-missing", Idea.PYTHON)
def _super(crash: Crash) -> dict[str, object] | bool:
    """Recognise a module that keeps a layer before torch's own `__init__` has run."""
    of = home(crash)
    if crash.kind != "AttributeError" or of is None or not is_module(of) or BEFORE_INIT not in crash.text:
        return False
    inside = crash.function is not None and crash.function.name == "__init__"
    return {"class": of.name} if inside and isinstance(crash.statement, (ast.Assign, ast.AnnAssign)) else False


def no_module(crash: Crash) -> str | None:
    """Return the student's class that has a forward, is used as a module, and does not say that it is one."""
    said = re.match(r"'(\w+)' object (?:is not callable|has no attribute '(\w+)')", crash.text)
    of = class_named(crash, said[1]) if said and crash.kind in ("TypeError", "AttributeError") else None
    if of is None or said is None or of.bases or "forward" not in methods(of) or "__call__" in methods(of):
        return None
    return of.name if said[2] is None or (said[2] in MODULE and said[2] not in kept(of)) else None


@RULES.rule("module-base-missing", Idea.MODEL)
def _base(crash: Crash) -> dict[str, object] | bool:
    """Recognise a model's class that is not built upon nn.Module."""
    name = no_module(crash)
    return {"class": name} if name else False


@RULES.rule("forward-misspelt", Idea.MODEL)
def _forward(crash: Crash) -> dict[str, object] | bool:
    """Recognise `foward`: torch calls `forward`, and finds its own, which is not written."""
    said = re.search(r"\[(\w+)\]", crash.text)
    of = (
        class_named(crash, said[1])
        if said and crash.kind == "NotImplementedError" and "forward" in crash.text
        else None
    )
    found = [name for name in (methods(of) if of else ()) if meant(name, ["forward"])]
    return {"name": found[0], "class": of.name} if of and len(found) == 1 and "forward" not in methods(of) else False


def without_self(crash: Crash) -> tuple[str, str] | None:
    """Return the class and the method that was called as one and takes no self."""
    said = re.match(
        r"(?:[\w.<>]+\.)?(\w+)\.(\w+)\(\) takes (\d+) positional arguments? but (\d+) (?:was|were) given", crash.text
    )
    of = class_named(crash, said[1]) if said and crash.kind == "TypeError" else None
    method = methods(of).get(said[2]) if of is not None and said else None
    if of is None or method is None or method.decorator_list or method.args.vararg or said is None:
        return None
    names = [one.arg for one in (*method.args.posonlyargs, *method.args.args)]
    # Just one more than it takes, which is the object itself.
    return (of.name, method.name) if names[:1] not in (["self"], ["cls"]) and int(said[4]) == len(names) + 1 else None


@RULES.rule("self-missing-in-method", Idea.PYTHON)
def _self(crash: Crash) -> dict[str, object] | bool:
    """Recognise `def forward(x):` in a class."""
    found = without_self(crash)
    return {"class": found[0], "method": found[1]} if found else False


def self_given(crash: Crash) -> ast.Call | None:
    """Return the call of a method that is given self once more."""
    node = crash.node
    if crash.kind != "TypeError" or not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    owner = ast.unparse(node.func.value)
    again = bool(node.args) and isinstance(node.args[0], ast.Name) and node.args[0].id == "self"
    return node if again and owner in ("self", "super()") and "positional argument" in crash.text else None


@RULES.rule("self-given-twice", Idea.PYTHON)
def _self_twice(crash: Crash) -> dict[str, object] | bool:
    """Recognise `super().__init__(self)`."""
    call = self_given(crash)
    return {"method": called(call)} if call is not None else False


def class_held(crash: Crash) -> ast.expr | None:
    """Return a variable, or an attribute of self, that holds a class and was called as an object of it."""
    node = crash.node
    if crash.kind != "TypeError" or not isinstance(node, ast.Call) or crash.module is None:
        return None
    thing = crash.thing(node.func)
    if thing is None or thing.kind != "builtins.type":
        return None
    if isinstance(node.func, ast.Attribute):
        return node.func
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    known = name in imported(crash.module) or name in defined(crash.module) or name == short(thing.name)
    inside = crash.function is not None and name in imported(crash.function) | defined(crash.function)
    return None if known or inside else node.func


@RULES.rule("class-in-place-of-object", Idea.PYTHON)
def _class(crash: Crash) -> dict[str, object] | bool:
    """Recognise `self.linear = nn.Linear`, and `transform=transforms.ToTensor` where an image then is given to it."""
    held = class_held(crash)
    if held is not None and re.search("argument|positional", crash.text):
        return {"name": short(thing.name) if (thing := crash.thing(held)) else ast.unparse(held)}
    if (
        crash.kind != "TypeError"
        or crash.module is None
        or not re.match(r"(?:\w+\.)*ToTensor(?:\.__init__)?\(\)", crash.text)
    ):
        return False
    uncalled = [
        word
        for word in ast.walk(crash.module)
        if isinstance(word, ast.keyword)
        and word.arg == "transform"
        and isinstance(word.value, (ast.Attribute, ast.Name))
        and ast.unparse(word.value).rpartition(".")[2] == "ToTensor"
    ]
    return {"name": "ToTensor"} if uncalled else False
