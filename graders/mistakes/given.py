"""What was given and changed in place, in whichever part: the answer is right, and the argument is another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graders.harness.base.model import TensorValue
from graders.harness.judge import expect
from graders.harness.judge.clues import Clue
from graders.measuring import arranged, drawn, inputs, measure, oracle

from .ideas import Idea

if TYPE_CHECKING:
    from graders.harness.base.model import Evidence
    from graders.measuring.pieces import Lab

SPREAD = 0.3  # of the noise on the model's parameters, so that its answers differ


@dataclass(frozen=True, slots=True)
class Given:
    """Whether the answer to a call was right, and whether what was given has changed."""

    right: bool
    changed: bool


def flattened(lab: Lab) -> Given:
    """Flatten some images."""
    images = inputs.random_images(lab.seed, 3)
    seen = measure.flattened(lab, images)
    return _given(seen, np.array_equal(expect.tensor(seen, [3, 784]), oracle.flatten(images)))


def predicted(lab: Lab) -> Given:
    """Read a digit."""
    model, shown = lab.known_model(SPREAD)
    images = inputs.random_images(lab.seed + 40, 1)
    seen = lab.call("predict", model, TensorValue.of(images[0]), lab.device())
    return _given(seen, expect.number(seen) == shown.predictions(images)[0])


def pictured(lab: Lab) -> Given:
    """Draw an image."""
    seen = lab.seen(drawn.shown)
    return _given(seen, drawn.is_right(lab.seed, drawn.read(lab, seen)))


def costed(lab: Lab) -> Given:
    """Cost an image."""
    logits, labels = inputs.random_logits(lab.seed, 1)
    seen = measure.cost(lab, logits, labels)
    return _given(seen, abs(expect.number(seen) - oracle.cross_entropy(logits, labels)) <= measure.COST_ATOL)


def examined(lab: Lab) -> Given:
    """Measure an accuracy."""
    seen = arranged.evaluated(lab, arranged.agreeing)
    right = abs(expect.number(seen.evidence) - seen.share) <= arranged.ACCURACY_ATOL
    return Given(bool(right), seen.digits_changed)


def _given(seen: Evidence, right: object) -> Given:
    return Given(bool(right), bool(seen.changed))


CLUES = (
    Clue(("test_pixels_stay_in_reading_order",), flattened),
    Clue(("test_prediction_is_the_digit_with_the_largest_logit",), predicted),
    Clue(("test_picture_shows_the_image",), pictured),
    Clue(("test_cost_of_one_image_is_its_cross_entropy",), costed),
    Clue(("test_model_comes_back_as_it_was",), examined),
)


def _in_place(seen: Given) -> bool:
    """Recognise a change beside a right answer: with a wrong one it has another name."""
    return seen.right and seen.changed


for _clue in CLUES:
    _clue.mistake("argument-changed-in-place", Idea.SHAPES)(_in_place)
