"""What workers saw of a submission that a person should look at. They may claim anything, so it is bounded here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graders.harness.base.model import Suspicion
from graders.harness.source.suspicion import (
    MAX_EACH,
    MAX_WHAT,
    SPECIAL,
    UNSEARCHED,
    of_change,
    of_event,
    of_import,
    of_path,
    of_text,
)
from graders.harness.worker.wire import tidy

from .codec import read_where

if TYPE_CHECKING:
    from collections.abc import Collection

MAX_ROWS = 10_000  # that are looked at, of all replies together
MAX_KEPT = 20 * MAX_EACH


class Sightings:
    """Gathers what a person should look at, as workers tell it in their replies."""

    def __init__(self) -> None:
        self._found: dict[Suspicion, None] = {}
        self._rows = 0

    def note(self, reply: dict[str, Any]) -> None:
        """Take what a reply tells. Raises what reading a malformed one raises."""
        for kind, name, file, line in reply.get("seen", ()):
            self._rows += 1
            if self._rows > MAX_ROWS or len(self._found) > MAX_KEPT:
                self._found[Suspicion(UNSEARCHED, "more than can be told")] = None
                return
            if found := _kind(str(kind), str(name)):
                place = read_where(None if line is None else [file, line])
                self._found[Suspicion(found, tidy(_said(str(kind), str(name)), MAX_WHAT), place)] = None

    def beside(self, text: Collection[Suspicion]) -> list[Suspicion]:
        """Return what was seen and is not told already of the same file, by its text."""
        told = {(one.kind, one.where and one.where.file, _last(one.what)) for one in text}
        return [one for one in self._found if (one.kind, one.where and one.where.file, _last(one.what)) not in told]


def _kind(kind: str, name: str) -> str | None:
    if kind == "unread":
        return UNSEARCHED
    if kind == "method":
        return "lies" if name.rpartition(".")[2] in SPECIAL else None
    of = {"import": of_import, "path": of_path, "text": of_text, "change": of_change}.get(kind)
    return of(name) if of else of_event(kind, name)


def _said(kind: str, name: str) -> str:
    if kind == "import":
        return f"import {name}"
    if kind == "text":
        return repr(name)
    return name if kind in ("path", "change", "method", "unread") else f"{kind} {name}".strip()


def _last(what: str) -> str:
    """Return the last name of what is told, by which a text and the code that is made of it are alike."""
    return what.removesuffix("(…)").strip("'").rpartition(".")[2].rpartition(" ")[2]
