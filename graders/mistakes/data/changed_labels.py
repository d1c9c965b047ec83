"""Misconceptions about labels, some of which became others: at regular places, or those of one digit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graders.harness.judge.clues import Clue, NoClue
from graders.measuring import inputs, serving
from graders.mistakes import values
from graders.mistakes.ideas import Idea

from .dataset import PAIRED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graders.measuring.pieces import Lab

STRIDES = range(2, 11)  # from one changed label to the next


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """The labels of the training digits as they came, and as the files have them, in the order of the items."""

    got: NDArray[np.int64]
    wanted: NDArray[np.int64]

    @property
    def wrong(self) -> NDArray[np.bool_]:
        """Which of them differ."""
        return np.asarray(self.got != self.wanted)


def look(lab: Lab) -> Labels:
    """Read the labels of the training digits. Raises NoClue where one is no whole number."""
    loaded = serving.loaded(lab, True)
    if loaded.length != inputs.tiny(lab.seed).train:
        raise NoClue
    numbers = np.array([values.number(serving.pair(loaded, index)[1]) for index in range(len(loaded.items))])
    if not np.isfinite(numbers).all() or (numbers != np.rint(numbers)).any():
        raise NoClue
    return Labels(numbers.astype(np.int64), loaded.split.labels.astype(np.int64))


LABELS = Clue((PAIRED,), look)


@LABELS.mistake("labels-changed-at-regular-places", Idea.DATASET)
def _regular(seen: Labels) -> dict[str, object] | bool:
    """Recognise labels that became one and the same, or went on by the same number, at every so many-th place."""
    if not seen.wrong.any():
        return False
    for stride in STRIDES:
        for first in range(stride):
            places = np.arange(len(seen.got)) % stride == first
            same = len(set(seen.got[places])) == 1 or len(set((seen.got - seen.wanted)[places] % 10)) == 1
            if same and not seen.wrong[~places].any():
                return {"stride": stride}
    return False


@LABELS.mistake("labels-of-one-digit-changed", Idea.DATASET)
def _one_digit(seen: Labels) -> dict[str, object] | bool:
    """Recognise one digit all of whose images have another's label."""
    pairs = set(zip(seen.wanted[seen.wrong].tolist(), seen.got[seen.wrong].tolist(), strict=True))
    digit, label = values.only(pairs)
    return bool(seen.wrong[seen.wanted == digit].all()) and {"digit": digit, "label": label}


CLUES = (LABELS,)
