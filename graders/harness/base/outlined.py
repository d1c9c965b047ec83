"""A file that does not define the contract's functions, as these functions: made of the file's own statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast

    from .model import Word


@dataclass(frozen=True, slots=True)
class Outlined:
    """The Python that is run in the place of a file, and what each line of it was made of.

    `lines` leads from a line of `text` to a line of the file, both from 1; a line that it lacks is told as the nearest
    one above that it has. `missing` has the functions of the contract whose role was not found, each with the key of a
    text in the section `words` that says what was looked for. `remarks` say how the file was
    read. From the line `glue` on, where there is one, the text is the lab's and not made of the file.
    """

    text: str
    lines: Mapping[int, int]
    missing: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[Word, ...] = ()
    glue: int | None = None


# Outlines a file's tree; None where the file defines the contract's functions itself, and is run as it is.
Outline = Callable[["ast.Module"], Outlined | None]
