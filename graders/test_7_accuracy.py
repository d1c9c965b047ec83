"""Part `accuracy`: a short training, examined by the judge on digits whose labels never leave it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from graders.harness.base.errors import CheckFailed
from graders.harness.base.model import TensorValue
from graders.harness.judge import expect
from graders.measuring import measure, showing, work

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from graders.digits.find import Digits
    from graders.harness.base.model import Handle
    from graders.harness.judge.rubric import Rubric
    from graders.measuring.pieces import Lab

pytestmark = pytest.mark.part("accuracy")

BATCH = 100  # the lesson's


def test_short_training_reaches_the_minimum_accuracy(
    lab: Lab, rubric: Rubric, find_digits: Callable[[], Digits]
) -> None:
    """After a few epochs over some thousand digits the model knows most of the digits that it never saw."""
    lab.require("train", "train_epoch")
    digits = find_digits()
    lab.notes.data = digits.source
    showing.costs(lab, digits.train)
    epochs = int(rubric.thresholds["accuracy_epochs"])
    minimum = rubric.thresholds["accuracy_minimum"]
    pieces = _pieces(lab, digits)
    asked = f"train(model, data_loader, criterion, optimizer, device, {epochs})"
    try:
        seen = lab.call("train", *pieces, epochs, asked=asked)
        got, logits = _examine(lab, pieces[0], digits)
    except CheckFailed as failed:
        if failed.failure.key != "raised" or lab.sound("train"):
            raise
        got = 0.0
    if got < minimum and not lab.sound("train"):
        # Its mistake is charged in its own part; whether epochs teach the model can be seen without it.
        work.expect_training_of_epochs(lab)
        lab.notes.standins.add("train")
        pieces = _pieces(lab, digits)
        seen = lab.probe("train_epochs", *pieces, epochs, of="train", asked=asked)
        got, logits = _examine(lab, pieces[0], digits)
    lab.notes.figures["accuracy"] = got
    showing.weights(lab, pieces[0])
    showing.answers(lab, logits, digits.test)
    params = {"minimum": f"{minimum:.2f}", "got": f"{got:.4f}", "count": len(logits)}
    expect.that(got >= minimum, seen, "accuracy_low", **params)


def _pieces(lab: Lab, digits: Digits) -> tuple[Handle, ...]:
    """Return model, data loader, criterion, optimizer and device for a training over the training digits."""
    lab.ready("train", "build_optimizer")
    model = lab.model()
    loader = lab.data_loader(lab.dataset(digits.train, train=True), BATCH)
    return model, loader, lab.criterion(), lab.optimizer(model, measure.LEARNING_RATE), lab.device()


def _examine(lab: Lab, model: Handle, digits: Digits) -> tuple[float, NDArray[np.float64]]:
    """Return the share of the test digits that a model reads rightly, and its logits `[N, 10]`."""
    # As bytes: as float32 they would be 31 MB.
    read = lab.probe("digit_logits", model, TensorValue.of(digits.test.images), of="build_model")
    logits = expect.tensor(read, [len(digits.test.images), 10])
    return float(np.mean(logits.argmax(axis=1) == digits.test.labels)), logits
