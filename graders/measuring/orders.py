"""Whether the orders of two epochs have more in common than chance has it. Pure functions of image numbers."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

# Of a shuffle's agreement with a given order, in standard deviations: chance goes beyond once in 10^10. Positions'
# correlation has 1 / sqrt(n - 1), and shorter tails than the normal distribution.
CHANCE = 6.5
# Of images with the same successor twice: chance gives one on average, as Poisson has it, and so many once in 10^12.
NEIGHBOURS = 15
FEWEST = 8  # images of batches that are compared


def recurring(first: Sequence[Sequence[int]], second: Sequence[Sequence[int]]) -> int:
    """Return how many batches of one epoch hold the same images as a batch of another, in whatever order.

    Of 49 pairs of batches of 32 out of 250 images, chance makes one alike once in 10^38. Small batches are let be: of
    8 images it does so once in 10^11, of 2 often.
    """
    known = {frozenset(batch) for batch in first if len(set(batch)) >= FEWEST}
    return sum(frozenset(batch) in known for batch in second)


def are_alike(first: Sequence[int], second: Sequence[int]) -> bool:
    """Tell whether images come nearly where they came, or mostly after the same image: no shuffle does that."""
    places = {image: place for place, image in enumerate(first)}
    both = [(places[image], place) for place, image in enumerate(second) if image in places]
    if len(both) <= NEIGHBOURS:
        return False  # of so few nothing can be told
    before, after = np.asarray(both, float).T
    if before.std() == 0 or after.std() == 0:
        return False
    correlation = abs(float(np.corrcoef(before, after)[0, 1]))
    successors = len(set(pairwise(first)) & set(pairwise(second)))
    return correlation * (len(both) - 1) ** 0.5 > CHANCE or successors > NEIGHBOURS
