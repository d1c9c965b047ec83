"""Misconceptions about imports: misspelt, from another module, of the file itself."""

from __future__ import annotations

import ast
import re

from graders.harness.judge.crashes import Crash, Rules
from graders.mistakes.ideas import Idea

from .attributes import in_capitals
from .known import HAVE, HOMES, MODULES
from .likely import meant

RULES = Rules()


def _asked(crash: Crash) -> tuple[str, str] | None:
    """Return the module that an import names, and the name that it does not have; "" where the module is not there."""
    statement = crash.statement
    if crash.kind == "ImportError" and isinstance(statement, ast.ImportFrom):
        said = re.match(r"cannot import name '(\w+)' from (?:partially initialized module )?'([\w.]+)'", crash.text)
        return (said[2], said[1]) if said else None
    if crash.kind == "ModuleNotFoundError" and isinstance(statement, (ast.Import, ast.ImportFrom)):
        said = re.match(r"No module named '([\w.]+)'", crash.text)
        return (said[1], "") if said else None
    return None


def _named(crash: Crash) -> list[str]:
    """Return the modules that the import itself names."""
    if isinstance(crash.statement, ast.ImportFrom):
        return [crash.statement.module or ""]
    return [alias.name for alias in crash.statement.names] if isinstance(crash.statement, ast.Import) else []


def _likely(crash: Crash) -> str | None:
    asked = _asked(crash)
    if asked is None:
        return None
    module, name = asked
    if name:
        return meant(name, HAVE.get(module, ())) or in_capitals(name, HAVE.get(module, frozenset()))
    return (
        meant(module, MODULES) if any(one == module or one.startswith(module + ".") for one in _named(crash)) else None
    )


@RULES.rule("import-misspelt", Idea.PYTHON)
def _misspelt(crash: Crash) -> dict[str, object] | bool:
    """Recognise a module, or a name of one, that is a slip of the pen away from one that is there."""
    asked, found = _asked(crash), _likely(crash)
    return {"name": asked[1] or asked[0], "likely": found} if asked and found and not _is_itself(crash) else False


@RULES.rule("import-from-another-module", Idea.PYTHON)
def _another_module(crash: Crash) -> dict[str, object] | bool:
    """Recognise `from torch.utils import DataLoader`."""
    asked = _asked(crash)
    if asked is None or _likely(crash) or asked[0] not in HAVE or HOMES.get(asked[1]) in (None, asked[0]):
        return False
    return {"name": asked[1], "module": asked[0]}


@RULES.rule("imported-as-a-module", Idea.PYTHON)
def _as_a_module(crash: Crash) -> dict[str, object] | bool:
    """Recognise `import torch.utils.data.DataLoader`: a class is no module."""
    asked = _asked(crash)
    module, _, name = asked[0].rpartition(".") if asked and not asked[1] else ("", "", "")
    found = name in HAVE.get(module, ()) and f"{module}.{name}" not in MODULES
    return {"name": name, "module": module} if found else False


def _is_itself(crash: Crash) -> bool:
    files = {file.rpartition("/")[2].removesuffix(".py") for file, _, _ in crash.scene.frames}
    return any(module in files for module in _named(crash))


@RULES.rule("imports-itself", Idea.PYTHON)
def _itself(crash: Crash) -> bool:
    """Recognise a file that imports from itself, and finds itself half loaded."""
    return crash.kind in ("ImportError", "AttributeError") and crash.at_import and _is_itself(crash)
