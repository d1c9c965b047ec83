"""Where the file to grade lies in what was handed in: right there, deeper, in an archive, under another name.

Exactly one lab below is graded, wherever it lies; between two nobody guesses.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from graders.harness.base.model import Failure

from . import archive, needless, scratch, slips
from .likely import Candidate, the_lab
from .notebooks import ENDING, is_notebook

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from tempfile import TemporaryDirectory

    from .likely import Contract

MAX_FOLDERS, MAX_DEPTH = 2_000, 30  # that are looked into, and how deep they lie
MAX_NESTED, MAX_OPENED = 3, 50  # archives in archives; archives of one submission
MAX_LIKELY = 50  # files that are read for which of them is the lab
SHOWN = 5  # names that a message lists


@dataclass(frozen=True)
class Located:
    """The file to grade, and what its code may see; or why there is none.

    `inside` is the path from what was given to what the code may see; `told` that to the file, where it is not the one
    that is asked for.
    """

    path: Path
    visible: Path
    problem: Failure | None = None
    unpacked: TemporaryDirectory[str] | None = None  # lives as long as this does
    inside: tuple[str, ...] = ()
    beside: str | None = None
    told: str | None = None


def locate(given: Path, contract: Contract) -> Located:
    """Find the file to grade in what is at `given`. Raises OSError or RuntimeError where that cannot be looked into."""
    if given.is_dir():
        return Search(contract, called(given)).in_folder(given)
    if archive.is_archive(given) and given.is_file():
        return Search(contract, called(given)).in_archive(given)
    problem = slips.no_plain_file(given)
    if problem is None and archive.is_foreign(given):
        problem = _foreign(given.name)
    at = given.absolute() if problem else given.resolve()
    return Located(at, at, problem)


def called(given: Path) -> str:
    """Return what messages call a submission: by its last name, since where it lies is no matter of a student's."""
    name = given.name if given.name not in ("", "..") else given.resolve().name
    return os.fsencode(name).decode("utf-8", "replace")


def _foreign(name: str) -> Failure:
    return Failure("foreign_archive", {"file": name, "ending": PurePosixPath(name).suffix.lower()})


