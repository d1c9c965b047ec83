"""Whole submissions to test the grader with: one mistake, two mistakes, half done, and correct in many styles."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from .bugs import BUGS, TWO_BUGS, Bug, TwoBugs
from .half_done import HALF_DONE, HalfDone

REFERENCE = Path(__file__).resolve().parents[2] / "reference" / "lab.py"
CORRECT = Path(__file__).resolve().parent / "correct"
NAMES = (
    "load_mnist",
    "make_data_loader",
    "flatten_images",
    "build_model",
    "build_criterion",
    "build_optimizer",
    "train_epoch",
    "train",
    "evaluate",
    "predict",
    "show_prediction",
)  # what a submission has to define; main is optional


@cache
def reference_source() -> str:
    """Read the reference's text."""
    return REFERENCE.read_text(encoding="utf-8")


def edit(name: str, source: str, edits: tuple[tuple[str, str], ...]) -> str:
    """Replace each old text by its new one. Raises AssertionError naming the case when one does not occur once."""
    original = source
    for old, new in edits:
        for text in (original, source):
            count = text.count(old)
            assert count == 1, f"{name}: {old!r} occurs {count} times in {REFERENCE.name}; expected exactly one"
        source = source.replace(old, new)
    return source


def bug_source(bug: Bug) -> str:
    """Make the submission with this one mistake."""
    return edit(bug.name, reference_source(), bug.edits)


def two_bug_source(pair: TwoBugs) -> str:
    """Make the submission with these two mistakes."""
    bugs = {bug.name: bug for bug in BUGS}
    return edit(pair.name, reference_source(), bugs[pair.first].edits + bugs[pair.second].edits)


def half_done_source(case: HalfDone) -> str:
    """Make the half-finished submission."""
    if case.source is not None:
        return case.source
    source = edit(case.name, empty_bodies(reference_source(), case.keep, case.body), case.edits)
    if case.cut_after:
        assert source.count(case.cut_after) == 1, f"{case.name}: {case.cut_after!r} does not occur exactly once"
        source = source[: source.index(case.cut_after) + len(case.cut_after)]
    return source


def empty_bodies(source: str, keep: tuple[str, ...], body: str) -> str:
    """Put `body` in the place of all functions' bodies but those of `keep`; signatures and docstrings stay."""
    lines = source.splitlines(keepends=True)
    for node in reversed(ast.parse(source).body):
        if isinstance(node, ast.FunctionDef) and node.name in NAMES and node.name not in keep:
            docstring, *_ = node.body
            lines[docstring.end_lineno : node.end_lineno] = [f"    {body}\n"]
    return "".join(lines)


def correct_sources() -> dict[str, Path]:
    """Find the correct submissions: each style's name and its file."""
    return {path.stem: path for path in sorted(CORRECT.glob("*.py"))}


__all__ = [
    "BUGS",
    "CORRECT",
    "HALF_DONE",
    "NAMES",
    "REFERENCE",
    "TWO_BUGS",
    "Bug",
    "HalfDone",
    "TwoBugs",
    "bug_source",
    "correct_sources",
    "half_done_source",
    "reference_source",
    "two_bug_source",
]
