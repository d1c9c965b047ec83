"""Why a file that was handed in cannot be read as Python: each slip that beginners make has words of its own."""

from __future__ import annotations

import ast
import errno
import stat
from typing import TYPE_CHECKING

from graders.harness.base.model import Failure, Where, Word

if TYPE_CHECKING:
    from pathlib import Path

SHOWN = 5  # names that a message lists
DOCUMENTS = (".txt", ".docx", ".doc", ".hwp", ".hwpx", ".pdf", ".rtf", ".odt", ".html")  # what else may hold a lab
MAGIC = ("%", "!")  # begin lines that only notebooks understand
CONFLICT = ("<<<<<<<", "=======", ">>>>>>>")  # what git leaves in a file that it could not merge


def unlike_python(content: bytes, file: str) -> Failure | None:
    """Return what is wrong with a file's bytes before they are parsed, or None."""
    # Text in UTF-16 has a null byte beside every Latin letter; Python says no more than that there are null bytes.
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff")) or content.count(b"\0") > len(content) // 4
    return Failure("not_utf8", {"file": file}) if wide else None


def no_python(error: SyntaxError, content: bytes, file: str) -> Failure:
    """Return what a syntax error tells of."""
    where = Where(file, error.lineno or 1)
    lines = content.decode("utf-8", "replace").splitlines()
    line = lines[where.line - 1].strip() if 0 < where.line <= len(lines) else ""
    if "'utf-8' codec" in error.msg or error.msg.startswith("Non-UTF-8"):
        return Failure("not_utf8", {"file": file}, where=where)
    params = {"text": error.msg}
    if line.startswith(CONFLICT):
        return Failure("merge_conflict", params, where=where)
    return Failure("notebook_line" if line.startswith(MAGIC) else "syntax_error", params, where=where)


def nothing_written(tree: ast.Module, file: str) -> Failure | None:
    """Return why there is no lab in a file that Python can read: it is empty, or a notebook by another name."""
    if not tree.body:
        return Failure("empty_file", {"file": file}, where=Where(file, 1))
    first = tree.body[0]
    value = first.value if isinstance(first, ast.Expr) else None
    keys = value.keys if isinstance(value, ast.Dict) else []
    is_notebook = any(isinstance(key, ast.Constant) and key.value == "cells" for key in keys)
    return Failure("renamed_notebook", {"file": file}) if is_notebook else None


def no_plain_file(path: Path) -> Failure | None:
    """Return what lies at `path` that is neither a file nor a folder, or None."""
    try:
        linked = stat.S_ISLNK(path.lstat().st_mode)
    except OSError:
        return None
    try:
        mode = path.stat().st_mode
        kinds = {stat.S_IFIFO: "a_pipe", stat.S_IFSOCK: "a_socket", stat.S_IFCHR: "a_device", stat.S_IFBLK: "a_device"}
        kind = kinds.get(stat.S_IFMT(mode))
    except OSError as error:
        kind = "a_circle" if error.errno == errno.ELOOP else "a_dead_link" if linked else None
    return Failure("no_plain_file", {"file": path.name, "kind": Word(kind)}) if kind else None


def unreadable(file: str, error: Exception) -> Failure:
    """Return that a file or folder cannot be read, and what the system says of it."""
    text = (isinstance(error, OSError) and error.strerror) or type(error).__name__
    return Failure("unreadable_source", {"file": file, "text": text})


def missing(file: str, folder: Path, name: str, found: str = "") -> Failure:
    """Return that there is no `file` in `folder`, which messages call `name`, and what there is instead.

    `found` names what was found instead deeper down.
    """
    files = sorted(entry.name for entry in folder.iterdir() if entry.is_file())
    like = [entry for entry in files if _resembles(entry, file)] or [found] * bool(found)
    written = like or [entry for entry in files if entry.lower().endswith(DOCUMENTS)]
    return Failure("no_file", {"file": file, "folder": name, "found": ", ".join(written[:SHOWN]) or "-"})


def _resembles(entry: str, file: str) -> bool:
    """Tell whether a file may be the lab by another name; systems that hide endings make lab.py.txt."""
    return entry.lower().endswith((".py", ".ipynb")) or entry.lower().startswith(file)
