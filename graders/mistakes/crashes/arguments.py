"""Misconceptions about arguments: too few, too many, of names that a function does not have, others than it wants."""

from __future__ import annotations

import ast
import re
from typing import NamedTuple

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from .classes import class_held, self_given, without_self
from .reading import called, quoted, short
from .scopes import class_named, function_named, home, methods

RULES = Rules()


class Asked(NamedTuple):
    """A call of a function of the file's, and what the function takes."""

    call: ast.Call
    name: str
    takes: list[str]  # its parameters by place, without self
    words: list[str]  # those by keyword alone
    needs: set[str]


def _asked(crash: Crash) -> Asked | None:
    """Return the call of the student's own function that raised; None where stars, or others, give it more."""
    node = crash.node
    if crash.kind != "TypeError" or not isinstance(node, ast.Call) or _starred(node) or self_given(crash) is not None:
        return None
    function, bare = _function(crash, node)
    if function is None or function.args.vararg or function.args.kwarg:
        return None
    given = function.args
    by_place = [one.arg for one in (*given.posonlyargs, *given.args)][0 if bare else 1 :]
    optional = len(given.defaults)
    needed = set(by_place[: len(by_place) - optional] if optional else by_place)
    words = [one.arg for one in given.kwonlyargs]
    needed |= {name for name, default in zip(words, given.kw_defaults, strict=True) if default is None}
    return Asked(node, called(node), by_place, words, needed)


def _starred(call: ast.Call) -> bool:
    return any(isinstance(value, ast.Starred) for value in call.args) or any(word.arg is None for word in call.keywords)


def _function(crash: Crash, call: ast.Call) -> tuple[ast.FunctionDef | None, bool]:
    """Return the function, method or initialiser that a call runs, and whether it takes no self."""
    if isinstance(call.func, ast.Name):
        if (function := function_named(crash, call.func.id)) is not None:
            return function, True
        made = class_named(crash, call.func.id)
        return (methods(made).get("__init__") if made is not None else None), False
    of = home(crash)
    if of is not None and isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "self":
        return methods(of).get(call.func.attr), False
    return None, False


def _library(crash: Crash) -> ast.Call | None:
    """Return a call of a library's function that was refused for its own arguments, not for those of a call in it."""
    node = crash.node
    if crash.kind != "TypeError" or not isinstance(node, ast.Call) or _starred(node) or _function(crash, node)[0]:
        return None
    said = re.match(r"([\w.<>]+)\(\)", crash.text)
    names = said[1].split(".") if said else []
    if class_held(crash) is not None or self_given(crash) is not None or without_self(crash) is not None:
        return None
    if names[-1:] == ["__init__"]:
        return node if names[-2:-1] == [called(node)] else None
    if names[-1:] == ["forward"]:
        thing = crash.thing(node.func)
        return node if thing is not None and names[-2:-1] == [short(thing.kind)] else None
    return node if names[-1:] == [called(node)] else None


@RULES.rule("too-few-arguments", Idea.PYTHON)
def _too_few(crash: Crash) -> dict[str, object] | bool:
    """Recognise a call without what the function cannot do without."""
    if (asked := _asked(crash)) is not None:
        given = {*asked.takes[: len(asked.call.args)], *(word.arg for word in asked.call.keywords)}
        lacking = [name for name in (*asked.takes, *asked.words) if name in asked.needs and name not in given]
        fits = len(asked.call.args) <= len(asked.takes) and not _strange(asked)
        return {"function": asked.name, "missing": ", ".join(lacking)} if lacking and fits else False
    call = _library(crash)
    if call is None or not re.search(r"missing \d+ required", crash.text):
        return False
    if any(isinstance(one, (ast.List, ast.Tuple)) for one in call.args):
        return False  # what is missing may be in it: a layer's sizes, say
    return {"function": called(call), "missing": ", ".join(quoted(crash.text))}


@RULES.rule("too-many-arguments", Idea.PYTHON)
def _too_many(crash: Crash) -> dict[str, object] | bool:
    """Recognise a call with more values than the function takes."""
    if (asked := _asked(crash)) is not None:
        given = len(asked.call.args)
        takes = ", ".join(asked.takes) or "()"
        return {"function": asked.name, "count": given, "takes": takes} if given > len(asked.takes) else False
    return False


@RULES.rule("unknown-argument", Idea.PYTHON)
def _unknown(crash: Crash) -> dict[str, object] | bool:
    """Recognise an argument's name that the function does not have."""
    if (asked := _asked(crash)) is not None:
        strange = _strange(asked)
        enough = len(asked.call.args) <= len(asked.takes)
        return {"function": asked.name, "argument": strange[0]} if strange and enough else False
    call = _library(crash)
    said = re.search(r"unexpected keyword argument '(\w+)'", crash.text)
    if call is None or said is None or said[1] not in [word.arg for word in call.keywords]:
        return False
    return {"function": called(call), "argument": said[1]}


def _strange(asked: Asked) -> list[str]:
    return [word.arg for word in asked.call.keywords if word.arg and word.arg not in (*asked.takes, *asked.words)]
