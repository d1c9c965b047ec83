"""Part `accuracy`: a short training on digits in disguise; the weights are examined by the judge itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from graders.harness.base.errors import CheckFailed
from graders.harness.judge import expect
from graders.measuring import measure, showing, work
from graders.measuring.disguise import Disguise

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from graders.digits.find import Digits, Split
    from graders.harness.base.model import Handle
    from graders.harness.judge.rubric import Rubric
    from graders.measuring.oracle import Affine
    from graders.measuring.pieces import Lab

pytestmark = pytest.mark.part("accuracy")

BATCH = 20  # as many steps as by the lesson's 100 over fewer digits: to fetch those takes most of the time


def test_short_training_reaches_the_minimum_accuracy(
    lab: Lab, rubric: Rubric, find_digits: Callable[[], Digits]
) -> None:
    """After a few epochs over some thousand digits the model knows most of the digits that it never saw."""
    lab.require("train", "train_epoch")
    digits, disguise = find_digits(), Disguise.of(lab.seed)
    lab.notes.data = digits.source
    showing.costs(lab, digits.train)
    epochs = int(rubric.thresholds["accuracy_epochs"])
    minimum = rubric.thresholds["accuracy_minimum"]
    worn = disguise.put_on(digits.train)
    pieces = _pieces(lab, worn)
    asked = f"train(model, data_loader, criterion, optimizer, device, {epochs})"
    raised: CheckFailed | None = None
    try:
        seen = lab.call("train", *pieces, epochs, asked=asked)
        got, model, logits = _examine(lab, pieces[0], disguise, digits.test)
    except CheckFailed as failed:
        if failed.failure.key != "raised" or lab.sound("train"):
            raise
        raised, got = failed, 0.0
    if got < minimum and not lab.sound("train"):
        # Its mistake is charged in its own part; whether epochs teach the model can be seen without it.
        try:
            work.expect_training_of_epochs(lab)
        except CheckFailed as idle:
            # What stopped it says more than what was left undone.
            raise raised if type(raised) is type(idle) is CheckFailed else idle from None
        lab.notes.standins.add("train")
        pieces = _pieces(lab, worn)
        seen = lab.probe("train_epochs", *pieces, epochs, of="train", asked=asked)
        got, model, logits = _examine(lab, pieces[0], disguise, digits.test)
    lab.notes.figures["accuracy"] = got
    showing.weights(lab, model)
    showing.answers(lab, logits, digits.test)
    params = {"minimum": f"{minimum:.2f}", "got": f"{got:.4f}", "count": len(digits.test.labels)}
    expect.that(got >= minimum, seen, "accuracy_low", **params)


def _pieces(lab: Lab, split: Split) -> tuple[Handle, ...]:
    """Return model, data loader, criterion, optimizer and device for a training over these digits."""
    lab.ready("train", "build_optimizer")
    model = lab.model()
    loader = lab.data_loader(lab.dataset(split, train=True), BATCH)
    return model, loader, lab.criterion(), lab.optimizer(model, measure.LEARNING_RATE), lab.device()


def _examine(lab: Lab, model: Handle, disguise: Disguise, split: Split) -> tuple[float, Affine, NDArray[np.float64]]:
    """Return the share of the digits that a model reads rightly once it is undone, the model undone, its logits."""
    undone = disguise.taken_off(lab.affine(model))
    with np.errstate(all="ignore"):  # nothing learned may be no number at all
        logits = undone.logits_of_digits(split.images)
    return float(np.mean(logits.argmax(axis=1) == split.labels)), undone, logits
