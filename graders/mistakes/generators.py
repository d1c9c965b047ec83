"""A function with `yield` in it: called, it runs none of its lines, and returns a generator in the answer's place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graders.harness.base.model import TensorValue
from graders.harness.judge.clues import Clue
from graders.measuring import arranged, inputs, measure

from .ideas import Idea
from .training import train

if TYPE_CHECKING:
    from graders.harness.base.model import Evidence
    from graders.measuring.pieces import Lab


def epoch(lab: Lab) -> Evidence:
    """Train an epoch of one batch."""
    return measure.trained(lab, "train_epoch", steps=1).evidence


def training(lab: Lab) -> Evidence:
    """Train for some epochs."""
    return measure.trained(lab, "train", epochs=train.EPOCHS).evidence


def accuracy(lab: Lab) -> Evidence:
    """Measure an accuracy."""
    return arranged.evaluated(lab, arranged.agreeing).evidence


def digit(lab: Lab) -> Evidence:
    """Read a digit."""
    images = inputs.random_images(lab.seed, 1)
    return lab.call("predict", lab.model(), TensorValue.of(images[0]), lab.device())


CLUES = (
    Clue(
        (
            "test_one_batch_is_one_step_down_its_gradient",
            "test_every_batch_starts_from_a_fresh_gradient",
            "test_epoch_returns_the_mean_of_the_batch_costs",
            "test_epoch_uses_the_criterion_it_is_given",
            "test_epoch_returns_a_float_without_a_graph",
        ),
        epoch,
    ),
    Clue(
        (
            "test_training_returns_one_cost_an_epoch",
            "test_training_goes_through_every_epoch",
            "test_training_prints_a_line_an_epoch",
            "test_training_says_when_it_is_finished",
        ),
        training,
    ),
    Clue(("test_accuracy_is_the_share_of_right_answers", "test_accuracy_is_a_fraction"), accuracy),
    Clue(("test_prediction_is_the_digit_with_the_largest_logit", "test_prediction_is_an_int"), digit),
)

for _clue in CLUES:
    _clue.mistake("generator-returned", Idea.TRAINING)(measure.is_generator)
