"""The gradebook's tables, and a connection to them: SQLite with a write-ahead log, so that readers wait for nobody."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from graders.harness.base.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERSION = 1  # of the tables: raise it with every change of theirs, and say in `_made` how older ones get there
OURS = 0x67726164  # SQLite's application_id, by which a gradebook is told from other people's files
BUSY_SECONDS = 30.0  # to wait for another process that writes; each write takes milliseconds

TABLES = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, owner TEXT NOT NULL, began TEXT NOT NULL, ended TEXT, folder TEXT NOT NULL,
    options TEXT NOT NULL, outcome TEXT NOT NULL DEFAULT ''
);
CREATE TABLE coordinators (
    owner TEXT PRIMARY KEY, host TEXT NOT NULL, pid INTEGER NOT NULL, started REAL NOT NULL, beat REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE claims (student TEXT PRIMARY KEY, owner TEXT NOT NULL, since TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE students (
    student TEXT PRIMARY KEY, class TEXT NOT NULL, present INTEGER NOT NULL, state TEXT NOT NULL, name TEXT NOT NULL,
    late INTEGER NOT NULL, attempts INTEGER NOT NULL, identities TEXT NOT NULL, path TEXT NOT NULL,
    folder TEXT NOT NULL, why TEXT NOT NULL, params TEXT NOT NULL, again TEXT NOT NULL DEFAULT '[]', result INTEGER
) WITHOUT ROWID;
CREATE TABLE entries (
    class TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, student TEXT NOT NULL, why TEXT NOT NULL,
    params TEXT NOT NULL, PRIMARY KEY (class, name)
) WITHOUT ROWID;
CREATE TABLE results (
    id INTEGER PRIMARY KEY, student TEXT NOT NULL, run INTEGER, at TEXT NOT NULL, outcome TEXT NOT NULL,
    why TEXT NOT NULL, params TEXT NOT NULL, key TEXT NOT NULL, seconds REAL NOT NULL, score REAL,
    max_score REAL NOT NULL, marks TEXT NOT NULL, suspicions INTEGER NOT NULL, report BLOB
);
CREATE INDEX results_of ON results (student, id);
CREATE TABLE words (
    id INTEGER PRIMARY KEY, student TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL,
    part TEXT NOT NULL, value REAL NOT NULL, percent INTEGER NOT NULL, undone_at TEXT NOT NULL DEFAULT ''
);
CREATE INDEX words_of ON words (student, id);
CREATE TABLE kept (
    student TEXT NOT NULL, name TEXT NOT NULL, stamp TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (student, name)
);
"""


def connect(path: Path) -> sqlite3.Connection:
    """Open a gradebook's file, made where there is none; whoever has the connection keeps threads apart.

    Raises ConfigurationError where it is no gradebook, one of a newer grader, or cannot be opened.
    """
    try:
        return _opened(path)
    except sqlite3.DatabaseError as error:
        raise ConfigurationError(f"{path}: cannot be opened as a gradebook ({error})") from None


def _opened(path: Path) -> sqlite3.Connection:
    until = time.monotonic() + BUSY_SECONDS
    while True:
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            _made(connection, path)
            return connection
        except sqlite3.OperationalError as error:  # a change of the journal's mode waits for nobody by itself
            connection.close()
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.05)
        except BaseException:
            connection.close()
            raise


def _made(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables where the file is empty."""
    found = _number(connection, "application_id"), _number(connection, "user_version")
    if found == (OURS, VERSION):
        connection.execute("PRAGMA synchronous = NORMAL")  # a commit outlives the process, the log is synced later
        return
    with closing(connection.execute("SELECT count(*) FROM sqlite_master")) as rows:
        empty = rows.fetchone()[0] == 0
    if found[0] != OURS and not empty:
        raise ConfigurationError(f"{path}: is no gradebook")
    if found[1] > VERSION:
        raise ConfigurationError(
            f"{path}: was written by a newer grader (version {found[1]} of its tables; this one knows {VERSION}): "
            "use that one"
        )
    connection.execute("PRAGMA journal_mode = WAL")
    with writing(connection):
        if _number(connection, "user_version") != VERSION:  # nobody else was faster
            for statement in TABLES.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {OURS}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("PRAGMA synchronous = NORMAL")


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    with closing(connection.execute(f"PRAGMA {pragma}")) as rows:
        return int(rows.fetchone()[0])


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """Do all that is inside, or nothing of it, with no other writer in between."""
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk has SQLite roll back by itself
            connection.execute("ROLLBACK")
        raise
