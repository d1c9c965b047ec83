"""Files that are whole or not there: written beside their place, then moved into it."""

from __future__ import annotations

import csv
import io
import os
from typing import TYPE_CHECKING

from .errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

BYTE_ORDER_MARK = "\ufeff"  # by which Excel knows UTF-8
LOCK_SECONDS = 30  # to wait for others who write the same table; each takes milliseconds


def write(path: Path, text: str) -> None:
    """Write a file that a reader sees as it was or as it shall be, never half of it. Raises OSError."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        fresh.write_text(text, encoding="utf-8", newline="\n")
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise


def mark(language: str) -> str:
    """Return what a new table in a language begins with: the mark by which Excel knows UTF-8, if it is not English."""
    return "" if language == "en" else BYTE_ORDER_MARK


def put_rows(path: Path, header: str, rows: Iterable[str], language: str = "en") -> None:
    """Put rows into a table, which begins with `header`: each in the place of one with its first cell, or at the end.

    Several processes may do so at the same time. All else stays, a byte order mark included; a new table has its
    language's. Raises ConfigurationError where the table has other columns, or somebody keeps it locked, and OSError.
    """
    import filelock

    new: dict[object, list[str]] = {one[0]: one for row in rows for one in _rows(row)}
    try:
        with filelock.FileLock(f"{path}.lock", timeout=LOCK_SECONDS):
            marked, (names, *before) = _table(path, mark(language) + header)
            kept: dict[object, list[str]] = {}
            for number, one in enumerate(before):
                kept.setdefault(one[0] if one[0] in new else number, new.get(one[0], one))
            write(path, marked + _text([names, *(kept | new).values()]))
    except filelock.Timeout:
        raise ConfigurationError(f"{path}: is locked by {path}.lock; remove that if nobody writes the table") from None


def expect_table(path: Path, header: str) -> None:
    """Raise ConfigurationError where a table has other columns, or can be neither read nor made."""
    try:
        if not path.parent.is_dir():
            raise ConfigurationError(f"{path}: there is no folder {path.parent}")
        _table(path, header)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from None


def _table(path: Path, header: str) -> tuple[str, list[list[str]]]:
    """Return a table's byte order mark, if any, and its rows, the columns' names among them."""
    try:
        text = path.read_bytes().decode("utf-8") if path.exists() else header
        marked = BYTE_ORDER_MARK if text.startswith(BYTE_ORDER_MARK) else ""
        rows = _rows(text.removeprefix(marked))
    except (UnicodeDecodeError, csv.Error):
        marked, rows = "", []
    if rows[:1] != _rows(header.removeprefix(BYTE_ORDER_MARK)):
        raise ConfigurationError(f"{path}: has other columns; give a new file, or one that --csv has written")
    return marked, rows


def _rows(text: str) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(text, newline="")) if row]


def _text(rows: Iterable[list[str]]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()
