"""Misconceptions about fetching digits: on request, and only then."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from graders.harness.judge.clues import Clue
from graders.measuring import inputs
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
    asked = (lab.probe("fetches", lab.empty_folder(), True, *given, of="load_mnist").value for given in GIVEN)
    return tuple(cast("int", count) > 0 for count in asked)


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
