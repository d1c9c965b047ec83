"""Marks of a submission's code, few and small enough to be kept beside each of 100,000, by which copies are found."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from graders.harness.base.model import Failure
from graders.harness.source import cells, magics, parsing, reading
from graders.harness.source.source import Source
from graders.spec import SPEC

from . import shingles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from graders.harness.judge.spec import LabSpec

MOST = (
    250  # pieces that are kept of a submission: those with the lowest hashes, so that they are the same ones of copies
)
DTYPE = np.dtype("<u4")
OURS = ("standins.py", "yardstick.py")  # the lab's own correct functions: what is written like them says nothing


def marks(path: Path, spec: LabSpec = SPEC) -> bytes:
    """Return the marks of what `--submission` takes: at most 640 bytes, none where there is no code.

    What students are given is left out. Raises nothing: whatever is wrong with a file is told where it is graded.
    """
    try:
        found = _hashes(path) - given(spec)
    except Exception:  # hostile texts fail in any way, and copies are no reason to stop a class
        return b""
    return np.sort(np.fromiter(found, DTYPE, len(found)))[:MOST].tobytes()


def given(spec: LabSpec) -> frozenset[int]:
    """Return the pieces of what students are given, and of the lab's own plain solution."""
    folder = spec.default_submission
    paths = [
        *(sorted(folder.glob("*.py")) if folder.is_dir() else [folder]),
        *(spec.folder / "child" / n for n in OURS),
    ]
    return _given(*(path for path in paths if path.is_file()))


@lru_cache(maxsize=4)
def _given(*paths: Path) -> frozenset[int]:
    return frozenset().union(*map(_hashes, paths))


def _hashes(path: Path) -> set[int]:
    found = set[int]()
    for tree in _trees(path):
        found |= shingles.hashes(tree)
    return found


def _trees(path: Path) -> Iterator[ast.Module]:
    """Yield the trees of a submission's file; of a notebook, one of all the cells that are Python."""
    source = Source.find(path, "lab.py")
    content = source.problem or reading.content_of(source.path, source.name)
    if isinstance(content, Failure):
        return
    if not source.in_cells:
        yield parsing.parse(content, source.path.name)
        return
    handed = cells.handed(content, source.path.name)
    if isinstance(handed, Failure):
        return
    texts = ("\n".join(magics.as_python(piece.lines).lines) for piece in handed.pieces)
    yield ast.Module([statement for text in texts for statement in _statements(text)], [])


def _statements(text: str) -> Iterable[ast.stmt]:
    try:
        return parsing.parse(text.encode("utf-8", "replace"), "cell").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
