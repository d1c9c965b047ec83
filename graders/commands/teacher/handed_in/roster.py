"""A class's roster: a table with a row for each student, by which hand-ins get their owners."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from graders.harness.base.errors import ConfigurationError

from .identities import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
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

    def has_path(self, entry: str) -> bool:
        """Tell whether an entry's name is the one that the row has, or fits its pattern."""
        wanted = self.path.rstrip("/").rpartition("/")[2]
        if not wanted:
            return False
        return entry == wanted or bool(WILD.search(wanted) and fnmatchcase(entry.casefold(), wanted.casefold()))


class Roster:
    """The rows of a class's roster."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = tuple(rows)

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
        ways: tuple[Callable[[Row], bool], ...] = (
            lambda row: row.has_path(entry),
            lambda row: (
                _folded(row.identifier) in known or _participant(row.identifier) == claim.identities.get("moodle")
            ),
        )
        for way in ways:
            found = [row for row in self.rows if way(row)]
            if len(found) > 1:
                both = ", ".join(row.identifier for row in found)
                raise ConfigurationError(f"--roster: {entry} is of several students by it: {both}")
            if found:
                return found[0]
        called = _letters(claim.name or claim.student)
        named = [row for row in self.rows if called and _letters(row.name) == called]
        return named[0] if len(named) == 1 and not named[0].path else None


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
