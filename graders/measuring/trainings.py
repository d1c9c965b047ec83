"""What a training does beside its weights and costs: the graphs that it keeps alive, the pieces that it uses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from . import inputs, measure, oracle

if TYPE_CHECKING:
    from graders.harness.base.model import Evidence

    from .pieces import Lab

MAX_HELD = measure.STEPS // 2  # graphs of earlier batches: a name or two may hold one each, a leak holds all of them


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What an epoch returned, and how many graphs of earlier batches were alive at most when a cost was asked for."""

    evidence: Evidence
    graphs: int

    @property
    def too_many(self) -> bool:
        """Whether more are held than a name or two do."""
        return self.graphs > MAX_HELD


def held(lab: Lab) -> Held:
    """Train an epoch with a criterion that knows which of its graphs are alive.

    Calls that are still under way may hold one each: a loop written as a recursion is no leak.
    """
    lab.require("train_epoch")
    criterion = lab.tagging_criterion()
    evidence = measure.trained(lab, "train_epoch", criterion=criterion).evidence
    noted = cast("list[tuple[int, int]]", lab.probe("tags_alive", criterion, of="train_epoch").value)
    return Held(evidence, max((alive - (depth - noted[0][1]) for alive, depth in noted), default=0))


def expect_given_pieces(lab: Lab, function: str) -> None:
    """Expect one step of a training, `train_epoch` or `train`, to be of the criterion and optimizer it is given."""
    # Twice the cost at half the rate takes the step of the cost at the rate, which is no default.
    rate, doubled = measure.OTHER_RATE, lab.doubled_criterion()
    seen = measure.trained(lab, function, steps=1, learning_rate=rate / 2, criterion=doubled)
    wanted = oracle.train(seen.start, inputs.training_batches(lab.seed, 1), rate)
    measure.expect_weights(replace(seen, expected=(wanted,)))
