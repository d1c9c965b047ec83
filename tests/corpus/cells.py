"""The cells of a notebook, cut out of a script, so that a corpus keeps its text once.

A line `# %%` begins a code cell, `# %% [markdown]` a text cell, whose lines are comments; a line `#> ` in a code cell
holds what only a notebook can have: a magic or a line for the shell. A script without such marks is cut where blank
lines stand between its statements.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from notebooks import Cell

MARK = re.compile(r"^# %%(.*)\n", re.MULTILINE)
MAGIC = re.compile(r"^#> ", re.MULTILINE)
COMMENT = re.compile(r"^# ?", re.MULTILINE)


def cells(script: str) -> list[Cell]:
    """Return the cells that a script's marks or its blank lines make of it."""
    return _marked(script) if MARK.search(script) else _cut(script)


def _marked(script: str) -> list[Cell]:
    before, *rest = MARK.split(script)
    assert not before.strip(), "text before the first mark"
    return [
        ("markdown", COMMENT.sub("", text.strip())) if "markdown" in kind else MAGIC.sub("", text.strip())
        for kind, text in zip(rest[::2], rest[1::2], strict=True)
    ]


def _cut(script: str) -> list[Cell]:
    """Cut between statements of the top level that a blank line parts."""
    lines = script.splitlines()
    starts = [0]
    for node in ast.parse(script).body:
        first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))]) - 1
        while first and lines[first - 1].startswith("#"):
            first -= 1  # a comment belongs to what follows it
        if first and not lines[first - 1].strip():
            starts.append(first)
    pieces = [
        "\n".join(lines[start:end]).strip("\n") for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)
    ]
    return [piece for piece in pieces if piece]
