"""What a training does: the weights that it leaves, the graphs that it keeps alive, the pieces that it uses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np

from graders.harness.base.model import TensorValue
from graders.harness.judge import expect
from graders.harness.judge.looks import remembered

from . import inputs, measure, oracle

if TYPE_CHECKING:
    from graders.harness.base.model import Evidence

    from .pieces import Lab

# Batches of an epoch that nobody leaves unnoticed: more than the lesson's 600, or a timed one's; images of each.
LONG, FEW = (601, 640), 4
EPOCHS = 3  # of a whole training, unless its default is asked for
MAX_HELD = measure.STEPS // 2  # graphs of earlier batches: a name or two may hold one each, a leak holds all of them


def expect_weights(seen: measure.Trained) -> None:
    """Expect the trained weights and bias to be the oracle's."""
    expected = seen.expected[-1].model
    expect.close(seen.evidence.beside, seen.got.weights, expected.weights, measure.WEIGHT_ATOL)
    expect.close(seen.evidence.beside, seen.got.bias, expected.bias, measure.WEIGHT_ATOL)


def expect_epochs_weights(lab: Lab) -> None:
    """Expect the weights after an epoch to be the oracle's, be it short or long."""
    expect_weights(measure.trained(lab, "train_epoch"))
    expect_weights(_long_epoch(lab))


def long_epoch(seed: int) -> int:
    """Return how many batches, of FEW images each, an epoch has that is longer than any other."""
    return inputs.between(seed, "long epoch", *LONG)


@remembered
def _long_epoch(lab: Lab) -> measure.Trained:
    """Train an epoch that is longer than any other, of small batches."""
    steps = long_epoch(lab.seed)
    seen = measure.trained(lab, "train_epoch", steps=steps, size=FEW)
    asked = f"{seen.evidence.asked}, {steps} x images [{FEW}, 1, 28, 28]"
    return replace(seen, evidence=replace(seen.evidence, asked=asked))


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What an epoch returned, and how many graphs of earlier batches were alive at most when a cost was asked for.

    `costs` tells how often one was, `moved` whether the weights are other ones afterwards.
    """

    evidence: Evidence
    graphs: int
    costs: int
    moved: bool

    @property
    def too_many(self) -> bool:
        """Whether more are held than a name or two do."""
        return self.graphs > MAX_HELD


@remembered
def held(lab: Lab) -> Held:
    """Train an epoch with a criterion that knows which of its graphs are alive.

    Calls that are still under way may hold one each: a loop written as a recursion is no leak.
    """
    lab.require("train_epoch")
    criterion = lab.tagging_criterion()
    seen = measure.trained(lab, "train_epoch", criterion=criterion)
    noted = cast("list[tuple[int, int]]", lab.probe("tags_alive", criterion, of="train_epoch").value)
    alive_at_most = max((alive - (depth - noted[0][1]) for alive, depth in noted), default=0)
    moved = not np.array_equal(seen.got.weights, seen.start.weights)
    return Held(seen.evidence, alive_at_most, len(noted), moved)


@remembered
def doubled(lab: Lab, function: str, learning_rate: float) -> measure.Trained:
    """Train one step with a criterion that costs twice as much."""
    lab.require(function)
    return measure.trained(lab, function, steps=1, learning_rate=learning_rate, criterion=lab.doubled_criterion())


@remembered
def orders(lab: Lab) -> tuple[Evidence, list[list[int]]]:
    """Train some epochs with a data loader that draws an order for each; returns these."""
    lab.require("train")
    images, labels = inputs.training_digits(lab.seed, measure.STEPS * inputs.STEP_BATCH)
    lab.ready("train", "build_optimizer")
    model = lab.model()
    loader = lab.made("shuffling_loader", TensorValue.of(images), TensorValue.of(labels), inputs.STEP_BATCH)
    pieces = model, loader, lab.criterion(), lab.optimizer(model, measure.LEARNING_RATE), lab.device()
    asked = f"train(model, data_loader, criterion, optimizer, device, {EPOCHS})"
    seen = lab.call("train", *pieces, EPOCHS, asked=asked)
    noted = lab.probe("orders_noted", loader, of="train", asked=asked).value
    return seen, cast("list[list[int]]", noted)


def are_seeded(drawn: list[list[int]]) -> bool:
    """Tell whether several orders of 200 images are all the same: no two are by chance."""
    return len(drawn) > 1 and all(order == drawn[0] for order in drawn)


def expect_given_pieces(lab: Lab, function: str) -> None:
    """Expect one step of a training, `train_epoch` or `train`, to be of the criterion and optimizer it is given."""
    # Twice the cost at half the rate takes the step of the cost at the rate, which is no default.
    rate = measure.other_rate(lab.seed)
    seen = doubled(lab, function, rate / 2)
    wanted = oracle.train(seen.start, inputs.training_batches(lab.seed, 1), rate)
    expect_weights(replace(seen, expected=(wanted,)))
