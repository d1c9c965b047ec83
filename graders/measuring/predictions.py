"""What `predict` answers to several images with several models: whether it reads them at all, rightly or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graders.harness.base.model import TensorValue
from graders.harness.judge import expect
from graders.harness.judge.describe import describe
from graders.harness.judge.looks import remembered

from . import inputs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graders.harness.base.model import Evidence, Handle

    from .pieces import Lab

IMAGES = 6  # dark ones; as many bright ones are theirs, inverted
SPREAD = 1.0  # of the noise on a model's parameters, so that two models have little in common


def images(seed: int) -> NDArray[np.float32]:
    """Return images `[N, 1, 28, 28]` to which a model has several answers."""
    dark = inputs.random_images(seed + 40, IMAGES)
    return np.concatenate([dark, 1 - dark])


@remembered
def expect_reading(lab: Lab) -> None:
    """Expect answers that differ with the image and with the model, and are the same to the same question.

    Two models with nothing in common agree on one image in ten, and on all of so many never.
    """
    lab.ready("predict")
    model = lab.model(spread=SPREAD)
    once, again = (_asked(lab, model) for _ in range(2))
    other = lab.model(spread=SPREAD)  # where a submission has one model for all, it is the same
    lab.probe("stir", other, lab.told + 1, SPREAD * 2, of="build_model")  # the two are told apart by this one
    elsewhere = _asked(lab, other)
    seen, answers = once[-1], [[describe(one.value) for one in each] for each in (once, again, elsewhere)]
    expect.that(answers[0] == answers[1], seen, "answers_by_chance")
    expect.that(len(set(answers[0])) > 1, seen, "answer_always", got=answers[0][0], count=len(answers[0]))
    expect.that(answers[0] != answers[2], seen, "answers_without_model")


def _asked(lab: Lab, model: Handle) -> list[Evidence]:
    """Ask about all the images."""
    sent, asked = [TensorValue.of(image) for image in images(lab.seed)], "predict(model, image, device)"
    return [lab.call("predict", model, image, lab.device(), asked=asked) for image in sent]
