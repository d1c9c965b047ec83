"""Misconceptions about files: paths of another machine, folders for files, files that are closed."""

from __future__ import annotations

import ast
import re

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from .reading import called, quoted

RULES = Rules()
ELSEWHERE = re.compile(r"(?:[A-Za-z]:[\\/]|~|/(?:content|home|Users|kaggle|root|mnt|drive)/)")
OPENING = frozenset({"open", "load", "imread", "read_csv", "loadtxt", "read_text", "read_bytes", "genfromtxt"})


def _path(crash: Crash) -> str | None:
    """Return the path of a file that is not there, where the student's line itself opens it."""
    if crash.kind != "FileNotFoundError" or called(crash.node) not in OPENING:
        return None
    return next(iter(quoted(crash.text)), None)


def _written(crash: Crash) -> set[str]:
    """Return the texts that the file has written down."""
    nodes = ast.walk(crash.module) if crash.module is not None else ()
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


@RULES.rule("path-of-another-machine", Idea.PYTHON)
def _another_machine(crash: Crash) -> dict[str, object] | bool:
    """Recognise a path that begins at the root of the student's own machine, or of a notebook's."""
    path = _path(crash)
    written = path is not None and any(ELSEWHERE.match(text) for text in _written(crash) if _same(text, path))
    return {"path": path} if path is not None and written else False


def _same(text: str, path: str) -> bool:
    return text.replace("\\", "") == path.replace("\\", "")


@RULES.rule("file-not-found", Idea.PYTHON)
def _not_found(crash: Crash) -> dict[str, object] | bool:
    """Recognise a file that is to be read and is not there."""
    path = _path(crash)
    if path is None or ELSEWHERE.match(path):
        return False
    return {"path": path} if any(_same(text, path) for text in _written(crash)) else False


@RULES.rule("folder-opened-as-a-file", Idea.PYTHON)
def _folder(crash: Crash) -> bool:
    """Recognise `open` of a folder."""
    return (
        crash.kind in ("IsADirectoryError", "PermissionError")
        and called(crash.node) in OPENING
        and "[Errno 21]" in crash.text
    )


@RULES.rule("file-closed", Idea.PYTHON)
def _closed(crash: Crash) -> bool:
    """Recognise what is written to, or read from, a file after `with` has closed it."""
    return crash.kind == "ValueError" and "closed file" in crash.text and isinstance(crash.node, (ast.Call, ast.Name))


@RULES.rule("digits-loaded-anew", Idea.DATASET)
def _anew(crash: Crash) -> dict[str, object] | bool:
    """Recognise a function that loads MNIST itself, from a folder of its own, and not what it is given."""
    function = crash.function
    if (
        crash.kind != "RuntimeError"
        or function is None
        or any(name == "load_mnist" for _, _, name in crash.scene.frames)  # whose helper it may be
        or called(crash.node) != "MNIST"
    ):
        return False
    return {"function": function.name} if "not found" in crash.text else False
