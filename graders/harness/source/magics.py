"""What only Jupyter understands, as Python: magics, shell lines and questions, with the number of lines kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import jupyters

if TYPE_CHECKING:
    from collections.abc import Sequence

KEPT_CELLS = ("time", "timeit", "capture", "prun")  # magics of cells that run their cell
RUN_LINES = ("time",)  # magics of lines that run what stands behind them
TOLD_LINES = ("run", "load")  # those whose lack may be felt: they bring names from elsewhere
CELL_MAGIC = re.compile(r"\s*%%\s*(\w*)")
MAGIC = re.compile(r"(?P<indent>\s*)(?P<sign>[%!?])(?P<rest>.*)", re.DOTALL)
ASSIGNED = re.compile(r"(?P<names>[^=#'\"!%]*[\w\])])\s*=\s*(?P<sign>[%!])(?P<rest>.*)", re.DOTALL)
QUESTION = re.compile(r"(?P<indent>\s*)%{0,2}[\w*]+(\.[\w*]+|\[\d+\])*\?{1,2}\s*;?\s*")
# What Jupyter takes for a magic without its sign, where it is all that a cell has.
UNSIGNED = re.compile(
    r"\s*(pip|conda|mamba|uv|ls|cd|pwd|cat|mkdir|rm|cp|mv|run|matplotlib|load_ext)([ \t]+[\w./~-].*)?"
)
TOKEN = re.compile(r"#|\\.|\"\"\"|'''|[\"'()\[\]{}]")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's lines as Python, and the magics in it whose work is not done and may be missed."""

    lines: tuple[str, ...]
    skipped: tuple[str, ...] = ()


def as_python(lines: Sequence[str]) -> Cell:
    """Return a cell as Python has it, as many lines as it had: what a magic runs is kept, all else of it is not."""
    made = list(lines)
    first = next((number for number, line in enumerate(made) if line.strip()), 0)
    while first < len(made) and (magic := CELL_MAGIC.match(made[first])):
        if magic[1] not in KEPT_CELLS:
            return Cell(("",) * len(made), (f"%%{magic[1]}",))
        made[first] = ""
        first += 1
    if UNSIGNED.fullmatch("\n".join(made).strip()):
        return Cell(("",) * len(made))
    reader = Reader()
    python = tuple(reader.read(line) for line in _dedented(made, first))
    return Cell(python, tuple(dict.fromkeys(reader.skipped)))


def _dedented(lines: Sequence[str], first: int) -> list[str]:
    """Return lines without the indent of the first that says something, as Jupyter takes a cell that is indented."""
    indent = lines[first][: -len(lines[first].lstrip())] if first < len(lines) and lines[first].strip() else ""
    return [line.removeprefix(indent) for line in lines]


class Reader:
    """Reads a cell line by line, and knows whether a line begins a statement: not in brackets, nor in a long text."""

    def __init__(self) -> None:
        self.skipped: list[str] = []
        self._depth = 0
        self._quote = ""  # that ends the text that a line begins in
        self._continued = False  # whether the last line ended in a backslash
        self._dropping = False  # whether it was a magic's

    def read(self, line: str) -> str:
        """Return a line as Python has it."""
        if self._dropping:
            self._dropping = line.endswith("\\")
            return ""
        begins = not (self._quote or self._depth or self._continued)
        made = self._made(line) if begins else None
        if made is not None:
            self._dropping = line.endswith("\\")
            line = made.rstrip("\\")
        self._scan(line)
        return line

    def _made(self, line: str) -> str | None:
        """Return a line of Jupyter's as Python; None for one that is Python already."""
        if found := MAGIC.fullmatch(line):
            return found["indent"] + (self._run(found["rest"]) if found["sign"] == "%" else "pass")
        if found := ASSIGNED.fullmatch(line):
            value = "[]" if found["sign"] == "!" else self._run(found["rest"])
            return f"{found['names']} = {'None' if value == 'pass' else value}"
        if found := QUESTION.fullmatch(line):
            return f"{found['indent']}pass"
        return jupyters.without(line)

    def _run(self, magic: str) -> str:
        """Return what is run of a magic's line, which is given without its sign."""
        name, _, rest = magic.lstrip("%").strip().partition(" ")
        if name in TOLD_LINES:
            self.skipped.append(f"%{name}")
        return rest.strip() if name in RUN_LINES and rest.strip() else "pass"

    def _scan(self, line: str) -> None:
        """Find out in what a line leaves the next one."""
        comment = False
        for found in TOKEN.finditer(line):
            sign = found[0]
            if self._quote:
                self._quote = "" if sign == self._quote else self._quote
            elif sign == "#":
                comment = True
                break
            elif sign[0] in "\"'":
                self._quote = sign
            elif sign in "([{":
                self._depth += 1
            elif sign in ")]}":
                self._depth = max(0, self._depth - 1)
        self._continued = line.endswith("\\") and not comment
        if len(self._quote) == 1 and not self._continued:
            self._quote = ""  # it is a mistake, and Python says so
