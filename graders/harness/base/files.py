"""Files that are whole or not there: written beside their place, then moved into it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

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


def append_row(path: Path, header: str, row: str) -> None:
    """Append a row to a table, which begins with `header`; several processes may at the same time.

    Raises ConfigurationError where the table has other columns, or somebody keeps it locked, and OSError.
    """
    import filelock

    try:
        with filelock.FileLock(f"{path}.lock", timeout=LOCK_SECONDS):
            before = path.read_text(encoding="utf-8-sig") if path.exists() else header
            if before.partition("\n")[0] != header.rstrip("\n"):
                raise ConfigurationError(f"{path}: has other columns; give a new file, or one that --csv has written")
            write(path, (before if before.endswith("\n") else f"{before}\n") + row)
    except filelock.Timeout:
        raise ConfigurationError(f"{path}: is locked by {path}.lock; remove that if nobody writes the table") from None
