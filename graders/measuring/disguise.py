"""Digits in disguise: pixels in another order, classes under other numbers, and a model trained on them undone.

Softmax regression does not mind which pixel stands where and what a class is called: from a start that is alike for all
pixels and classes it learns the same. Weights or labels that were prepared for the digits as they are known do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graders.digits.idx import Split

from . import inputs, oracle

if TYPE_CHECKING:
    from numpy.typing import NDArray

PIXELS, CLASSES = 784, 10


@dataclass(frozen=True, slots=True, eq=False)
class Disguise:
    """Which pixel `[784]` is shown in each place, and what number each class `[10]` goes by."""

    pixels: NDArray[np.int64]
    classes: NDArray[np.int64]

    @classmethod
    def of(cls, seed: int) -> Disguise:
        """Return the disguise of a seed."""
        generator = inputs.generator(seed, "disguise")
        return cls(generator.permutation(PIXELS), generator.permutation(CLASSES))

    def put_on(self, split: Split) -> Split:
        """Return the same digits in disguise."""
        rows = split.images.reshape(-1, PIXELS)[:, self.pixels]
        return Split(rows.reshape(split.images.shape), self.classes[split.labels].astype(np.uint8))

    def taken_off(self, model: oracle.Affine) -> oracle.Affine:
        """Return the model that answers plain digits as this one answers them in disguise."""
        weights = np.empty_like(model.weights)
        weights[:, self.pixels] = model.weights[self.classes]
        return oracle.Affine(weights, model.bias[self.classes])
