"""What was worked out of results and hand-ins, and is kept so that it need not be again; losing it loses nothing."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from . import tables

if TYPE_CHECKING:
    import sqlite3
    import threading
    from collections.abc import Iterable


class Kept:
    """Values beside students, by name. A value holds for its stamp alone, which says what it was worked out of."""

    def __init__(self, connection: sqlite3.Connection, lock: threading.RLock) -> None:
        self._connection, self._lock = connection, lock

    def get(self, student: str, name: str, stamp: str) -> bytes | None:
        """Return a student's value of that name and stamp, None where there is none."""
        sql = "SELECT value FROM kept WHERE student = ? AND name = ? AND stamp = ?"
        with self._lock, closing(self._connection.execute(sql, (student, name, stamp))) as found:
            row = found.fetchone()
        return None if row is None else bytes(row[0])

    def put(self, name: str, values: Iterable[tuple[str, str, bytes]]) -> None:
        """Keep values of a name, each with its student and its stamp."""
        rows = [(student, name, stamp, value) for student, stamp, value in values]
        with self._lock, tables.writing(self._connection):
            self._connection.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", rows)

    def path(self, student: str) -> Path | None:
        """Return where a student's hand-in lay when the class's folder was last looked through."""
        sql = "SELECT path FROM students WHERE student = ?"
        with self._lock, closing(self._connection.execute(sql, (student,))) as found:
            row = found.fetchone()
        return Path(row[0]) if row and row[0] else None