@dataclass
class Search:
    """One search: what it has come upon that is no candidate, and the room that archives have."""

    contract: Contract
    called: str
    broken: list[Failure] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    holder: TemporaryDirectory[str] | None = None
    room: archive.Room = field(default_factory=archive.Room)
    _opened: int = 0

    def in_folder(self, given: Path) -> Located:
        """Find the file in a folder."""
        around = given.resolve()
        is_there = os.path.lexists(around / self.contract.file)
        folder = around if is_there else archive.only_folder(around)
        return self._chosen(folder, PurePosixPath(folder.relative_to(around)))

    def in_archive(self, given: Path) -> Located:
        """Find the file in an archive, which is unpacked, or say why it cannot be."""
        folder = self._unpacked(given, PurePosixPath(given.name))
        if folder is None:
            at = Path(self._place)
            return Located(at / self.contract.file, at, self.broken[0], self.holder)
        return replace(self._chosen(folder, PurePosixPath()), inside=())

    def _chosen(self, folder: Path, before: PurePosixPath) -> Located:
        """Return the one lab in a folder; `before` is the path that leads there."""
        right = self._right_there(folder)
        if right and not needless.has_grader(_folders(folder), lambda path: (folder / path).exists()):
            return self._as_found(right, folder, before)
        candidates, unopened = self._below(folder, before)
        for _ in range(MAX_NESTED):
            inside = [self._in_nested(path, told) for path, told in unopened]
            candidates += [one for found, _ in inside for one in found]
            unopened = [one for _, more in inside for one in more]
        few = candidates if len(candidates) <= MAX_LIKELY else []  # of more, nobody has written all
        left = the_lab(few, self.contract) or self._by_name(candidates) or candidates[len(few) :]
        if len(left) == 1:
            return self._as_found(left[0], folder, before)
        problem = self._several(left) if left else self._none(folder, candidates)
        return Located(folder / self.contract.file, folder, problem, self.holder, before.parts)

    def _in_nested(self, path: Path, told: PurePosixPath) -> tuple[list[Candidate], list[tuple[Path, PurePosixPath]]]:
        """Return what may be the lab in an archive that lies below, and the archives in that."""
        folder = self._unpacked(path, told)
        if folder is None:
            return [], []
        right = self._right_there(folder)
        if right:
            return [Candidate(right.path, told / right.told, right.beside)], []
        return self._below(folder, told)

    def _as_found(self, one: Candidate, folder: Path, before: PurePosixPath) -> Located:
        """Return a candidate as what is graded, unless it is no file or leads out of what its code may see."""
        visible = one.path.parent
        problem = slips.no_plain_file(one.path)
        if problem is None and not one.path.resolve().is_relative_to(visible):
            problem = Failure("link_outside", {"file": one.path.name, "folder": self.called})
        usual = visible == folder and (one.path.name == self.contract.file or is_notebook(one.path))
        path = one.path if problem else one.path.resolve()
        inside = (before if visible == folder else one.told.parent).parts
        return Located(path, visible, problem, self.holder, inside, one.beside, None if usual else _said([one]))

    def _right_there(self, folder: Path) -> Candidate | None:
        """Return the file that is asked for, in whatever case its name is, with the file that it is passed over for.

        That is the notebook of its name or, where the file system tells cases apart, the file in another case. Names
        are the folder's own, so that every file system tells the same ones.
        """
        names = sorted(entry.name for entry in folder.iterdir())
        file = self.contract.file
        found = [file] if file in names else [one for one in names if one.lower() == file]
        own = (file, PurePosixPath(file).with_suffix(ENDING).name)
        beside = next((one for one in names if one.lower() in own and one not in found), None)
        return Candidate(folder / found[0], PurePosixPath(found[0]), beside) if len(found) == 1 else None

    def _by_name(self, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Return, where none of several is a lab by what it says, those with its name, else what is a notebook."""
        named = [one for one in candidates if one.path.name.lower() == self.contract.file]
        notebooks = [one for one in candidates if is_notebook(one.path)]
        return named or (notebooks if len(notebooks) in (1, len(candidates)) else [])

    def _several(self, labs: Sequence[Candidate]) -> Failure:
        return Failure("several_labs", {"file": self.contract.file, "folder": self.called, "found": _said(labs)})

    def _none(self, folder: Path, candidates: Sequence[Candidate]) -> Failure:
        """Return why there is no lab: what may have been one cannot be unpacked, or what there is instead."""
        if not candidates and self.broken:
            return self.broken[0]
        if not candidates and self.foreign:
            return _foreign(self.foreign[0])
        return slips.missing(self.contract.file, folder, self.called, _said(candidates))

    # ---- what lies below

    def _below(self, top: Path, before: PurePosixPath) -> tuple[list[Candidate], list[tuple[Path, PurePosixPath]]]:
        """Return what may be the lab below a folder, and the archives; `before` is the path that leads there."""
        candidates, archives = list[Candidate](), list[tuple[Path, PurePosixPath]]()
        for at, inside, files in islice(os.walk(top), MAX_FOLDERS):
            place = Path(at)
            told = before / place.relative_to(top)

            def holds(path: str, place: Path = place) -> bool:
                return os.path.lexists(place / path)

            own = needless.GRADERS_FILES if needless.has_grader(inside, holds) else set()
            names = [name for name in sorted(files) if name[0] != "." and name not in own]
            candidates += [Candidate(place / name, told / name, beside) for name, beside in self._likely(names)]
            archives += [(place / name, told / name) for name in names if _can_be_unpacked(place / name)]
            self.foreign += [name for name in names if archive.is_foreign(Path(name))]
            deep = len(told.parts) >= MAX_DEPTH
            inside[:] = [] if deep else sorted(needless.folders(inside, files, holds))
        return candidates, archives

    def _likely(self, names: Sequence[str]) -> Iterator[tuple[str, str | None]]:
        """Yield which of the files in one folder may be the lab, each with the notebook that it is passed over for."""
        wanted, own = self.contract.file, PurePosixPath(self.contract.file).with_suffix(ENDING).name
        labs = [name for name in names if name.lower().endswith((PurePosixPath(wanted).suffix, ENDING))]
        named = [name for name in labs if name.lower() == wanted] or [name for name in labs if name.lower() == own]
        stems = {PurePosixPath(name).stem: name for name in labs if is_notebook(Path(name))}
        for name in named if len(named) == 1 else labs:
            stem = PurePosixPath(name).stem
            if not is_notebook(Path(name)):
                yield name, stems.get(stem)
            elif named or not any(PurePosixPath(one).stem == stem and one != name for one in labs):
                yield name, None

    def _unpacked(self, path: Path, told: PurePosixPath) -> Path | None:
        """Return the folder that an archive was unpacked to; None where it cannot be, which is noted."""
        if self._opened >= MAX_OPENED:
            return None
        self._opened += 1
        folder = Path(self._place) / str(self._opened)
        folder.mkdir()
        try:
            return archive.unpack(path, folder, self.room)
        except archive.Unusable as error:
            name = os.fsencode(told.as_posix()).decode("utf-8", "replace")
            self.broken.append(Failure("unusable_archive", {"file": name, "text": error.why}))
            return None

    @property
    def _place(self) -> str:
        self.holder = self.holder or scratch.folder()
        return os.path.realpath(self.holder.name)


def _folders(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir() if entry.is_dir()]


def _can_be_unpacked(path: Path) -> bool:
    """Tell whether it is an archive that lies there itself: a link may lead to somebody else's, a pipe nowhere."""
    return archive.is_archive(path) and not path.is_symlink() and path.is_file()


def _said(candidates: Sequence[Candidate]) -> str:
    """Return the paths of the first few files, as messages have them."""
    names = [one.told.as_posix() for one in candidates[:SHOWN]] + (["…"] if len(candidates) > SHOWN else [])
    return os.fsencode(", ".join(names)).decode("utf-8", "replace")
