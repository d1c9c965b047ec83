"""What a running notebook has defined: its cells by their execution counts, as far as what they define still stands."""

from __future__ import annotations

import ast
import re
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING

from graders.harness.source import magics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from IPython.core.interactiveshell import InteractiveShell

MAX_FILES, MAX_BYTES = 50, 2**20  # of Python beside the notebook
INPUT = re.compile(r"In\[(\d+)\]")  # as IPython's tracebacks name a cell

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Session:
    """What is known of a running notebook.

    `inputs` has its cells by their execution counts, `names` what stands in it now; `input_of` tells of a code's file
    name in which input it stands, 0 where in none. `modules` are the files of what is imported, by its names.
    """

    inputs: Sequence[str]
    names: Mapping[str, object]
    input_of: Callable[[str], int]
    modules: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, shell: InteractiveShell) -> Session:
        """Return what an IPython shell knows."""
        files = {name: getattr(module, "__file__", None) for name, module in list(sys.modules.items())}
        modules = {name: file for name, file in files.items() if isinstance(file, str)}
        history = shell.history_manager
        inputs = history.input_hist_raw if history else [""]
        return cls(inputs, shell.user_ns, lambda name: _input_of(shell, name), modules)


def _input_of(shell: InteractiveShell, file: str) -> int:
    found = INPUT.search(" ".join(shell.compile.format_code_name(file) or ()))
    return int(found[1]) if found else 0


@dataclass(frozen=True)
class Taken:
    """What is to be graded: cell n of `cells`, from 1, is In [n]; it is empty where nothing of that counts any more.

    `files` are the Python files that it imports, by their names; `untold` the functions that are asked for and that the
    session has, but whose text cannot be had.
    """

    cells: tuple[str, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    untold: tuple[str, ...] = ()


def take(session: Session, functions: Sequence[str]) -> Taken:
    """Take what a session has defined, for grading the functions of these names.

    Cells stand in the order in which they ran, so that the last definition of a name counts, with what it needs. What
    the session has given up since (`del`), or never had since its cell raised, is taken out.
    """
    cells = [_Cell(text) for text in session.inputs[1:]]
    for name in functions:
        stands = _standing(session, name)
        for number, cell in enumerate(cells, start=1):
            if stands is not None and number > stands:
                cell.drop(name)
    texts = [cell.text if cell.tree else "" for cell in cells]
    defined = [name for name in functions if name in session.names]
    if not defined:  # done at the top level
        return Taken(tuple(_last_runs(texts)), _beside(session, cells))
    unbound = [name for name in defined if not any(cell.binds(name) for cell in cells)]
    imported = {name: file.stem for name in unbound if (file := _file_of(session.names[name]))}
    if imported:
        texts.append("\n".join(f"from {module} import {name}" for name, module in imported.items()))
    untold = tuple(name for name in unbound if name not in imported and not _comes_from_a_module(name, session))
    return Taken(tuple(texts), _beside(session, cells), untold)


class _Cell:
    """A cell that was run, as Python. It has no tree where it is none: then nothing of it was run."""

    def __init__(self, text: str) -> None:
        self.text = "\n".join(magics.as_python(text.split("\n")).lines)
        try:
            self.tree: ast.Module | None = ast.parse(self.text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            self.tree = None

    def _making(self, name: str) -> Iterator[ast.stmt]:
        """Yield the statements that define a name, or delete it."""
        for node in self.tree.body if self.tree else ():
            deleted = [ast.unparse(target) for target in node.targets] if isinstance(node, ast.Delete) else []
            if (isinstance(node, Definition) and node.name == name) or deleted == [name]:
                yield node

    def binds(self, name: str) -> bool:
        """Tell whether a statement of the cell, at any depth outside functions, may give a name its value."""
        return any(name in _bound(node) for node in ast.walk(self.tree)) if self.tree else False

    def drop(self, name: str) -> None:
        """Take out what defines a name, or deletes it; the other lines keep their numbers."""
        lines = self.text.split("\n")
        for node in self._making(name):
            decorators = node.decorator_list if isinstance(node, Definition) else []
            first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
            last = node.end_lineno or first
            lines[first - 1 : last] = [""] * (last - first + 1)
        self.__init__("\n".join(lines))  # type: ignore[misc]  # the cell anew


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, Definition):
        yield node.name
    elif isinstance(node, ast.alias):
        yield node.asname or node.name
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id


def _standing(session: Session, name: str) -> int | None:
    """Return the input after which no definition of a name counts any more; None where the last one does."""
    value = session.names.get(name)
    if name not in session.names or _comes_from_a_module(name, session) or _file_of(value):
        return 0
    return (session.input_of(value.__code__.co_filename) or None) if isinstance(value, FunctionType) else None


def _comes_from_a_module(name: str, session: Session) -> bool:
    module = getattr(session.names[name], "__module__", None)
    return module != "__main__" and module in session.modules


def _file_of(value: object) -> Path | None:
    """Return the file that a function of the session's own was read from, as `%run` does."""
    if not isinstance(value, FunctionType) or value.__module__ != "__main__":
        return None
    file = Path(value.__code__.co_filename)
    return file if file.suffix == ".py" and file.stem.isidentifier() and file.is_file() else None


def _last_runs(texts: Sequence[str]) -> list[str]:
    """Return the cells without those that were run again unchanged: of these, the last run counts."""
    later: set[str] = set()
    kept = []
    for text in reversed(texts):
        kept.append("" if text in later else text)
        later.add(text)
    return kept[::-1]


def _beside(session: Session, cells: Sequence[_Cell]) -> dict[str, bytes]:
    """Read the Python files that the cells run or import, and these in turn, but for what is installed."""
    run = {f"{file.stem}.py": file for value in session.names.values() if (file := _file_of(value))}
    own = {name: Path(file) for name, file in sorted(session.modules.items()) if _is_own(name, Path(file))}
    files: dict[str, bytes] = {}
    left = [*run.items(), *(found for cell in cells if cell.tree for found in _imported(cell.tree, own))]
    while left and len(files) < MAX_FILES:
        name, path = left.pop(0)
        if name not in files and path.is_file() and path.stat().st_size <= MAX_BYTES:
            files[name] = path.read_bytes()
            with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
                left += _imported(ast.parse(files[name]), own)
    return files


def _imported(tree: ast.Module, own: Mapping[str, Path]) -> Iterator[tuple[str, Path]]:
    """Yield the files of all packages and modules that a text names in its imports, by their names."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    named = {name.partition(".")[0] for node in nodes for name in _modules(node)}
    for name, path in own.items():
        if name.partition(".")[0] in named:
            yield name.replace(".", "/") + ("/__init__.py" if path.name == "__init__.py" else ".py"), path


def _modules(node: ast.Import | ast.ImportFrom) -> list[str]:
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]


def _is_own(module: str, file: Path) -> bool:
    """Tell whether a module is the student's: neither the grader nor Python's own nor installed."""
    known = module.partition(".")[0] in ("__main__", "graders", *sys.stdlib_module_names)
    installed = {"site-packages", "dist-packages"} & set(file.parts) or file.is_relative_to(sys.base_prefix)
    return not (known or installed) and file.suffix == ".py"
