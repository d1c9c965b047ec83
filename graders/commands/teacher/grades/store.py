"""The gradebook of a class: results as they land, who is in the class, and a teacher's word."""

from __future__ import annotations

import json
import threading
import zlib
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from graders.commands.teacher.handed_in.hand_in import Entry, Kind
from graders.commands.teacher.handed_in.identities import folder_name, folder_names
from graders.harness.base.errors import ConfigurationError
from graders.harness.base.times import utc

from . import rows, tables
from .claims import Claims, Owner
from .kept import Kept
from .keys import ALL_PARTS, plan
from .results import Outcome, WordKind
from .state import state
from .words import spoken

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from graders.commands.teacher.handed_in.hand_in import ClassFolder

    from .keys import Key
    from .results import Result, Word

FILE = "gradebook.sqlite"
PAGE = 200  # students read at a time: nothing is locked while a reader looks at them, and memory stays small


class Gradebook:
    """An open gradebook. Threads may share one; processes open one each."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection, self._lock = connection, threading.RLock()
        self._claims = Claims(connection, Owner.here())
        self.kept = Kept(connection, self._lock)
        self._run: int | None = None

    @classmethod
    def open(cls, out: Path, *, create: bool = True) -> Gradebook:
        """Open the gradebook in a folder of reports.

        Raises ConfigurationError where it cannot be, a newer grader has written it, or none is there to be opened.
        """
        path = out / FILE
        if not create and not path.is_file():
            raise ConfigurationError(f"{out} has no gradebook: `python -m graders batch CLASS --report-dir {out}` has")
        return cls(tables.connect(path))

    def close(self) -> None:
        """Give all claims back, and close it."""
        with self._lock:
            if self._claims.known:
                with self._writing():
                    self._claims.drop(self._claims.owner.id)
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock, tables.writing(self._connection):
            yield

    def _all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock, closing(self._connection.execute(sql, values)) as found:
            return found.fetchall()

    def _do(self, sql: str, *values: object) -> None:
        self._connection.execute(sql, values)

    # ---- facts, and runs

    def fact(self, name: str) -> str | None:
        """Return what was remembered of the class under a name, its seed say."""
        found = self._all("SELECT value FROM facts WHERE name = ?", name)
        return str(found[0][0]) if found else None

    def remember(self, name: str, value: str, *, first: bool = False) -> str:
        """Remember a fact; with `first` the one that is there stays. Returns the one that holds."""
        with self._writing():
            self._do(f"INSERT OR {'IGNORE' if first else 'REPLACE'} INTO facts VALUES (?, ?)", name, value)
            return str(self._all("SELECT value FROM facts WHERE name = ?", name)[0][0])

    def begin_run(self, folder: Path, options: Mapping[str, str]) -> int:
        """Note that a run has begun; results from now on are its."""
        with self._writing():
            self._claims.beat()
            added = self._connection.execute(
                "INSERT INTO runs (owner, began, folder, options) VALUES (?, ?, ?, ?)",
                (self._claims.owner.id, utc(), str(folder), json.dumps(dict(options))),
            )
            self._run = added.lastrowid
        assert self._run is not None
        return self._run

    def end_run(self, outcome: str) -> None:
        """Note how the run has ended."""
        with self._writing():
            self._do("UPDATE runs SET ended = ?, outcome = ? WHERE id = ?", utc(), outcome, self._run)

    # ---- the class

    def enter(self, found: ClassFolder, folder: Path, folders: Mapping[str, str] | None = None) -> None:
        """Take over what lies in a class's folder; whoever is no longer there leaves the tables, not the history.

        `folders` has the name of a student's folder of reports, by student, where it is not the usual one.
        """
        place, graded = str(folder.absolute()), {one.student for one in (*found.hand_ins, *found.missing)}
        lost = {e.student: e for e in found.entries if e.kind is Kind.NOT_LOADABLE and e.student not in graded}
        lost.pop("", None)
        names = {**folder_names([*graded, *lost]), **(folders or {})}
        with self._writing():
            self._do("UPDATE students SET present = 0 WHERE class = ?", place)
            for state, hand_ins in ((Outcome.WAITING, found.hand_ins), (Outcome.MISSING, found.missing)):
                for one in hand_ins:
                    self._do(rows.ADD_STUDENT, *rows.of_hand_in(one, state, place, names[one.student]))
            for student, entry in lost.items():
                self._do(rows.ADD_STUDENT, *rows.of_entry(entry, place, names[student]))
            self._do("DELETE FROM entries WHERE class = ?", place)
            # A class that was moved is not there twice.
            self._do("DELETE FROM entries WHERE class NOT IN (SELECT class FROM students WHERE present)")
            for entry in found.entries:
                values = (place, entry.name, entry.kind, entry.student, entry.why, json.dumps(dict(entry.params)))
                self._do("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?)", *values)

    def entries(self) -> tuple[Entry, ...]:
        """Return the entries of the class's folder, sorted by name."""
        found = self._all("SELECT name, kind, student, why, params FROM entries ORDER BY name, class")
        return tuple(Entry(name, Kind(kind), who, why, json.loads(params)) for name, kind, who, why, params in found)

    # ---- grading

    def claim(self, student: str, key: Key) -> bool:
        """Claim a student's submission for grading it by `key`.

        False where a living coordinator has it, or nothing is left to be judged. What is left, `plan` tells to whom
        has the claim: another may have done a part of it meanwhile.
        """
        with self._writing():
            return self._left(student, key) and self._claims.take(student, utc())

    def release(self, student: str) -> None:
        """Give a claim back without a result."""
        with self._writing():
            self._claims.release(student)

    def beat(self) -> None:
        """Give a sign of life, every few seconds where nothing else is asked of the gradebook."""
        with self._writing():
            self._claims.beat()

    def _left(self, student: str, key: Key) -> bool:
        result = self.current(student)
        return result is None or plan(result.key, key, result.again).judges

    def record(
        self,
        student: str,
        key: Key,
        report: str | None,
        outcome: Outcome | None = None,
        why: str = "",
        params: Mapping[str, str] | None = None,
        *,
        judged: Collection[str] | None = None,
        seconds: float = 0.0,
        folder: str = "",
    ) -> bool:
        """Add a student's result, a report.json or none, and give the claim back; it is on disk then.

        The outcome is the report's where none is given. `judged` are the parts that were judged this time, where not
        all of the report's were. Parts that it lacks, or that are void, stay to be judged. False, with nothing added,
        where another coordinator has claimed the student meanwhile.
        """
        read = rows.Judged.of(report, outcome)
        kept = key if read.parts is None else key.of(read.parts)
        packed = None if report is None else zlib.compress(report.encode(), 3)
        values = (student, self._run, read.at or utc(), read.outcome, why, json.dumps(dict(params or {})))
        with self._writing():
            if self._claims.holder(student) not in (None, self._claims.owner.id):
                return False
            self._claims.beat()
            row = (*values, json.dumps(kept.plain), seconds, *read.columns, packed)
            number = self._connection.execute(rows.ADD_RESULT, row).lastrowid
            self._do(rows.ADD_UNKNOWN, student, folder or folder_name(student))
            left = [] if judged is None else sorted(self._again(student) - {ALL_PARTS, *judged})
            self._do("UPDATE students SET result = ?, again = ? WHERE student = ?", number, json.dumps(left), student)
            self._claims.release(student)
        return True

    # ---- reading

    def current(self, student: str) -> Result | None:
        """Return a student's row, also of one who has left the class; None where nobody is called so."""
        found = self._results("students.student = ?", student)
        return found[0] if found else None

    def results(self) -> Iterator[Result]:
        """Yield a row a student, sorted, by a teacher's word."""
        last = ""
        while found := self._results("students.student > ? AND present", last):
            yield from found
            last = found[-1].student

    def students(self) -> list[str]:
        """Return everybody who has a row, sorted."""
        return [row[0] for row in self._all("SELECT student FROM students WHERE present ORDER BY student")]

    def folders(self) -> list[str]:
        """Return the names of the students' folders of reports, in the order of the students."""
        return [row[0] for row in self._all("SELECT folder FROM students WHERE present ORDER BY student")]

    def state(self) -> str:
        """Return the fingerprint of all that results and entries say now, for what is worked out of all of them."""
        with self._lock:
            return state(self._connection)

    def history(self, student: str) -> tuple[Result, ...]:
        """Return all results that a student has had, the oldest first, as they were judged."""
        found = self._all(f"{rows.HISTORY} WHERE results.student = ? ORDER BY results.id", student)
        return tuple(rows.result(row, self._text, past=True) for row in found)

    def _results(self, where: str, value: str) -> list[Result]:
        with self._lock:  # one look at both tables
            found = self._all(f"{rows.CURRENT} WHERE {where} ORDER BY students.student LIMIT {PAGE}", value)
            read = [rows.result(row, self._text) for row in found]
            ends = (read[0].student, read[-1].student) if read else ("", "")
            said = self._words("student BETWEEN ? AND ? AND undone_at = ''", *ends)
        return [spoken(one, tuple(word for who, word in said if who == one.student)) for one in read]

    def _text(self, number: int) -> str | None:
        found = self._all("SELECT report FROM results WHERE id = ?", number)
        return zlib.decompress(found[0][0]).decode() if found and found[0][0] is not None else None

    # ---- a teacher's word

    def say(self, student: str, word: Word) -> None:
        """Add a word; but for notes, it takes the place of an earlier one on the same points, or on being late."""
        with self._writing():
            if word.kind is not WordKind.NOTE:
                self._undo(student, word)
            self._do(rows.ADD_WORD, student, word.kind, word.text, word.at, word.part, word.value, word.percent)

    def unsay(self, student: str, word: Word) -> bool:
        """Undo what was said of the same points, of being late, or in all notes; tells whether anything was."""
        with self._writing():
            return self._undo(student, word)

    def _undo(self, student: str, word: Word) -> bool:
        same = "student = ? AND kind = ? AND part = ? AND undone_at = ''"
        values = (utc(), student, word.kind, word.part)
        return self._connection.execute(f"UPDATE words SET undone_at = ? WHERE {same}", values).rowcount > 0

    def words(self, student: str) -> tuple[Word, ...]:
        """Return all that was said of a student, the oldest first, what was undone included."""
        return tuple(word for _, word in self._words("student = ?", student))

    def _words(self, where: str, *values: str) -> list[tuple[str, Word]]:
        return [(row[0], rows.word(row[1:])) for row in self._all(f"{rows.WORDS} WHERE {where} ORDER BY id", *values)]

    def again(self, student: str, parts: Collection[str]) -> None:
        """Have the next run judge parts of a student's once more, or ALL_PARTS."""
        with self._writing():
            marked = json.dumps(sorted(self._again(student) | set(parts)))
            self._do("UPDATE students SET again = ? WHERE student = ?", marked, student)

    def retry_slow(self, seconds: float) -> None:
        """Have the next run judge anew whoever was ended by a shorter limit than one of `seconds`."""
        sql = "SELECT students.student FROM students JOIN results ON results.id = result"
        for (student,) in self._all(f"{sql} WHERE present AND outcome = ? AND seconds < ?", Outcome.TIMED_OUT, seconds):
            self.again(student, (ALL_PARTS,))

    def _again(self, student: str) -> set[str]:
        found = self._all("SELECT again FROM students WHERE student = ?", student)
        return set(json.loads(found[0][0])) if found else set()
