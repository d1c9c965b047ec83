"""Submissions that are alike, by marks that few others have: what many wrote the same way counts for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .marks import DTYPE, MOST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

COMMON = 0.1  # of a class: what more than that have written alike says nothing,
RARE = range(4, 31)  # but for so few, and in any class where more than so many have
LEAST = 8  # rare marks that two must share
SHARE = 0.5  # of the rare marks of the one that has fewer
MAX_ALL = 800_000  # marks of a class: in one of more than 5,000, fewer are looked at of each submission,
FEWEST = 40  # but so many


@dataclass(frozen=True, slots=True)
class Group:
    """Submissions that are alike, by number, the most alike of them first.

    `share` is that of the two closest: of what is rare in the class, so much of the one that has less is in the other.
    """

    members: tuple[int, ...]
    share: float
    closest: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Index:
    """All marks of a class, sorted: whose each one is, where equal ones begin, how many these are, and whether few."""

    owners: NDArray[np.int32]
    firsts: NDArray[np.int32]
    counts: NDArray[np.int32]
    rare: NDArray[np.bool_]


def groups(marks: Sequence[bytes]) -> list[Group]:
    """Return the groups of submissions that are alike, the most alike first; a submission is in one group at most."""
    pairs = list(alike(marks))
    return sorted(_joined(pairs), key=lambda group: (-group.share, group.members))


def alike(marks: Sequence[bytes], share: float = SHARE) -> Iterator[tuple[int, int, float]]:
    """Yield each two that are alike, and how much: the share of the rare marks of the one that has fewer."""
    most = min(max(MAX_ALL // max(len(marks), 1), FEWEST), MOST)
    least = max(LEAST * most // MOST, LEAST // 2)
    each = [np.frombuffer(one, DTYPE)[:most] for one in marks]
    full = [len(one) == most for one in each]
    lengths = np.array([len(one) for one in each])
    if lengths.sum() == 0:
        return
    hashes = np.concatenate(each)
    index, places = _index(hashes, lengths)
    ends = np.cumsum(lengths)
    tops = np.array([int(one[-1]) if len(one) else 0 for one in each], np.int64)
    rare = [np.cumsum(index.rare[places[end - length : end]]) for end, length in zip(ends, lengths, strict=True)]
    for number, (end, length) in enumerate(zip(ends, lengths, strict=True)):
        for other, shared in _sharing(index, places[end - length : end], number, least):
            # Of a long text only the lowest hashes are kept: two are compared as far as both were kept.
            limit = min(tops[one] if full[one] else 2**32 for one in (number, other))
            whole = min(int(rare[one][np.searchsorted(each[one], limit, "right") - 1]) for one in (number, other))
            if shared >= share * whole and _common(each[number], each[other], limit) >= share:
                yield number, other, min(shared / whole, 1.0)


def _index(hashes: NDArray[np.uint32], lengths: NDArray[np.int64]) -> tuple[Index, NDArray[np.int32]]:
    """Return the index, and where each mark, in the order of submissions, stands in it."""
    order = np.argsort(hashes, kind="stable").astype(np.int32)
    owners = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)[order]
    places = np.empty(len(order), np.int32)
    places[order] = np.arange(len(order), dtype=np.int32)
    ordered = hashes[order]
    del order  # a large class has millions of marks
    begins = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])).astype(np.int32)
    counts = np.diff(begins, append=np.int32(len(ordered)))
    rare = counts <= min(max(int(COMMON * len(lengths)), RARE[0]), RARE[-1])
    return Index(owners, np.repeat(begins, counts), np.repeat(counts, counts), np.repeat(rare, counts)), places


def _sharing(index: Index, places: NDArray[np.int32], number: int, least: int) -> Iterator[tuple[int, int]]:
    """Yield those after a submission that share at least so much with it, and how much."""
    places = places[(index.counts[places] > 1) & index.rare[places]]
    counts = index.counts[places]
    steps = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    found = index.owners[np.repeat(index.firsts[places], counts) + steps]
    others, shared = np.unique(found[found > number], return_counts=True)
    for other, count in zip(others[shared >= least], shared[shared >= least], strict=True):
        yield int(other), int(count)


def _common(one: NDArray[np.uint32], other: NDArray[np.uint32], limit: int) -> float:
    """Return how much of the shorter of two is in the other, whether rare or not."""
    one, other = one[one <= limit], other[other <= limit]
    return len(np.intersect1d(one, other, assume_unique=True)) / max(min(len(one), len(other)), 1)


def _joined(pairs: Sequence[tuple[int, int, float]]) -> Iterator[Group]:
    """Yield those that are alike by way of others together."""
    leader: dict[int, int] = {}

    def led(one: int) -> int:
        while leader.setdefault(one, one) != one:
            leader[one] = leader[leader[one]]
            one = leader[one]
        return one

    for first, second, _ in pairs:
        leader[led(second)] = led(first)
    together: dict[int, list[tuple[int, int, float]]] = {}
    for pair in sorted(pairs, key=lambda pair: -pair[2]):
        together.setdefault(led(pair[0]), []).append(pair)
    for found in together.values():
        first, second, share = found[0]
        members = dict.fromkeys(member for pair in found for member in pair[:2])
        yield Group(tuple(members), share, (first, second))
