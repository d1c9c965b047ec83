"""A class's roster: a table with a row for each student, by which hand-ins get their owners."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from graders.harness.base.errors import ConfigurationError

from .identities import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from .claims import Claim

HEADS = {  # what a column may be called, with nothing but its letters
    "identifier": (
        *("identifier", "id", "studentid", "studentnumber", "studentno", "sid", "sisuserid", "sisloginid", "userid"),
        *("username", "user", "login", "loginid", "idnumber", "number", "student", "email", "emailaddress"),
        *("학번", "아이디", "식별자", "학생번호", "번호", "이메일"),
    ),
    "name": ("name", "fullname", "studentname", "realname", "student", "이름", "성명", "학생이름", "학생"),
    "path": (
        *("path", "pattern", "file", "folder", "filename", "foldername", "submission"),
        *("경로", "파일", "폴더", "패턴", "제출물", "파일명"),
    ),
}
DELIMITERS = ",;\t"
WILD = re.compile(r"[*?\[]")
PARTICIPANT = re.compile(r"\D+\s(\d+)")  # in Moodle's own worksheets: Participant 12345


@dataclass(frozen=True, slots=True)
class Row:
    """A student of the class; `path` is the name of what they hand in, or a pattern for it, where the table has one."""

    identifier: str
    name: str = ""
    path: str = ""

    @property
    def entry(self) -> str:
        """The name of what they hand in, without the folder that it lies in."""
        return self.path.rstrip("/").rpartition("/")[2]

    def fits(self, entry: str) -> bool:
        """Tell whether an entry's name fits the row's pattern."""
        return fnmatchcase(entry.casefold(), self.entry.casefold())


class Roster:
    """The rows of a class's roster."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = tuple(rows)
        self._patterns = [row for row in rows if WILD.search(row.path)]
        self._by_path = _grouped((row.entry, row) for row in rows)
        self._by_identifier = _grouped((_folded(row.identifier), row) for row in rows)
        self._by_participant = _grouped((_participant(row.identifier), row) for row in rows)
        self._by_name = _grouped((_letters(row.name), row) for row in rows)

    @classmethod
    def read(cls, path: Path) -> Roster:
        """Read a table in any of the encodings and delimiters that spreadsheets write. Raises ConfigurationError."""
        try:
            text = _decoded(path.read_bytes())
        except OSError as error:
            raise ConfigurationError(f"--roster {path}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise ConfigurationError(
                f"--roster {path}: is neither in UTF-8 nor in CP949; save it as CSV UTF-8"
            ) from None
        head = text.partition("\n")[0]
        delimiter = max(DELIMITERS, key=head.count)
        table = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(cell.strip() for cell in row)]
        columns = _columns(table[0]) if table else {}
        if "identifier" not in columns:
            found = ", ".join(cell.strip() for cell in table[0]) if table else "-"
            raise ConfigurationError(f"--roster {path}: no column says whose a row is (identifier); it has: {found}")
        rows = [_row(cells, columns) for cells in table[1:]]
        return cls(list(_checked([row for row in rows if row.identifier], path)))

    def owner(self, entry: str, claim: Claim) -> Row | None:
        """Return whose an entry is; None where nobody's.

        A row's path or pattern counts first, then its identifier, then the name, where just one has it. Raises
        ConfigurationError where several rows have it alike.
        """
        known = {_folded(said) for said in (claim.student, *claim.identities.values())}
        by_path = [*self._by_path.get(entry, ()), *(row for row in self._patterns if row.fits(entry))]
        numbered = self._by_participant.get(claim.identities.get("moodle", ""), [])
        by_identifier = [row for said in sorted(known) for row in self._by_identifier.get(said, ())] + numbered
        for found in (by_path, by_identifier):
            rows: list[Row] = list(dict.fromkeys(found))
            if len(rows) > 1:
                both = ", ".join(row.identifier for row in rows)
                raise ConfigurationError(f"--roster: {entry} is of several students by it: {both}")
            if rows:
                return rows[0]
        named = self._by_name.get(_letters(claim.name or claim.student), [])
        return named[0] if len(named) == 1 and not named[0].path else None


def _grouped(keyed: Iterable[tuple[str, Row]]) -> dict[str, list[Row]]:
    """Return rows by what they are looked for by; who has nothing of it is not found by it."""
    found = defaultdict[str, list[Row]](list)
    for key, row in keyed:
        if key:
            found[key].append(row)
    return found


def _participant(identifier: str) -> str:
    found = PARTICIPANT.fullmatch(identifier)
    return found[1] if found else ""


def owned(claim: Claim, row: Row) -> Claim:
    """Return a claim as its owner's."""
    return replace(claim, student=row.identifier, name=row.name or claim.name)


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp949")


def _columns(head: Sequence[str]) -> dict[str, int]:
    """Return where each column is; of several that could be one, the one that is called most like it."""
    names = [_letters(cell) for cell in head]
    columns = dict[str, int]()
    for column, called in HEADS.items():
        found = [names.index(name) for name in called if name in names and names.index(name) not in columns.values()]
        if found:
            columns[column] = found[0]
    return columns


def _row(cells: Sequence[str], columns: dict[str, int]) -> Row:
    said = {column: printable(cells[at].strip()) if at < len(cells) else "" for column, at in columns.items()}
    return Row(**said)


def _checked(rows: Sequence[Row], path: Path) -> Iterator[Row]:
    seen = set[str]()
    for row in rows:
        if row.identifier in seen:
            raise ConfigurationError(f"--roster {path}: {row.identifier} stands in it twice")
        seen.add(row.identifier)
        yield row


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold().strip()


def _letters(text: str) -> str:
    """Return a text with nothing but its letters and digits, as names and headings are compared."""
    return re.sub(r"[\W_]+", "", _folded(text))
