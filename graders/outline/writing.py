"""Writes statements as Python, and keeps of which line of the script each line was made."""

from __future__ import annotations

import ast
import copy
import textwrap
from typing import TYPE_CHECKING

from . import flow

if TYPE_CHECKING:
    from collections.abc import Sequence

INDENT = "    "


class Writing:
    """A text that grows line by line."""

    def __init__(self) -> None:
        self._written: list[str] = []
        self.lines: dict[int, int] = {}

    @property
    def text(self) -> str:
        """What was written."""
        return "\n".join(self._written) + "\n"

    def line(self, text: str, of: int, depth: int = 0) -> None:
        """Write a line, or several, made of one line of the script; text in quotes may go on in the next ones."""
        for number, part in enumerate(text.split("\n")):
            self._written.append(part if number else INDENT * depth + part)
            self.lines[len(self._written)] = of

    def statements(self, statements: Sequence[ast.stmt], depth: int = 0, above: int = 1) -> None:
        """Write statements, a line each as far as they have none inside; `above` is the line of what they stand in."""
        for statement in statements:
            self._statement(statement, depth, getattr(statement, "lineno", 0) or above)

    def _statement(self, statement: ast.stmt, depth: int, line: int) -> None:
        for decorator in getattr(statement, "decorator_list", []):
            self.line(f"@{ast.unparse(decorator)}", decorator.lineno, depth)
        if not isinstance(statement, flow.DEFINITIONS) and not flow.blocks(statement):
            text = ast.unparse(statement)
            indented = textwrap.indent(text, INDENT * depth).lstrip() if isinstance(statement, ast.Match) else text
            self.line(indented, line, depth)
            return
        self.line(_header(statement), line, depth)
        self.statements(statement.body, depth + 1, line)  # type: ignore[attr-defined]  # whatever has blocks has this
        for handler in getattr(statement, "handlers", []):
            named = f" as {handler.name}" if handler.name else ""
            kind = f" {ast.unparse(handler.type)}{named}" if handler.type else ""
            self.line(f"except{kind}:", handler.lineno, depth)
            self.statements(handler.body, depth + 1, handler.lineno)
        for name, word in (("orelse", "else"), ("finalbody", "finally")):
            if inside := getattr(statement, name, None):
                self.line(f"{word}:", line, depth)
                self.statements(inside, depth + 1, line)


def _header(statement: ast.stmt) -> str:
    bare = copy.copy(statement)
    for name, value in (("body", [ast.Pass()]), ("orelse", []), ("finalbody", []), ("decorator_list", [])):
        if hasattr(bare, name):
            setattr(bare, name, value)
    if isinstance(bare, ast.Try):
        return "try:"
    return ast.unparse(bare).rpartition("\n")[0]
