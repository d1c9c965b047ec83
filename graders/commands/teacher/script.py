"""Make the students' script from the reference: what they are told stays, what they are to write goes.

The script keeps the module's docstring, its imports, and the signature and docstring of every graded function. It
keeps whole what is given to the students, `main` and what serves it. Everything else is solution. The reference is read
as text and never run; what stays keeps its comments and its layout. `notebook` makes the template's other form of it.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
REFERENCE = ROOT / "reference" / "lab.py"
TEMPLATE = ROOT / "student_template" / "lab.py"

GRADED = (
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
)
GIVEN = ("ProgressBar", "load_digits", "explain_missing_digits", "parse_arguments", "main")
HELPFUL = ("datasets", "nn", "torch", "DataLoader")  # imports that a student will want, though the stubs do not use all

STUB = "    raise NotImplementedError\n"
UNUSED_YET = "  # noqa: F401 - for you to use\n"

Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Edit: TypeAlias = tuple[int, int, str]  # replace lines [start, stop), counted from 0, by this text


def strip_solution(source: str) -> str:
    """Return the template's source for the reference's `source`.

    Raises ValueError where a graded or given name is missing, or a graded function has no docstring: the students would
    not know what to write.
    """
    tree = ast.parse(source)
    missing = {*GRADED, *GIVEN} - {node.name for node in tree.body if isinstance(node, Definition)}
    if missing:
        raise ValueError(f"the reference does not define {', '.join(sorted(missing))}")
    lines = source.splitlines(keepends=True)
    stubbed = _apply(
        lines, (edit for node in tree.body if isinstance(node, Definition) for edit in _strip(node, lines))
    )
    return keep_imports(stubbed)


def keep_imports(source: str) -> str:
    """Return `source` without the imports that nothing in it uses, but for those that a student will want."""
    return _apply(source.splitlines(keepends=True), _import_edits(ast.parse(source)))


def write_template(reference: Path, target: Path) -> None:
    """Write the template made from the file `reference` to the file `target`."""
    target.write_text(strip_solution(reference.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")


def _apply(lines: list[str], edits: Iterator[Edit]) -> str:
    changed = lines.copy()
    for start, stop, text in sorted(edits, reverse=True):  # from the bottom, so that the numbers above stay true
        changed[start:stop] = [text]
    return "".join(changed)


def _strip(node: Definition, lines: list[str]) -> Iterator[Edit]:
    """Yield what has to change about one definition at the top level."""
    if node.name in GIVEN:
        return
    if node.name not in GRADED:
        yield _start(node, lines), _stop(node, lines), ""
        return
    if ast.get_docstring(node) is None:
        raise ValueError(f"{node.name} has no docstring, so nobody could tell what to write")
    yield _start(node, lines), node.lineno - 1, ""  # decorators and remarks above the function are solution too
    yield node.body[0].end_lineno or 0, _end(node, lines), STUB


def _start(node: Definition, lines: list[str]) -> int:
    """Return the first line of a definition, with its decorators and the comments that stand right above."""
    start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]) - 1
    while start > 0 and lines[start - 1].startswith("#"):
        start -= 1
    return start


def _end(node: Definition, lines: list[str]) -> int:
    """Return the line after the last one of a definition, with the comments that end it."""
    end = stop = node.end_lineno or 0
    while stop < len(lines) and (not lines[stop].strip() or lines[stop][0].isspace()):
        stop += 1
        if lines[stop - 1].strip():
            end = stop
    return end


def _stop(node: Definition, lines: list[str]) -> int:
    """Return the line after a definition and the empty lines below it."""
    stop = _end(node, lines)
    while stop < len(lines) and not lines[stop].strip():
        stop += 1
    return stop


def _import_edits(tree: ast.Module) -> Iterator[Edit]:
    """Yield what has to change about the imports: those that only the solution needed go."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in tree.body:
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        names = {alias: (alias.asname or alias.name).partition(".")[0] for alias in node.names}
        kept = [alias for alias, name in names.items() if name in used or name in HELPFUL]
        unused = any(names[alias] not in used for alias in kept)
        if len(kept) < len(node.names) or unused:
            node.names = kept
            text = ast.unparse(node) + (UNUSED_YET if unused else "\n") if kept else ""
            yield node.lineno - 1, node.end_lineno or 0, text
