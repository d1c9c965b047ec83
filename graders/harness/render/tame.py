"""Make a report safe to show: whatever a submission said becomes short and printable, in every format alike.

Formats are made of a `Tamed` report, and only `tame` makes one: where a run has ended, and where an old one is read.
A field that the model gains is tamed as a name unless it is named here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from html import escape
from typing import Any

from graders.harness.base.exhibits import Exhibit
from graders.harness.base.model import CheckResult, Report
from graders.harness.base.rows import Excerpt, Row
from graders.harness.base.tamed import Tamed

MAX_TEXT = 1_000  # characters of one row of a message, or a hint
MAX_NAME = 300  # of everything else: names, titles, versions, lines of code
MAX_ROWS = 10  # of one message, or lines of an excerpt
MAX_SUSPICIONS = 200  # places that a person is sent to
# Bytes of all texts together, with what formats spell out in them; one in which every check fails has 60,000. Formats
# say some texts twice, and stay below 1 MB with that.
MAX_WHOLE = 300_000
PLAIN = (bool, int, float, type(None))  # have no text, and a report has thousands of them
SHARES = (1, 4, 20)  # of the lengths above, until all is short enough
LONG = ((Row, "text"), (CheckResult, "hint"))
FEW = {(CheckResult, "rows"): MAX_ROWS, (Excerpt, "lines"): MAX_ROWS, (Report, "suspicions"): MAX_SUSPICIONS}


def tame(report: Report) -> Tamed:
    """Return the report with every text cut and every control character, surrogate and text direction spelled out.

    Where there is more text than anybody reads, all of it is cut shorter.
    """
    for share in SHARES:
        tamed = _tamed(report, MAX_NAME // share, share)
        if _size(tamed) <= MAX_WHOLE:
            break
    return Tamed(tamed)


def name(text: str) -> str:
    """Return one short line."""
    return _line(text, MAX_NAME)


def _line(text: str, most: int) -> str:
    cut = text if len(text) <= most else text[:most] + "…"
    if cut.isprintable():
        return cut
    said = "".join(c if c.isprintable() or c == "\u3000" else " " if c.isspace() else repr(c)[1:-1] for c in cut)
    return said if len(said) <= most else said[:most] + "…"  # spelled out, one character takes up to ten


def _size(value: Any) -> int:
    """Return how many bytes the texts of any value of a report take."""
    if type(value) in PLAIN:
        return 0
    if isinstance(value, str):
        return len(escape(value).encode())
    if isinstance(value, (tuple, Mapping)):
        return sum(map(_size, [*value.keys(), *value.values()] if isinstance(value, Mapping) else value))
    names = _fields(type(value))  # type: ignore[arg-type]  # classes can be hashed
    if names and not isinstance(value, Exhibit):
        return sum(_size(getattr(value, name)) for name in names)
    return 0


def _tamed(value: Any, most: int, share: int) -> Any:
    """Return any value of a report with its texts tamed, each of at most `most` characters."""
    if type(value) in PLAIN:
        return value
    if isinstance(value, (Enum, Exhibit)):  # a few words of ours; bytes, which become text nowhere
        return value
    if isinstance(value, str):
        return _line(value, most)
    if isinstance(value, tuple):
        return tuple(_tamed(each, most, share) for each in value)
    if isinstance(value, Mapping):
        return {_tamed(key, most, share): _tamed(each, most, share) for key, each in value.items()}
    if names := _fields(type(value)):  # type: ignore[arg-type]
        return replace(value, **{name: _field(value, name, share) for name in names})
    return value


@cache
def _fields(kind: type) -> tuple[str, ...]:
    """Return the names of a dataclass's fields, none of another class."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()


def _field(holder: object, field: str, share: int) -> Any:
    value, place = getattr(holder, field), (type(holder), field)
    few = value[: FEW[place]] if place in FEW else value
    return _tamed(few, (MAX_TEXT if place in LONG else MAX_NAME) // share, share)
