"""A folder of a teacher's own checks: test_*.py files, and perhaps rubric.toml and messages.toml beside them.

A check is an ordinary one: a test function of a module that says its part, with a weight in the rubric.
"""

from __future__ import annotations

import ast
import tomllib
from typing import TYPE_CHECKING, Any

from graders.harness.base.errors import ConfigurationError

from .fingerprints import part_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

RUBRIC, MESSAGES = "rubric.toml", "messages.toml"
LANGUAGE_LETTERS = 2  # of a table in messages.toml that has another language's words

Sections = dict[str, dict[str, Any]]


def checks(folder: Path) -> tuple[Path, ...]:
    """Return the files with checks. Raises ConfigurationError where there are none, or one says no part."""
    try:
        found = sorted(folder.glob("test_*.py"))
    except OSError:
        found = []
    if not found:
        raise ConfigurationError(f"--private {folder}: holds no checks: no file test_*.py")
    for path in found:
        if _part(path) is None:
            raise ConfigurationError(f'{path}: says no part: pytestmark = pytest.mark.part("NAME")')
    return tuple(found)


def rubric_in(folder: Path | None) -> Path | None:
    """Return the rubric that lies in a folder of checks; None where none does."""
    return folder / RUBRIC if folder and (folder / RUBRIC).is_file() else None


def said(folder: Path) -> Sections:
    """Return the words that the checks themselves have: their docstrings' first lines, and their parts' names."""
    files = checks(folder)
    titles = {name: {"title": title} for path in files for name, title in _titles(path)}
    parts = {part: part.replace("_", " ") for path in files if (part := _part(path))}
    return {"checks": titles, "parts": parts}


def written(folder: Path, language: str) -> Sections:
    """Return what messages.toml says: tables as the lab's own messages have them, and such below a language's name.

    Raises ConfigurationError where it is no TOML, or has what is no table.
    """
    path = folder / MESSAGES
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}") from None
    translated = table.get(language, {})
    merged: Sections = {}
    for source in ({name: value for name, value in table.items() if len(name) != LANGUAGE_LETTERS}, translated):
        for section, entries in _tables(path, source):
            merged.setdefault(section, {}).update(entries)
    return merged


def _tables(path: Path, source: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not isinstance(source, dict):
        raise ConfigurationError(f"{path}: a language must be a table")
    for section, entries in source.items():
        if not isinstance(entries, dict):
            raise ConfigurationError(f"{path}: {section}: must be a table")
        yield section, entries


def _part(path: Path) -> str | None:
    return part_of(_read(path))


def _titles(path: Path) -> Iterator[tuple[str, str]]:
    """Yield each check's name and title."""
    try:
        tree = ast.parse(_read(path))
    except (SyntaxError, ValueError) as error:
        raise ConfigurationError(f"{path}: is no Python: {error}") from None
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            first = (ast.get_docstring(node) or "").partition("\n")[0].rstrip(".")
            yield node.name, first or node.name.removeprefix("test_").replace("_", " ")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}") from None
