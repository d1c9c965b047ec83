"""What a student is called: one name in every list, table, report and page, and one for a folder."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_FOLDER = 100  # bytes of a folder's name; systems take 255, and Windows 260 letters of a whole path
MARK = 8  # digits of the sum that tells apart what would have one name
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?", re.IGNORECASE)
REFUSED = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')  # by Windows, and by people who look for a file


def printable(name: str) -> str:
    r"""Return a file's name in Unicode's form C, as text that any encoding of Unicode holds and one line shows.

    Bytes that are no text in UTF-8 are read as Korean Windows writes it, which an archive from there may have left; if
    they are none of that either, they are shown as `\xff`, so that two names stay two.
    """
    found = os.fsencode(name)
    try:
        text = found.decode("utf-8")
    except UnicodeDecodeError:
        try:
            text = found.decode("cp949")
        except UnicodeDecodeError:
            text = found.decode("utf-8", "backslashreplace")
    text = unicodedata.normalize("NFC", text)
    if text.isprintable():  # nearly all are, and a class has thousands
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def folder_name(student: str) -> str:
    """Return a student's name as the name of a folder that every file system takes; the name itself where it is one.

    Two students may get one name, in upper and lower case at least: `folder_names` keeps a class's apart.
    """
    name = REFUSED.sub("_", printable(student)).rstrip(". ").lstrip(" ")
    name = f"_{name}" if not name or name.startswith(".") or RESERVED.fullmatch(name) else name
    if len(name.encode("utf-8")) <= MAX_FOLDER:
        return name
    cut = name.encode("utf-8")[: MAX_FOLDER - MARK - 1].decode("utf-8", "ignore")
    return _marked(cut, student)


def folder_names(students: Iterable[str]) -> dict[str, str]:
    """Return each student's folder, no two the same on any file system, upper and lower case told apart or not.

    Whoever shares a name with another gets a sum of the own one behind it, so that it is the same however many others
    there are beside the two.
    """
    names = {student: folder_name(student) for student in students}
    sharing: dict[str, list[str]] = {}
    for student, name in names.items():
        sharing.setdefault(_folded(name), []).append(student)
    for several in sharing.values():
        for student in several if len(several) > 1 else ():
            names[student] = _marked(names[student], student)
    return names


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKD", name).casefold())


def _marked(name: str, student: str) -> str:
    digest = hashlib.sha256(student.encode("utf-8", "surrogateescape")).hexdigest()
    return f"{name}-{digest[:MARK]}"
