"""Submissions that Python or torch stops: small named edits of the reference, as beginners make them."""

from __future__ import annotations

from dataclasses import dataclass

from . import edit, reference_source
from .bugs import bug


@dataclass(frozen=True, slots=True)
class Crashing:
    """A lab that raises: its part, the mistake that has to be named, the edits, the line that has to be shown.

    Without a mistake it is a neighbour of such labs: it raises, and no rule may have a name for it.
    """

    name: str
    part: str
    mistake: str | None
    edits: tuple[tuple[str, str], ...]
    line: str = ""  # of the student's, without its indentation; "" where any may be shown

    @property
    def source(self) -> str:
        """Make the submission."""
        return edit(self.name, reference_source(), self.edits)


def crashing(name: str, part: str, mistake: str | None, *texts: str, line: str = "") -> Crashing:
    """Make one of old and new texts in turn."""
    return Crashing(name, part, mistake, bug(name, part, mistake or "", *texts).edits, line)
