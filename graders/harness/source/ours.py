"""Files of the grader's own in a submission's place."""

from __future__ import annotations

from pathlib import Path

from graders.harness.base import packed

from .reading import stage
from .source import Source


def ours(path: Path) -> Source:
    """Return a file of ours, which may be packed, as a submission. Raises OSError."""
    if path.is_file():
        return Source(path.name, path, path)
    holder = stage({path.name: packed.read(path).encode()})
    own = Path(holder.name).resolve() / path.name
    return Source(path.name, own, own, unpacked=holder)
