"""What checks ask with, drawn for a seed before judges are forked: what hangs on nothing else is the same for all."""

from __future__ import annotations

from itertools import product

from . import arranged, batches, inputs, trainings


def draw(seed: str) -> None:
    """Draw what every submission is asked with, and have it remembered."""
    known = int(seed)
    for batch in batches.chosen(known):
        batch.images(known)
    batches.dense(known, batches.huge(known))
    inputs.random_images(known, batches.LESSONS_BATCH)
    inputs.written(known, batches.LESSONS_BATCH)
    for train, other in product((True, False), repeat=2):
        inputs.tiny_split(known, train, other)
    inputs.training_digits(known, trainings.long_epoch(known) * trainings.FEW)
    arranged.drawn(known)
