"""A text without some of its statements, with all others where they were."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence


class Lines:
    """The lines of a text, from which statements of its top level can be taken; columns count bytes, as in trees."""

    def __init__(self, lines: Iterable[str], body: Sequence[ast.stmt]) -> None:
        self._lines = [line.encode("utf-8", "replace") for line in lines]
        self._body = body

    @property
    def text(self) -> bytes:
        """What is left."""
        return b"\n".join(self._lines) + b"\n"

    def put(self, line: int, text: str) -> None:
        """Write over a line."""
        self._lines[line - 1] = text.encode("utf-8")

    def blank(self, first: int, last: int) -> None:
        """Take all that stands in some lines."""
        self._lines[first - 1 : last] = [b""] * (last - first + 1)

    def of(self, at: int) -> str:
        """Return the text of the statement at a place in the body."""
        node = self._body[at]
        first, last = _span(node)
        if self._is_alone(at):
            return b"\n".join(self._lines[first - 1 : last]).decode("utf-8")
        lines = self._lines[first - 1 : last]
        lines[-1] = lines[-1][: node.end_col_offset]
        lines[0] = lines[0][node.col_offset :]
        return b"\n".join(lines).decode("utf-8")

    def take(self, at: int) -> None:
        """Take the statement at a place in the body; where others share its lines, a number stands for it."""
        node = self._body[at]
        first, last = _span(node)
        if self._is_alone(at):
            self.blank(first, last)
            return
        start, end = node.col_offset, node.end_col_offset or 0
        if first == last:
            line = self._lines[first - 1]
            self._lines[first - 1] = line[:start] + b"0".ljust(end - start) + line[end:]
        else:
            self._lines[first - 1] = self._lines[first - 1][:start] + b"(0"
            self.blank(first + 1, last - 1)
            self._lines[last - 1] = b")".rjust(end) + self._lines[last - 1][end:]

    def keep_names(self, at: int, names: Collection[str]) -> None:
        """Have an import give these names only, where it stands alone and gives others, too."""
        node = self._body[at]
        if not isinstance(node, (ast.Import, ast.ImportFrom)) or not self._is_alone(at):
            return
        kept = [alias for alias in node.names if alias.name == "*" or _given(alias) in names]
        if kept and len(kept) < len(node.names):
            less = ast.Import(kept) if isinstance(node, ast.Import) else ast.ImportFrom(node.module, kept, node.level)
            self.take(at)
            self.put(node.lineno, ast.unparse(less))

    def _is_alone(self, at: int) -> bool:
        """Tell whether a statement shares no line with another; a decorated one begins with its decorator."""
        first, last = _span(self._body[at])
        before = at == 0 or _span(self._body[at - 1])[1] < first
        return before and (at + 1 == len(self._body) or last < _span(self._body[at + 1])[0])


def _given(alias: ast.alias) -> str:
    return alias.asname or alias.name.partition(".")[0]


def _span(node: ast.stmt) -> tuple[int, int]:
    """Return the first and the last line of a statement."""
    decorators = getattr(node, "decorator_list", ())
    return min(node.lineno, *(one.lineno for one in decorators)) if decorators else node.lineno, node.end_lineno or 0
