"""The words that every format needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .model import Where
    from .rows import Row


@dataclass(frozen=True, slots=True)
class Words:
    """A language's words: the labels of messages and tables, whole sentences, and a page's headings."""

    labels: Mapping[str, str]
    notes: Mapping[str, str]
    page: Mapping[str, str]

    def placed(self, where: Where) -> str:
        """Return a place in words: file and line, and for a notebook the cell."""
        key = "place" if where.cell is None else "place_in_cell"
        return self.notes[key].format(file=where.file, line=where.line, cell=where.cell)

    def said(self, rows: Iterable[Row]) -> str:
        """Return rows as text, one a line: its label, if any, and what it says."""
        return "\n".join(f"{self.labels[row.key]}: {row.text}" if row.key else row.text for row in rows)
