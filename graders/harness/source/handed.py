"""A file as it was handed in, and where the lines that are run of it stand there."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from graders.harness.base.made import Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from graders.harness.base.model import Where


@dataclass(frozen=True)
class Piece:
    """Lines that belong together: a notebook's cell by its number, or a whole file, which has none."""

    lines: Sequence[str]
    cell: int | None = None


@dataclass(frozen=True)
class Handed:
    """What was handed in. The lines of its pieces are counted through, from 1; `made_of` leads there from those run.

    Without `made_of`, what is run has the lines of the pieces, one after another.
    """

    pieces: tuple[Piece, ...] = ()
    made_of: Mapping[int, int] | None = field(default=None, compare=False)

    @classmethod
    def whole(cls, content: bytes) -> Handed:
        """Return a file that is one piece."""
        return cls((Piece(content.decode("utf-8", "replace").splitlines()),))

    def told(self, where: Where) -> Where:
        """Return a place in what is run as its place in what was handed in."""
        found = self._found(where.line)
        return replace(where, line=found[1], cell=found[0].cell) if found else where

    def around(self, line: int) -> tuple[Sequence[str], int]:
        """Return the piece that a line that is run is from, as lines, and its number there; 0 where it is nowhere."""
        found = self._found(line)
        return (found[0].lines, found[1]) if found else ((), 0)

    def lines(self, run: Iterable[int]) -> list[Line]:
        """Return the lines that some lines that are run were made of, each once, in their own order."""
        through = dict.fromkeys(sorted(self._through(line) for line in run))
        found = [place for line in through if (place := replace(self, made_of=None)._found(line))]
        return [Line(number, piece.lines[number - 1], piece.cell) for piece, number in found]

    def _found(self, line: int) -> tuple[Piece, int] | None:
        through = self._through(line)
        at = bisect_right(self._befores, through - 1) - 1
        inside = through - self._befores[at] if at >= 0 else 0
        return (self.pieces[at], inside) if 0 < inside <= len(self.pieces[at].lines) else None

    @cached_property
    def _befores(self) -> list[int]:
        """How many lines stand before each piece."""
        return [0, *accumulate(len(piece.lines) for piece in self.pieces)][:-1]

    def _through(self, line: int) -> int:
        if self.made_of is None:
            return line
        at = bisect_right(self._known, line)
        return self.made_of[self._known[max(at - 1, 0)]] if self._known else line

    @cached_property
    def _known(self) -> list[int]:
        return sorted(self.made_of or ())
