"""Which of several files is the lab: told by what they say, unrun, and never guessed."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from . import notebooks, parsing
from .notebooks import is_notebook
from .reading import MAX_SOURCE
from .sites import bound_names, sites_in
from .slips import no_plain_file

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from graders.harness.base.outlined import Outline

MAX_READ, MAX_NOTEBOOK_READ = 2**18, 2**23  # bytes; in what is larger, words are looked for, and that is all
DEFINED = r"(?m)^\s*(?:async\s+)?def\s+(?:{names})\b"  # in what cannot be parsed


@dataclass(frozen=True)
class Contract:
    """What a lab is known by: the file's name that is asked for, the functions, and what makes them of a script."""

    file: str
    functions: tuple[str, ...] = ()
    outline: Callable[[], Outline | None] | None = None


@dataclass(frozen=True)
class Candidate:
    """A file that may be the lab: where it is, and its path as messages have it. `beside` is a notebook passed over."""

    path: Path
    told: PurePosixPath
    beside: str | None = None

    @cached_property
    def content(self) -> bytes:
        """What it holds; nothing where it is no plain file or far too large."""
        most = notebooks.MAX_NOTEBOOK if is_notebook(self.path) else MAX_SOURCE
        try:
            if no_plain_file(self.path) or self.path.is_symlink() or self.path.stat().st_size > most:
                return b""
            return self.path.read_bytes()
        except OSError:
            return b""

    @cached_property
    def tree(self) -> ast.Module | None:
        """Its statements, where it is Python that can be parsed."""
        try:
            is_read = not is_notebook(self.path) and len(self.content) <= MAX_READ
            return parsing.parse(self.content, self.path.name) if is_read else None
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    def is_lab(self, contract: Contract) -> bool:
        """Tell whether it has a function of the contract, or does the lesson's work without any."""
        if not self.content.strip():
            return False
        if not contract.functions:
            return PurePosixPath(contract.file).stem in self.path.stem.lower()
        if self.tree is None:
            return self._speaks_of(contract.functions)
        if {name for node in self.tree.body for name in bound_names(node)}.intersection(contract.functions):
            return True
        return self._is_script(contract)

    def _is_script(self, contract: Contract) -> bool:
        outline = contract.outline() if contract.outline else None
        try:
            return outline is not None and self.tree is not None and outline(self.tree) is not None
        except (RecursionError, MemoryError):
            return False

    def _speaks_of(self, functions: Collection[str]) -> bool:
        """Tell whether a notebook, or what is no Python, defines one of these or loads the lesson's digits."""
        text = self.content.decode("utf-8", "replace")
        if is_notebook(self.path) and len(text) <= MAX_NOTEBOOK_READ:
            cells = notebooks.read(self.content, self.path.name)
            text = "\n".join(line for cell in cells for line in cell.lines) if isinstance(cells, tuple) else ""
        names = "|".join(map(re.escape, functions))
        return bool(re.search(DEFINED.format(names=names), text) or re.search(r"\bMNIST\b", text))

    def is_unwritten(self, functions: Collection[str]) -> bool:
        """Tell whether it is a template that nobody has touched."""
        sites = sites_in(self.tree) if self.tree else {}
        own = [sites[name] for name in functions if name in sites]
        return bool(own) and all(site.unwritten for site in own)

    @property
    def imports(self) -> set[str]:
        """The modules that it imports at its top level, by their first names."""
        found = set[str]()
        for node in self.tree.body if self.tree else ():
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found |= {node.module.partition(".")[0]} if node.module else {alias.name for alias in node.names}
        return found


def the_lab(candidates: Sequence[Candidate], contract: Contract) -> list[Candidate]:
    """Return those that may be the lab: one where that is clear, several, or none."""
    if len(candidates) < 2:
        return list(candidates)
    labs = [one for one in candidates if one.is_lab(contract)]
    if len(labs) < 2:
        return labs
    labs = _not_imported(labs)
    written = [one for one in labs if not one.is_unwritten(contract.functions)]
    once = {one.content: one for one in reversed(written or labs)}  # of equal ones, the first
    return [one for one in labs if once.get(one.content) is one]


def _not_imported(labs: Sequence[Candidate]) -> list[Candidate]:
    """Return those that none of the others imports from the same folder."""
    imported = {(one.path.parent, name) for one in labs for name in one.imports if name != one.path.stem}
    return [one for one in labs if (one.path.parent, one.path.stem) not in imported] or list(labs)
