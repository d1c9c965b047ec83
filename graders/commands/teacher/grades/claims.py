"""Who grades whom: a coordinator claims a submission before it grades it, and a dead one's claims are free."""

from __future__ import annotations

import os
import socket
import time
import uuid
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    import sqlite3

LEASE_SECONDS = 600.0  # without a sign of life; another machine's process can be known by nothing else
BEAT_SECONDS = 10.0  # between two signs
SAME_START = 2.0  # seconds by which the start of one process may be told differently, after the clock was set


@dataclass(frozen=True, slots=True)
class Owner:
    """A coordinator: the process, told from a later one with its number by when it started."""

    id: str
    host: str
    pid: int
    started: float

    @classmethod
    def here(cls) -> Owner:
        """Return this process as a coordinator of its own, however many it has been before."""
        return cls(uuid.uuid4().hex, socket.gethostname(), os.getpid(), psutil.Process().create_time())


class Claims:
    """The claims in a gradebook. Each method is called inside a transaction."""

    def __init__(self, connection: sqlite3.Connection, owner: Owner) -> None:
        self._connection, self.owner = connection, owner
        self._beat = 0.0

    @property
    def known(self) -> bool:
        """Whether this coordinator has ever given a sign of life."""
        return self._beat > 0

    def holder(self, student: str) -> str | None:
        """Return the id of the living coordinator that has claimed a student; a dead one's claims are dropped."""
        with closing(self._connection.execute("SELECT owner FROM claims WHERE student = ?", (student,))) as rows:
            row = rows.fetchone()
        if row is None or row[0] == self.owner.id or self._lives(row[0]):
            return None if row is None else str(row[0])
        self.drop(row[0])
        return None

    def take(self, student: str, at: str) -> bool:
        """Claim a student; tells whether nobody else had."""
        if self.holder(student) not in (None, self.owner.id):
            return False
        self.beat()
        self._connection.execute("INSERT OR REPLACE INTO claims VALUES (?, ?, ?)", (student, self.owner.id, at))
        return True

    def release(self, student: str) -> None:
        """Give a claim of this coordinator's back."""
        self._connection.execute("DELETE FROM claims WHERE student = ? AND owner = ?", (student, self.owner.id))

    def beat(self) -> None:
        """Give a sign of life, where the last one is some time ago."""
        now = time.monotonic()
        if self._beat and now - self._beat < BEAT_SECONDS:
            return
        self._beat = now
        row = (self.owner.id, self.owner.host, self.owner.pid, self.owner.started, time.time())
        self._connection.execute("INSERT OR REPLACE INTO coordinators VALUES (?, ?, ?, ?, ?)", row)

    def drop(self, owner: str) -> None:
        """Free all that a coordinator has claimed."""
        self._connection.execute("DELETE FROM claims WHERE owner = ?", (owner,))
        self._connection.execute("DELETE FROM coordinators WHERE owner = ?", (owner,))

    def _lives(self, owner: str) -> bool:
        found = "SELECT host, pid, started, beat FROM coordinators WHERE owner = ?"
        with closing(self._connection.execute(found, (owner,))) as rows:
            row = rows.fetchone()
        if row is None:
            return False
        host, pid, started, beat = row
        if host != self.owner.host:
            return time.time() - float(beat) < LEASE_SECONDS
        return _runs(int(pid), float(started))


def _runs(pid: int, started: float) -> bool:
    """Tell whether a process of this machine is the one that started then, and still at work."""
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - started) < SAME_START and process.status() != psutil.STATUS_ZOMBIE
    except psutil.AccessDenied:  # it is there, and somebody else's
        return True
    except psutil.Error:
        return False
