"""Part `accuracy`: a short training, examined by the judge on digits whose labels never leave it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from graders.harness.base.model import TensorValue
from graders.harness.judge import expect
from graders.measuring import measure, showing

if TYPE_CHECKING:
    from collections.abc import Callable

    from graders.digits.find import Digits
    from graders.harness.judge.rubric import Rubric
    from graders.measuring.pieces import Lab

pytestmark = pytest.mark.part("accuracy")

BATCH = 100  # the lesson's


def test_short_training_reaches_the_minimum_accuracy(
    lab: Lab, rubric: Rubric, find_digits: Callable[[], Digits]
) -> None:
    """After a few epochs over some thousand digits the model knows most of the digits that it never saw."""
    lab.require("train", "train_epoch")
    model = lab.model()
    lab.probe("restart", model, lab.seed, of="build_model")  # where weights start is no part of the contract
    digits = find_digits()
    lab.notes.data = digits.source
    showing.costs(lab, digits.train)
    epochs = int(rubric.thresholds["accuracy_epochs"])
    loader = lab.data_loader(lab.dataset(digits.train, train=True), BATCH)
    pieces = (model, loader, lab.criterion(), lab.optimizer(model, measure.LEARNING_RATE), lab.device())
    seen = lab.call(
        "train", *pieces, epochs, asked=f"train(model, data_loader, criterion, optimizer, device, {epochs})"
    )
    # As bytes: as float32 they would be 31 MB.
    read = lab.probe("digit_logits", model, TensorValue.of(digits.test.images), of="build_model")
    logits = expect.tensor(read, [len(digits.test.images), 10])
    got = float(np.mean(logits.argmax(axis=1) == digits.test.labels))
    lab.notes.figures["accuracy"] = got
    showing.weights(lab, model)
    showing.answers(lab, logits, digits.test)
    minimum = rubric.thresholds["accuracy_minimum"]
    params = {"minimum": f"{minimum:.2f}", "got": f"{got:.4f}", "count": len(logits)}
    expect.that(got >= minimum, seen, "accuracy_low", **params)
