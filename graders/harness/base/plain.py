"""A report as plain values, for files and other processes, and back; a field more in the model needs nothing here."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cattrs import Converter


@cache
def converter() -> Converter:
    """Return what makes any part of a report plain, and builds it again."""
    from cattrs import Converter  # whoever neither writes a report nor grades side by side has no use for it

    made = Converter()
    made.register_structure_hook(float, _number)
    made.register_unstructure_hook(StrEnum, lambda member: member.value)  # cattrs leaves them, being texts; execnet not
    return made


def _number(value: object, _kind: object) -> float:
    """Return a number as it was written: points are whole where the rubric has them whole."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{value!r} is no number")
    return value
