"""One function out of a module's text, with just what it needs: a worker is given a stand-in only when it needs it.

All of them lying about in the worker's memory would be answers for whoever searches it.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

from graders.harness.base import packed

if TYPE_CHECKING:
    from pathlib import Path


@lru_cache(maxsize=64)
def excerpt(module: Path, function: str) -> str:
    """Return the text of a module's imports, and of `function` with all that it names at the module's top level.

    Raises KeyError where the module has no such function.
    """
    tree = ast.parse(packed.read(module))
    imports = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    defined = {name: node for node in tree.body for name in _defines(node)}
    wanted, left = {defined[function]}, [defined[function]]
    while left:
        named = {node.id for node in ast.walk(left.pop()) if isinstance(node, ast.Name)}
        new = {defined[name] for name in named & defined.keys()} - wanted
        wanted |= new
        left += new
    kept: list[ast.stmt] = [*imports, *(node for node in tree.body if node in wanted)]
    return ast.unparse(ast.Module(kept, []))


@lru_cache(maxsize=64)
def defined(text: str) -> frozenset[str]:
    """Return the names of the functions and classes at the top level of a module's text."""
    return frozenset(name for node in ast.parse(text).body for name in _defines(node))


def _defines(node: ast.stmt) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else []
    return [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
