"""What a running notebook has defined: its cells by their execution counts, as far as what they define still stands."""

from __future__ import annotations

import ast
import difflib
import inspect
import re
import sys
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING

from graders.harness.source import magics

from . import beside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from IPython.core.interactiveshell import InteractiveShell

ALIKE = 0.8  # from this share of what two cells say, one is the other as it was edited
INPUT = re.compile(r"In\[(\d+)\]")  # as IPython's tracebacks name a cell

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Session:
    """What is known of a running notebook.

    `inputs` has its cells by their execution counts, `names` what stands in it now; `input_of` tells of a code's file
    name in which input it stands, 0 where in none. `modules` are the files of what is imported, by its names; `ids` the
    identities of cells by their execution counts, as far as the notebook's editor tells them.
    """

    inputs: Sequence[str]
    names: Mapping[str, object]
    input_of: Callable[[str], int]
    modules: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, shell: InteractiveShell, ids: Mapping[int, str]) -> Session:
        """Return what an IPython shell knows."""
        files = {name: getattr(module, "__file__", None) for name, module in list(sys.modules.items())}
        modules = {name: file for name, file in files.items() if isinstance(file, str)}
        history = shell.history_manager
        inputs = history.input_hist_raw if history else [""]
        return cls(inputs, shell.user_ns, lambda name: _input_of(shell, name), modules, ids)


def _input_of(shell: InteractiveShell, file: str) -> int:
    found = INPUT.search(" ".join(shell.compile.format_code_name(file) or ()))
    return int(found[1]) if found else 0


@dataclass(frozen=True)
class Taken:
    """What is to be graded: cells with their execution counts, as Python, in the order in which they are to be run.

    `files` are the Python files that it imports, by their names; `untold` the functions that are asked for and that the
    session has, but whose text cannot be had.
    """

    cells: tuple[tuple[int, str], ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    untold: tuple[str, ...] = ()


def take(session: Session, functions: Sequence[str]) -> Taken:
    """Take what a session has defined, for grading the functions of these names.

    Cells stand in the order in which they ran, so that the last definition of a name counts, with what it needs. What
    the session has given up since (`del`), or never had since its cell raised, is taken out. Where there are none of
    the functions, the work is done at the top level, and cells stand where they were run first.
    """
    with warnings.catch_warnings(action="ignore"):  # which Python has given when the cells were run
        return _take(session, functions)


def _take(session: Session, functions: Sequence[str]) -> Taken:
    cells = [_Cell.of(text) for text in session.inputs[1:]]
    for name in functions:
        stands = _standing(session, name)
        if stands is not None:
            cells = [cell.without(name) if at >= stands else cell for at, cell in enumerate(cells)]
    run = [cell for cell in cells if cell.tree]
    texts = [(number, cell.text) for number, cell in enumerate(cells, start=1) if cell.tree and cell.text.strip()]
    scripts = {f"{file.stem}.py": file for value in session.names.values() if (file := _file_of(value))}
    files = beside.files((cell.tree for cell in run if cell.tree), session.modules, scripts)
    defined = [name for name in functions if name in session.names]
    if not defined:  # done at the top level
        return Taken(tuple(_as_edited(texts, session.ids)), files)
    unbound = [name for name in defined if not any(cell.binds(name) for cell in run)]
    imported = {name: file.stem for name in unbound if (file := _file_of(session.names[name]))}
    if imported:
        lines = "\n".join(f"from {module} import {name}" for name, module in imported.items())
        texts.append((len(session.inputs), lines))
    untold = tuple(name for name in unbound if name not in imported and not _comes_from_a_module(session.names[name]))
    return Taken(tuple(texts), files, untold)


@dataclass(frozen=True)
class _Cell:
    """A cell that was run, as Python. It has no tree where it is none: then nothing of it was run."""

    text: str
    tree: ast.Module | None

    @classmethod
    def of(cls, text: str) -> _Cell:
        """Return a cell as Jupyter runs it."""
        return cls.python("\n".join(magics.as_python(text.split("\n")).lines))

    @classmethod
    def python(cls, text: str) -> _Cell:
        """Return a cell that holds this, whether or not Python can read it."""
        try:
            return cls(text, ast.parse(text))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return cls(text, None)

    def _making(self, name: str) -> Iterator[ast.stmt]:
        """Yield the statements that define a name, or delete it."""
        for node in self.tree.body if self.tree else ():
            deleted = [ast.unparse(target) for target in node.targets] if isinstance(node, ast.Delete) else []
            if (isinstance(node, Definition) and node.name == name) or deleted == [name]:
                yield node

    def binds(self, name: str) -> bool:
        """Tell whether anything in the cell may give a name its value."""
        return any(name in _bound(node) for node in ast.walk(self.tree)) if self.tree else False

    def without(self, name: str) -> _Cell:
        """Return it without what defines a name, or deletes it; the other lines keep their numbers."""
        lines = self.text.split("\n")
        for node in self._making(name):
            decorators = node.decorator_list if isinstance(node, Definition) else []
            first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
            last = node.end_lineno or first
            lines[first - 1 : last] = [""] * (last - first + 1)
        return self.python("\n".join(lines)) if any(self._making(name)) else self


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, Definition):
        yield node.name
    elif isinstance(node, ast.alias):
        yield node.asname or node.name
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id


def _standing(session: Session, name: str) -> int | None:
    """Return the input after which no definition of a name counts any more; None where the last one does."""
    if name not in session.names or _comes_from_a_module(session.names[name]) or _file_of(session.names[name]):
        return 0
    function = _undecorated(session.names[name])
    return (session.input_of(function.__code__.co_filename) or None) if function else None


def _undecorated(value: object) -> FunctionType | None:
    """Return the function that a value is, or that its decorators say they were put around; None where it is none."""
    with suppress(ValueError):  # each says that it was put around the other
        value = inspect.unwrap(value) if isinstance(value, FunctionType) else value
    return value if isinstance(value, FunctionType) else None


def _comes_from_a_module(value: object) -> bool:
    """Tell whether a value is one that a module has, and not only made by its code, as a decorator makes functions."""
    module = getattr(value, "__module__", None)
    if not isinstance(module, str) or module == "__main__" or module not in sys.modules:
        return False
    return any(each is value for each in list(vars(sys.modules[module]).values()))


def _file_of(value: object) -> Path | None:
    """Return the file that a function of the session's own was read from, as `%run` does."""
    function = _undecorated(value)
    if function is None or function.__module__ != "__main__":
        return None
    file = Path(function.__code__.co_filename)
    return file if file.suffix == ".py" and file.stem.isidentifier() and file.is_file() else None


def _as_edited(cells: Sequence[tuple[int, str]], ids: Mapping[int, str]) -> Iterator[tuple[int, str]]:
    """Yield cells in the order of their first runs, each as it was last: so they stand in the notebook."""
    kept: list[tuple[int, str]] = []
    for number, text in cells:
        before = (at for at, one in enumerate(kept) if _is_edited(one, (number, text), ids))
        at = next(before, len(kept))
        kept[at : at + 1] = [(number, text)]
    yield from kept


def _is_edited(before: tuple[int, str], after: tuple[int, str], ids: Mapping[int, str]) -> bool:
    """Tell whether two inputs are one cell: by its identity, or where nobody told that, by what it says."""
    if before[0] in ids and after[0] in ids:
        return ids[before[0]] == ids[after[0]]
    matcher = difflib.SequenceMatcher(None, before[1], after[1], autojunk=False)
    return matcher.real_quick_ratio() > ALIKE and matcher.quick_ratio() > ALIKE and matcher.ratio() > ALIKE
