"""Looks through a class's folder: every entry of it gets a line, and nobody is lost or mixed up with another."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from graders.harness.base.errors import ConfigurationError
from graders.harness.base.model import Word
from graders.harness.judge.rubric import load_rubric
from graders.harness.source.archive import is_archive, stem
from graders.harness.source.likely import Contract
from graders.harness.source.source import Source
from graders.spec import SPEC

from . import gradescope_export
from .choice import Belonging, settled
from .claims import Claim
from .hand_in import ClassFolder, Entry, HandIn, Kind
from .identities import printable
from .kinds import Found, kind_of
from .roster import Roster, owned
from .systems import claims_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from graders.harness.base.model import Failure
    from graders.harness.judge.spec import LabSpec

REPORTS = Found(Kind.NO_SUBMISSION, "report_folder")
READABLE = ("notes", "list_of_marks")  # nobody's, unless a learning system's name says whose


def look_through(
    folder: Path, *, roster: Path | None = None, leave_out: Iterable[Path] = (), spec: LabSpec = SPEC
) -> ClassFolder:
    """Return what a class's folder holds: an entry for each thing in it, and the hand-ins that count.

    `roster` is a table of the class's students. Nothing at a path of `leave_out`, the folder of reports say, is
    anybody's. Raises ConfigurationError where there is no folder, nothing in it that may be somebody's, or the roster
    cannot be used.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"{folder} is no folder")
    known = Roster.read(roster) if roster else None
    contract = _contract(spec)
    around = folder.resolve()
    ours = {path.name for path in map(Path.resolve, leave_out) if path.parent == around}
    paths = sorted(folder.absolute().iterdir())
    kinds = {path: REPORTS if path.name in ours else kind_of(path) for path in paths}
    somebodys = [path for path in paths if kinds[path].kind is not Kind.NO_SUBMISSION or kinds[path].why in READABLE]
    claims = _claims(folder.absolute(), somebodys)
    belongings = _belongings(paths, kinds, claims, known)
    students = defaultdict[str, list[Belonging]](list)
    for one in belongings:
        students[one.claim.student].append(one)
    settled_ones = [one for several in students.values() for one in settled(several, contract)]
    found = _looked_into(settled_ones, contract)
    if not found and not known:
        raise ConfigurationError(f"{folder} holds no submissions: no folder, archive, Python file or notebook")
    return _told(folder, paths, kinds, found, known)


def name_of(path: Path) -> str:
    """Return whose an entry is, by its own name, not by what a link leads to: dots are kept, an ending is not."""
    if path.is_dir():
        return printable(path.name)
    return printable(stem(path) if is_archive(path) else path.stem)


def _contract(spec: LabSpec) -> Contract:
    rubric = load_rubric(spec.folder / "rubric.toml", spec.thresholds, spec.tiers)
    return Contract(rubric.file, rubric.functions, spec.outline)


def _claims(folder: Path, paths: Sequence[Path]) -> dict[Path, tuple[Claim, ...]]:
    """Return whose each entry is: where no learning system has named it, whose name it bears."""
    plain = {path: Claim(name_of(path), series=path.name) for path in paths}
    one_each = {**plain, **claims_in(paths)}
    return {**{path: (claim,) for path, claim in one_each.items()}, **gradescope_export.owners_in(folder, paths)}


def _belongings(
    paths: Sequence[Path], kinds: Mapping[Path, Found], claims: Mapping[Path, tuple[Claim, ...]], roster: Roster | None
) -> list[Belonging]:
    """Return what is somebody's, each with its owner by the roster, where that has one."""
    found = list[Belonging]()
    for path in paths:
        for claim in claims.get(path, ()):
            name, kind = printable(path.name), kinds[path]
            if kind.kind is Kind.NO_SUBMISSION and not claim.together:
                continue  # a text that nobody's name is known by
            row = roster.owner(name, claim) if roster else None
            if roster and row is None and kind.kind is Kind.HAND_IN:
                kind = Found(kind.kind, "not_in_roster")
            found.append(Belonging(path, name, kind, owned(claim, row) if row else claim))
    return found


def _looked_into(belongings: Sequence[Belonging], contract: Contract) -> list[Belonging]:
    """Return each entry as what the grader finds in it."""
    problems = dict[Path, Found | None]()
    for one in belongings:
        if one.found.kind is Kind.HAND_IN and one.path not in problems:
            problems[one.path] = _problem(one.path, contract)
    return [
        Belonging(one.path, one.name, problem, one.claim)
        if one.found.kind is Kind.HAND_IN and (problem := problems[one.path])
        else one
        for one in belongings
    ]


def _problem(path: Path, contract: Contract) -> Found | None:
    """Return why there is no lab to be graded; None where there is."""
    try:
        source = Source.find(path, contract.file, contract.functions, contract.outline)
    except (ConfigurationError, OSError) as error:  # it has gone meanwhile, or the disk is full
        return Found(Kind.NOT_LOADABLE, "unloadable", {"text": str(error)})
    source.close()
    return _found(path, source.problem) if source.problem else None


def _found(path: Path, problem: Failure) -> Found:
    params = {key: str(value) for key, value in problem.params.items() if not isinstance(value, Word)}
    text = problem.params.get("text")
    if isinstance(text, Word):  # what is wrong with an archive
        return Found(Kind.NOT_LOADABLE, text.key, {**params, **{key: str(value) for key, value in text.params.items()}})
    if problem.key == "no_file" and params["found"] == "-":
        return Found(Kind.NOT_LOADABLE, "empty_folder" if _is_empty(path) else "no_lab")
    return Found(Kind.NOT_LOADABLE, problem.key, {"file": printable(path.name), **params})


def _is_empty(path: Path) -> bool:
    try:
        return path.is_dir() and not any(path.iterdir())
    except OSError:
        return False


def _told(
    folder: Path, paths: Sequence[Path], kinds: Mapping[Path, Found], found: Sequence[Belonging], roster: Roster | None
) -> ClassFolder:
    by_path, claims = defaultdict[Path, list[Belonging]](list), defaultdict[str, list[Claim]](list)
    for one in found:
        by_path[one.path].append(one)
        claims[one.claim.student].append(one.claim)
    entries = list[Entry]()
    for path in paths:
        entries += [_entry(one) for one in by_path[path]] or [_nobodys(path, kinds[path])]
    hand_ins = tuple(_hand_in(one, claims[one.claim.student]) for one in found if one.found.kind is Kind.HAND_IN)
    gone = [row for row in roster.rows if row.identifier not in claims] if roster else []
    missing = tuple(HandIn(row.identifier, folder, row.name) for row in gone)
    return ClassFolder(tuple(entries), tuple(sorted(hand_ins, key=lambda one: one.student)), missing)


def _entry(one: Belonging) -> Entry:
    return Entry(one.name, one.found.kind, one.claim.student, one.found.why, one.found.params)


def _nobodys(path: Path, found: Found) -> Entry:
    return Entry(printable(path.name), found.kind, why=found.why, params=found.params)


def _hand_in(one: Belonging, own: Sequence[Claim]) -> HandIn:
    """Return a hand-in that counts; `own` are all claims of its student."""
    claim = one.claim
    here = {other.attempt for other in own if other.series == claim.series and not other.aside}
    attempts = max(claim.attempts, len(here))
    return HandIn(claim.student, one.path, claim.name, claim.late, attempts, claim.identities)
