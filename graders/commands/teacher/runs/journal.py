"""The log of a class's runs: a line an event."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE = "batch.log"


class _Line(logging.Formatter):
    """An event in one line, whatever a submission has put into it."""

    def format(self, record: logging.LogRecord) -> str:
        return " ".join(super().format(record).splitlines())


@contextmanager
def journal(out: Path) -> Iterator[Path]:
    """Write what is logged in the teacher's rooms to a file in `out`, behind what is there; yields its path."""
    path = out / FILE
    log = logging.getLogger(__package__)
    writer = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    writer.setFormatter(_Line("%(asctime)s %(levelname)s %(message)s"))
    before = log.level, log.propagate
    log.addHandler(writer)
    log.setLevel(logging.INFO)
    log.propagate = False
    try:
        yield path
    finally:
        log.removeHandler(writer)
        log.level, log.propagate = before
        writer.close()
