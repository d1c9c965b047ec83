"""Misconceptions about fetching digits: on request, and only then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graders.harness.judge.clues import Clue
from graders.measuring import inputs, serving
from graders.mistakes.ideas import Idea

if TYPE_CHECKING:
    from graders.measuring.pieces import Lab

GIVEN = ((), (False,), (True,))  # what is given as `download`: nothing, no, yes
Fetches = tuple[bool, ...]  # for each of these: whether the network was asked


def look(lab: Lab) -> Fetches:
    """Load from empty roots. Raises CheckFailed where not even digits that are there can be loaded."""
    root = lab.root(inputs.tiny_split(lab.seed, True), inputs.tiny_split(lab.seed, False))
    for given in GIVEN:
        lab.call("load_mnist", root, True, *given, keep=True)
    return tuple(serving.fetched(lab, *given).asked > 0 for given in GIVEN)


FETCHED = Clue(("test_missing_digits_are_fetched_on_request_only",), look)


@FETCHED.mistake("download-ignored", Idea.DATASET)
def _never(seen: Fetches) -> bool:
    return not any(seen)


@FETCHED.mistake("download-always", Idea.DATASET)
def _always(seen: Fetches) -> bool:
    return all(seen)


@FETCHED.mistake("download-default-changed", Idea.DATASET)
def _by_default(seen: Fetches) -> bool:
    return seen == (True, False, True)


@FETCHED.mistake("download-inverted", Idea.DATASET)
def _inverted(seen: Fetches) -> bool:
    return seen[1:] == (True, False)


CLUES = (FETCHED,)
