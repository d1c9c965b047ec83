"""The names that learning systems give to what they let a teacher download."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import takewhile
from typing import TYPE_CHECKING

from graders.harness.source.needless import ENGINE

from .claims import Claim
from .identities import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

# Moodle: a folder, or where a teacher wants none a file, for each plugin by which something was handed in.
MOODLE = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assign(?P<way>submission|feedback)_(?P<plugin>[a-z]+)(?:_(?P<file>.*))?")
# Canvas: the name with nothing but letters in it, the student's number, the file's number, and the file's own name.
CANVAS = re.compile(
    r"(?P<name>\w+?)_(?:(?P<late>LATE)_)?(?P<id>\d+)_(?:(?P<number>\d+)_(?P<file>.+)|(?:text|link)\.html)"
)
ANONYMOUS = re.compile(r"(?:(?P<late>LATE)_)?(?P<id>anon_[^\W_]+)_(?:(?P<number>\d+)_(?P<file>.+)|(?:text|link)\.html)")
RESUBMITTED = re.compile(r"(?P<base>.*\D)-(?P<times>\d{1,3})(?P<ending>\.[^.]+(?:\.\w+)?)")  # lab-2.py; not lab-7-2.py
# Blackboard: the assignment, the student, when it was handed in, and the file's own name; a text beside each attempt.
BLACKBOARD = re.compile(r".+_(?P<id>[^_]+)_attempt_(?P<when>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)")
RELEASED = f"graders/{ENGINE}"  # lies in a clone of what students are given


def claims_in(paths: Sequence[Path]) -> dict[Path, Claim]:
    """Return whose entries are, by the names that a learning system has given them."""
    return {**_of_clones(paths), **_of_blackboard(paths), **_of_canvas(paths), **_of_moodle(paths)}


def _matched(paths: Iterable[Path], *patterns: re.Pattern[str]) -> dict[Path, dict[str, str]]:
    found = ((path, pattern.fullmatch(printable(path.name))) for path in paths for pattern in patterns)
    return {path: {key: value or "" for key, value in m.groupdict().items()} for path, m in found if m}


def _of_moodle(paths: Sequence[Path]) -> dict[Path, Claim]:
    found = _matched(paths, MOODLE)
    files = {said["id"] for said in found.values() if said["plugin"] == "file" and said["way"] == "submission"}
    claims = {}
    for path, said in found.items():
        aside = "feedback" if said["way"] == "feedback" else ""
        if not aside and said["plugin"] != "file":
            aside = "online_text" if said["id"] in files else "online_text_alone"
        identities = {"moodle": said["id"]}
        claims[path] = Claim(
            said["id"], said["name"], identities=identities, series=path.name, together=True, aside=aside
        )
    return claims


def _of_canvas(paths: Sequence[Path]) -> dict[Path, Claim]:
    found = _matched(paths, CANVAS, ANONYMOUS)
    return {path: _in_canvas(said) for path, said in found.items()} if _is_canvas(found.values()) else {}


def _is_canvas(found: Iterable[Mapping[str, str]]) -> bool:
    """Tell whether numbers in names are Canvas's: one for each student, and another for each file."""
    names, numbers, files = defaultdict[str, set[str]](set), list[str](), list[tuple[str, str]]()
    for said in found:
        names[said["id"]].add(said.get("name", ""))
        if said["number"]:
            numbers.append(said["number"])
            files.append((said["id"], said["file"]))
    one_each = all(len(known) == 1 for known in names.values())
    return one_each and len(set(numbers)) == len(numbers) and len(set(files)) == len(files)


def _in_canvas(said: Mapping[str, str]) -> Claim:
    again = RESUBMITTED.fullmatch(said["file"])
    times = int(again["times"]) if again else 0
    return Claim(
        said["id"],
        said.get("name", ""),
        late=bool(said["late"]),
        attempts=times + 1,
        identities={"canvas": said["id"]},
        series=f"{again['base']}{again['ending']}" if again else said["file"],
        attempt=(times, int(said["number"] or 0)),
        together=True,
        aside="" if said["number"] else "online_text_alone",
    )


def _of_blackboard(paths: Sequence[Path]) -> dict[Path, Claim]:
    found = _matched(paths, BLACKBOARD)
    attempts = defaultdict[str, set[str]](set)
    for said in found.values():
        attempts[said["id"]].add(said["when"])
    return {
        path: Claim(
            said["id"],
            attempts=len(attempts[said["id"]]),
            identities={"blackboard": said["id"]},
            attempt=(said["when"],),
            together=True,
            aside="" if said["file"] else "receipt",
        )
        for path, said in found.items()
    }


def _of_clones(paths: Sequence[Path]) -> dict[Path, Claim]:
    """Return whose clones of an assignment's repositories are: all begin alike, and end in who has accepted it."""
    clones = [path for path in paths if _is_clone(path)]
    names = [printable(path.name) for path in clones]
    prefix = _common(names).rpartition("-")[0] if len(names) > 1 else ""
    users = [name[len(prefix) + 1 :] for name in names]
    if not prefix or not all(users) or len(set(users)) < len(users):
        return {}
    return {path: Claim(user, identities={"github": user}) for path, user in zip(clones, users, strict=True)}


def _common(names: Sequence[str]) -> str:
    """Return the letters with which all names begin."""
    alike = takewhile(lambda both: both[0] == both[1], zip(min(names), max(names), strict=False))
    return "".join(letter for letter, _ in alike)


def _is_clone(path: Path) -> bool:
    try:
        return path.is_dir() and ((path / ".git").exists() or (path / RELEASED).is_file())
    except (OSError, RuntimeError):
        return False
