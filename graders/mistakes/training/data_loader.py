"""Misconceptions about the data loader that a training is given: what it can do, and where its order comes from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from graders.harness.base.errors import CheckFailed
from graders.harness.judge.clues import Clue
from graders.measuring import measure, trainings
from graders.mistakes.ideas import Idea

if TYPE_CHECKING:
    from graders.measuring.pieces import Lab

LACKED = re.compile(r"'Batches' object has no attribute '(\w+)'")


def look(lab: Lab) -> str:
    """Return what a training says of a data loader that has only what the contract promises.

    It is nothing where it does not mind. Raises CheckFailed where not even one that has more will do.
    """
    for function, steps, epochs in (("train_epoch", measure.STEPS, 1), ("train", 2, None)):
        try:
            rate = measure.NO_RATE if function == "train_epoch" else measure.LEARNING_RATE
            measure.trained(lab, function, steps, epochs, rate, bare=True)
        except CheckFailed as failed:
            measure.trained(lab, function, steps, epochs)
            return str(failed.failure.params.get("text", ""))
    return ""


LOADER = Clue(("test_epoch_returns_the_mean_of_the_batch_costs", "test_training_returns_one_cost_an_epoch"), look)


@LOADER.mistake("more-asked-of-the-loader", Idea.BATCHES)
def _lacked(said: str) -> dict[str, object] | bool:
    lacked = LACKED.search(said)
    return {"attribute": lacked[1]} if lacked else False


def look_at_orders(lab: Lab) -> list[list[int]]:
    """Return the order of each epoch that a data loader drew during a training."""
    return trainings.orders(lab)[1]


ORDER = Clue(("test_training_goes_through_every_epoch",), look_at_orders)


@ORDER.mistake("seeded-every-epoch", Idea.BATCHES)
def _seeded(orders: list[list[int]]) -> bool:
    return trainings.are_seeded(orders)


CLUES = (LOADER, ORDER)
