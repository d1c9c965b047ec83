"""The grader as students were given it: a list of its files, by which a copy that was changed since is known.

Who changes files can change the list, too. It is for those who mean no harm, and for whoever reads their reports: what
counts is graded elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from graders.harness.base import files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANIFEST = "manifest.json"  # in the lab's folder
# Files beside the lab's folder that pytest, or Python, would run or obey; those that are not given may not be there.
BESIDE = ("conftest.py", "pyproject.toml")
UNWANTED = ("pytest.ini", ".pytest.ini", "tox.ini", "setup.cfg", "sitecustomize.py", "usercustomize.py")
SHOWN = 5  # files that are named


def write(lab: Path) -> None:
    """Write the list of what lies in a lab's folder now. Raises OSError."""
    files.write(lab / MANIFEST, json.dumps(_sums(lab), indent=0, sort_keys=True) + "\n")


def altered(lab: Path) -> tuple[str, ...]:
    """Return which files are others than those that were given, or more, or gone; nothing where no list lies there.

    Of many, the first are named and the last is "…".
    """
    try:
        given = json.loads((lab / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError):
        return (f"{lab.name}/{MANIFEST}",)
    if not isinstance(given, dict):
        return (f"{lab.name}/{MANIFEST}",)
    now = _sums(lab)
    if not any(name in now for name in BESIDE):  # it is installed as a package
        given = {name: value for name, value in given.items() if name not in BESIDE}
    changed = sorted(name for name in given.keys() | now.keys() if given.get(name) != now.get(name))
    return tuple(changed[:SHOWN] + ["…"] * (len(changed) > SHOWN))


def _sums(lab: Path) -> dict[str, str]:
    """Return the files that count, by their paths from the folder above, with a sum of what each says."""
    named = {path.relative_to(lab.parent).as_posix(): path for path in _below(lab)}
    beside = [lab.parent / name for name in (*BESIDE, *UNWANTED)]
    named |= {path.name: path for path in beside if path.is_file()}
    return {name: _sum(path) for name, path in named.items()}


def _below(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.name.startswith(".") or entry.name in ("__pycache__", MANIFEST):
            continue
        if entry.is_dir():
            yield from _below(entry)
        else:
            yield entry


def _sum(path: Path) -> str:
    """Return a sum of a file, whatever its lines end with: git writes other ends on Windows."""
    try:
        return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
    except OSError:
        return "unreadable"
