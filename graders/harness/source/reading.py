"""What is run of a file: its own text, or what stands for it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from graders.harness.base.model import Failure

from . import notebooks, parsing, scratch, slips

if TYPE_CHECKING:
    import ast
    from collections.abc import Mapping
    from tempfile import TemporaryDirectory

    from graders.harness.base.model import Word
    from graders.harness.base.outlined import Outline, Outlined

    from .handed import Handed

MAX_SOURCE = 2 * 2**20  # bytes of code; a lab is 10 kB


@dataclass(frozen=True)
class Reading:
    """The Python that is run of a file, its tree, and what was handed in, with what each line that is run was made of.

    `remarks` tell how it was read, where that is not as it stands; `needed_by` has, by the first lines of a notebook's
    statements, the function that each is run for.
    """

    text: bytes
    tree: ast.Module
    handed: Handed
    outlined: Outlined | None = None
    remarks: tuple[Word, ...] = ()
    needed_by: Mapping[int, str] = field(default_factory=dict)

    def is_glue(self, line: int) -> bool:
        """Tell whether a line of the text is the lab's own."""
        return self.outlined is not None and self.outlined.glue is not None and line >= self.outlined.glue


def content_of(path: Path, name: str) -> bytes | Failure:
    """Return what a file holds, or why it cannot be read; `name` is what was handed in, as messages call it."""
    in_cells = notebooks.is_notebook(path)
    most = notebooks.MAX_NOTEBOOK if in_cells else MAX_SOURCE
    try:
        if not path.is_file():
            return slips.missing(path.name, path.parent, name)
        with path.open("rb") as stream:
            content = stream.read(most + 1)
    except OSError as error:
        return slips.unreadable(path.name, error)
    if len(content) > most:
        key = "notebook_too_large" if in_cells else "source_too_large"
        return Failure(key, {"file": path.name, "limit": most // 2**20})
    return content


def read(content: bytes, file: str, handed: Handed, outline: Outline | None = None) -> Reading | Failure:
    """Read a Python file, or say why it cannot be run."""
    if unlike := slips.unlike_python(content, file):
        return unlike
    try:
        tree = parsing.parse(content, file)
    except SyntaxError as error:
        return slips.no_python(error, content, file)
    except (ValueError, RecursionError, MemoryError) as error:
        return Failure("unreadable_source", {"file": file, "text": str(error)})
    return slips.nothing_written(tree, file) or outlined(Reading(content, tree, handed), file, outline)


def outlined(reading: Reading, file: str, outline: Outline | None) -> Reading:
    """Return what is run of a file whose functions have to be made of its statements; the same where it has its own."""
    try:
        made = outline(reading.tree) if outline else None
    except (RecursionError, MemoryError):  # an expression of a thousand terms, which Python itself can run
        made = None
    if made is None:
        return reading
    text = made.text.encode("utf-8")
    handed = replace(reading.handed, made_of=made.lines)
    return Reading(text, parsing.parse(text, file), handed, made, (*reading.remarks, *made.remarks))


def stage(files: Mapping[str, bytes]) -> TemporaryDirectory[str]:
    """Lay out files by their names in a folder of their own, which lives as long as what is returned."""
    holder = scratch.folder()
    for name, content in files.items():
        path = Path(holder.name, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return holder
