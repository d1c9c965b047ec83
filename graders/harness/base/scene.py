"""Where an exception was raised, as the worker saw it: the expression, and what the names around it stood for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Thing:
    """What a name stood for. `kind` is the qualified name of its class, `bases` are those of the classes above."""

    kind: str
    bases: tuple[str, ...] = ()
    name: str = ""  # of a class, function, method or module: its own qualified name
    shape: tuple[int, ...] | None = None  # of a tensor or an array, and so are the next three
    dtype: str = ""
    device: str = ""
    requires_grad: bool = False
    length: int | None = None  # of a list, tuple, dict, set or text
    items: tuple[Thing, ...] = ()  # the first few of a list or tuple
    value: int | float | bool | str | None = None  # of a plain value; texts are cut


@dataclass(frozen=True, slots=True)
class Scene:
    """What stood around the innermost line of the student's.

    `span` is the expression that raised: line, column, last line, end column, with columns in bytes of UTF-8, as in
    Python's syntax trees. `values` are those of names: of the function's own, of globals that its code names, and of
    attributes of `self` under "self.name". `frames` are the student's, outermost first: file, line and function.
    """

    span: tuple[int, int, int, int] | None = None
    values: Mapping[str, Thing] = field(default_factory=dict)
    frames: tuple[tuple[str, int, str], ...] = ()
