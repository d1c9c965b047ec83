"""What somebody may have meant by a name that nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def known_here(given: str, known: Iterable[str]) -> str:
    """Return what there is, and which of it looks most like a slip of `given`, for the end of a message."""
    names = list(known)
    return ", ".join(names) + meant(given, names)


def meant(given: str, known: Iterable[str]) -> str:
    """Return the name that looks most like a slip of `given`, for the end of a message; nothing where none does."""
    import difflib  # only who has made a slip needs it

    near = difflib.get_close_matches(given, known, n=1, cutoff=0.6)
    return f"; did you mean {near[0]}?" if near else ""
