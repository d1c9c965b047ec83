"""The Python files that a running notebook has imported, so that what is graded can import them, too."""

from __future__ import annotations

import ast
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MAX_FILES, MAX_BYTES = 50, 2**20  # a lab is 10 kB


def files(trees: Iterable[ast.Module], modules: Mapping[str, str], run: Mapping[str, Path]) -> dict[str, bytes]:
    """Read the files `run`, and what texts import, and what these import in turn, but for what is installed.

    `modules` are the files of all that has been imported, by its names. What is returned has names within a folder.
    """
    own = {name: Path(file) for name, file in sorted(modules.items()) if _is_own(name, Path(file))}
    read: dict[str, bytes] = {}
    left = [*run.items(), *(found for tree in trees for found in _imported(tree, own))]
    while left and len(read) < MAX_FILES:
        name, path = left.pop(0)
        if name not in read and path.is_file() and path.stat().st_size <= MAX_BYTES:
            read[name] = path.read_bytes()
            with suppress(SyntaxError, ValueError, RecursionError, MemoryError):
                left += _imported(ast.parse(read[name]), own)
    return read


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
