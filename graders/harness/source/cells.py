"""What is run of a notebook: its code cells one after another, but for what only tries things out.

Lines are kept, so that a place in what is run is one in a cell. Two lines of ours stand before the first: what has to
stand at the top of a file, and what Jupyter gives to every notebook.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from graders.harness.base.model import Failure, Where, Word

from . import magics, notebooks, parsing, slips
from .handed import Handed, Piece
from .jupyters import GIVEN, NOTHING
from .needed import needs_of
from .pruning import Lines
from .reading import MAX_SOURCE, Reading, outlined
from .statements import statement_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from graders.harness.base.outlined import Outline

MAX_CELLS = 5  # that a remark names
OURS = Piece(("", ""))
# How a name is bound in what cannot be parsed: as a function or class, by an assignment or an import.
BOUND = r"(?m)^\s*(?:(?:async\s+)?def|class)\s+{name}\b|^\s*{name}\s*(?::[^=\n]+)?=(?!=)|\bimport\b.*\b{name}\b"


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell that is no Python: which of the pieces, its first line and its last, and why."""

    text: str
    first: int
    last: int
    problem: Failure

    def binds(self, names: Iterable[str]) -> bool:
        """Tell whether it looks as if it bound one of these names."""
        return any(re.search(BOUND.format(name=re.escape(name)), self.text) for name in names)


def handed(content: bytes, file: str) -> Handed | Failure:
    """Return the cells of a notebook as they were handed in, or why there are none."""
    cells = notebooks.read(content, file)
    return cells if isinstance(cells, Failure) else Handed((OURS, *cells))


def read(cells: Handed, file: str, functions: Collection[str], outline: Outline | None) -> Reading | Failure:
    """Read a notebook's cells, or say why they cannot be run."""
    return parsing.apart(partial(_read, cells, file, functions, outline))


def _read(cells: Handed, file: str, functions: Collection[str], outline: Outline | None) -> Reading | Failure:
    made = [magics.as_python(piece.lines) for piece in cells.pieces]
    lines = [line for cell in made for line in cell.lines]
    body, broken = _parsed([cell.lines for cell in made], file)
    left = Lines(lines, body)
    if len(left.text) > MAX_SOURCE:
        return Failure("source_too_large", {"file": file, "limit": MAX_SOURCE // 2**20})
    for cell in broken:
        if cell.binds(functions) or not body:
            return cell.problem
        left.blank(cell.first, cell.last)
    skipped = [(piece.cell, name) for piece, cell in zip(cells.pieces, made, strict=True) for name in cell.skipped]
    remarks = [*_told("cells_skipped", skipped), *_told("cells_broken", [_why(cell, cells) for cell in broken])]
    whole = Reading(left.text, ast.Module(body, []), cells, remarks=tuple(remarks))
    reading = outlined(whole, file, outline)
    return reading if reading.outlined else _needed(whole, left, broken, file, functions)


def _parsed(cells: Iterable[tuple[str, ...]], file: str) -> tuple[list[ast.stmt], list[Broken]]:
    """Return the statements of all cells, their lines counted through, and the cells that are no Python."""
    body, broken, before = list[ast.stmt](), list[Broken](), 0
    for lines in cells:
        text = "\n".join(lines).encode("utf-8", "replace").decode("utf-8")
        try:
            tree = ast.parse(text, filename=file)
            body += ast.increment_lineno(tree, before).body
        except SyntaxError as error:
            problem = slips.no_python(error, text.encode("utf-8"), file)
            where = Where(file, before + (problem.where.line if problem.where else 1))
            broken.append(Broken(text, before + 1, before + len(lines), replace(problem, where=where)))
        except (ValueError, RecursionError, MemoryError) as error:
            problem = Failure("unreadable_source", {"file": file, "text": str(error)}, where=Where(file, before + 1))
            broken.append(Broken(text, before + 1, before + len(lines), problem))
        before += len(lines)
    return body, broken


def _needed(
    whole: Reading, left: Lines, broken: Iterable[Broken], file: str, functions: Collection[str]
) -> Reading | Failure:
    """Return what the contract's functions need of a notebook, or why that cannot be run: a broken cell may have it."""
    statements = [statement_of(node, left.of(at)) for at, node in enumerate(whole.tree.body)]
    needs = needs_of(statements, functions)
    if failed := next((cell for cell in broken if cell.binds(needs.unbound)), None):
        return failed.problem
    future = [node for node in whole.tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    for at, node in enumerate(whole.tree.body):
        if at not in needs.found or node in future:
            left.take(at)
        else:
            left.keep_names(at, needs.found[at])
    left.put(1, "; ".join(ast.unparse(node) for node in future))
    given = [name for name in GIVEN if name in needs.unbound]
    left.put(2, " = ".join([*given, NOTHING]) if given else "")
    remarks = (Word("notebook_read", {"file": file}), *whole.remarks)
    needed_by = {whole.tree.body[at].lineno: function for at, function in needs.askers.items()}
    tree = ast.parse(left.text, filename=file)
    return replace(whole, remarks=remarks, text=left.text, tree=tree, needed_by=needed_by)


def _why(cell: Broken, cells: Handed) -> tuple[int | None, str]:
    """Return a broken cell's number, and what Python says of it."""
    where = cells.told(cell.problem.where) if cell.problem.where else None
    return where.cell if where else None, str(cell.problem.params["text"])


def _told(key: str, cells: Sequence[tuple[int | None, str]]) -> list[Word]:
    """Return a remark on cells, each with what is to be said of it; of many, on the first few."""
    told = [f"{cell} ({said})" for cell, said in cells[:MAX_CELLS]] + (["…"] if len(cells) > MAX_CELLS else [])
    return [Word(key, {"cells": ", ".join(told)})] if told else []
