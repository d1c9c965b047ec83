"""The seed of a run: the known one of a self-check, a secret one of a grade, and what a worker is told of either."""

from __future__ import annotations

import hashlib
import secrets

from .errors import ConfigurationError

KNOWN = 0  # a self-check's, so that whoever runs it can repeat it
RANDOM = "random"
VARIABLE = "GRADING_SEED"
# Below, a seed is found by trying them all: as many would be tried in an hour.
SMALL = 2**31
# Up to here every program that reads JSON has whole numbers exact, and trying them all takes years.
LARGE = 2**53


def parse(text: str, given_by: str) -> int:
    """Return the seed that a text names, a fresh one for `random`. Raises ConfigurationError."""
    if text == RANDOM:
        return draw()
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(LARGE)) and int(text) <= LARGE):
        raise ConfigurationError(f"{given_by} {text}: a seed is a whole number from 0 to {LARGE}, or {RANDOM}")
    return int(text)


def draw() -> int:
    """Draw a seed from the system's entropy: one that nobody finds by trying."""
    return SMALL + secrets.randbelow(LARGE - SMALL)


def is_known(seed: int | None) -> bool:
    """Tell whether a seed is no secret; any other may be a class's, whoever has chosen it. None is one not told."""
    return seed == KNOWN


def told(seed: int) -> int:
    """Return the seed by which a worker's generators start: of a large one, nothing by which that could be found.

    Student code can read a generator's seed, and with the run's own it would know what is going to be asked. A small
    one stays as it is.
    """
    if seed < SMALL:
        return seed
    return int.from_bytes(hashlib.sha256(f"told to a worker: {seed}".encode()).digest()[:8], "big") % (SMALL // 2)
