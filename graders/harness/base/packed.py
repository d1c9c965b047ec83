"""Files of ours whose text nobody should meet by the way, packed: out of sight, not secret.

In a students' repository they hold correct functions; whoever unpacks one knows what they are doing.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ENDING = ".packed"  # added to the file's name
HEAD = b"The grader's own solutions, compressed so that nobody reads them by the way. Write yours first.\n"


def read(path: Path) -> str:
    """Return a file's text, or that of the packed file in its place. Raises OSError where there is neither."""
    packed = _packed(path)
    if path.is_file() or not packed.is_file():
        return path.read_text(encoding="utf-8")
    return zlib.decompress(packed.read_bytes().removeprefix(HEAD)).decode("utf-8")


def module(path: Path) -> tuple[str, str]:
    """Return the name, below the package's, and the text of a module that workers are sent. Raises OSError."""
    return f"{path.parent.name}.{path.stem}", read(path)


def pack(path: Path) -> None:
    """Put a packed file in a file's place. Raises OSError."""
    _packed(path).write_bytes(HEAD + zlib.compress(path.read_bytes(), 9))
    path.unlink()


def _packed(path: Path) -> Path:
    return path.with_name(path.name + ENDING)
