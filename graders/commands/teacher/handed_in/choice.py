"""Which of a student's entries is the hand-in that counts: of several attempts the last, and nobody guesses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from graders.harness.source.archive import is_foreign
from graders.harness.source.likely import Candidate, the_lab

from .hand_in import Kind
from .kinds import Found

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from graders.harness.source.likely import Contract

    from .claims import Claim


@dataclass(frozen=True, slots=True)
class Belonging:
    """An entry that is somebody's: what it is so far, and whose."""

    path: Path
    name: str  # as the entry is shown
    found: Found
    claim: Claim


def settled(belongings: Sequence[Belonging], contract: Contract) -> list[Belonging]:
    """Return all entries of one student, of which at most one is left as the hand-in."""
    last = dict[str, tuple[int | str, ...]]()
    for one in belongings:
        if not one.claim.aside:
            last[one.claim.series] = max(last.get(one.claim.series, ()), one.claim.attempt)
    known = [_aside(one) if one.claim.aside else _of_attempts(one, last[one.claim.series]) for one in belongings]
    left = [one for one in known if one.found.kind is Kind.HAND_IN]
    if not left:
        return known
    unread = [one for one in known if one.found.kind is Kind.NOT_LOADABLE and is_foreign(one.path)]
    labs = _labs(left, contract) if all(one.claim.together for one in left) else left
    if len(labs + unread) > 1:
        labs = [*labs, *unread]
        return [_as(one, Kind.NOT_LOADABLE, "several_of_one") if one in labs else _beside(one, labs) for one in known]
    return [_beside(one, labs) for one in known]


def _labs(several: Sequence[Belonging], contract: Contract) -> list[Belonging]:
    """Return which of several files of one hand-in may be the lab; folders and archives are no single file."""
    if len(several) == 1 or not all(one.path.is_file() for one in several):
        return list(several)
    candidates = {Candidate(one.path, PurePosixPath(one.name)): one for one in several}
    return [candidates[one] for one in the_lab(list(candidates), contract)] or list(several)


def _as(one: Belonging, kind: Kind, why: str) -> Belonging:
    return replace(one, found=Found(kind, why, {"student": one.claim.student}))


def _aside(one: Belonging) -> Belonging:
    alone = one.claim.aside == "online_text_alone"
    return _as(one, Kind.NOT_LOADABLE if alone else Kind.NO_SUBMISSION, one.claim.aside)


def _of_attempts(one: Belonging, last: tuple[int | str, ...]) -> Belonging:
    return _as(one, Kind.EARLIER, "earlier") if one.claim.attempt < last else one


def _beside(one: Belonging, labs: Sequence[Belonging]) -> Belonging:
    """Return what came with the hand-in that counts, a picture say, as what is not looked at by itself."""
    loadable = one.found.kind in (Kind.HAND_IN, Kind.NOT_LOADABLE) and one not in labs
    return _as(one, Kind.NO_SUBMISSION, "beside") if loadable else one
