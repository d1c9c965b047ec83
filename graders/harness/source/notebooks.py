"""Reads notebooks: the code of their cells, whatever version of the format they have and whatever else they hold."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any

from graders.harness.base.model import Failure, Word

from . import slips
from .handed import Piece

if TYPE_CHECKING:
    from pathlib import Path

ENDING = ".ipynb"
RUNNING = "graders_running"  # the mark of a notebook made of what was run: its cells bear their execution counts
MAX_NOTEBOOK = 100 * 2**20  # bytes, outputs among them
PYTHON = ("python", "ipython")  # how the names of the language begin, with which a notebook says that it is in Python
SHOWN, MAX_SAID = 40, 200  # characters of a file that is no notebook, and of what is wrong with one


def is_notebook(path: Path) -> bool:
    """Tell whether a file's name says that it is a notebook."""
    return path.suffix.lower() == ENDING


def read(content: bytes, file: str) -> tuple[Piece, ...] | Failure:
    """Return the cells of code, or say why there are none."""
    if not content.strip():
        return Failure("empty_file", {"file": file})
    if unlike := slips.unlike_python(content, file):
        return unlike
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Failure("not_utf8", {"file": file})
    try:
        notebook = _parsed(text)
        language = _language(notebook)
        count, cells = len(notebook["cells"]), _cells(notebook)
    except RecursionError:
        return Failure("no_notebook", {"file": file, "text": Word("too_deep")})
    except Exception as error:  # what is no notebook can be wrong in any way
        if isinstance(error.__cause__, json.JSONDecodeError):
            return Failure("no_json", {"file": file, "begin": " ".join(text[: 4 * SHOWN].split())[:SHOWN]})
        return Failure("no_notebook", {"file": file, "text": f"{type(error).__name__}: {error}"[:MAX_SAID]})
    if not language.lower().startswith(PYTHON):
        return Failure("other_language", {"file": file, "language": language})
    if not any(line.strip() for cell in cells for line in cell.lines):
        return Failure("no_code", {"file": file, "count": count})
    return cells


def _parsed(text: str) -> Any:
    """Return a notebook as version 4 of the format has it. Raises anything."""
    import nbformat  # only a notebook needs it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of cells without an id, say
        found = nbformat.reader.reads(text, object_hook=_completed)  # type: ignore[no-untyped-call]  # it tells no types
        return nbformat.convert(found, 4)  # type: ignore[no-untyped-call]  # the same


def _completed(found: dict[str, Any]) -> dict[str, Any]:
    """Return an object of a notebook's with what the format wants and writers have left out, and without outputs."""
    if "nbformat" in found or "cell_type" in found:
        found.setdefault("metadata", {})
    return {**found, "outputs": []} if found.get("cell_type") == "code" else found


def _language(notebook: Any) -> str:
    """Return the language that a notebook says it is in; Python's name where it says none."""
    metadata = notebook["metadata"]
    for place, name in (("language_info", "name"), ("kernelspec", "language")):
        found = metadata.get(place) if isinstance(metadata, dict) else None
        if isinstance(found, dict) and isinstance(found.get(name), str) and found[name]:
            return str(found[name])
    return PYTHON[0]


def _cells(notebook: Any) -> tuple[Piece, ...]:
    cells = [(number, cell) for number, cell in enumerate(notebook["cells"], 1) if cell["cell_type"] == "code"]
    if isinstance(notebook["metadata"], dict) and notebook["metadata"].get(RUNNING):
        cells = [(cell["execution_count"], cell) for _, cell in cells]
    return tuple(Piece(_lines(cell.get("source", "")), number) for number, cell in cells)


def _lines(source: str) -> tuple[str, ...]:
    return tuple(source.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n"))
