"""What later parts need of each function: a few numbers against the oracle, seen before the function is relied on.

Each raises CheckFailed or Unwritten where the function is not sound; a part's own checks say precisely what is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from graders.harness.judge import expect

from . import inputs, measure, oracle, serving, trainings, work

if TYPE_CHECKING:
    from collections.abc import Callable

    from graders.harness.base.model import Handle

    from .pieces import Lab

LESSONS_BATCH = 100  # images


def load_mnist(lab: Lab) -> None:
    """Expect both splits to have their own digits, scaled, with int labels."""
    for train in (True, False):
        seen = serving.loaded(lab, train)
        expect.equal(seen.evidence, len(inputs.tiny_split(lab.seed, train).labels), seen.length)
        expect.close(seen.evidence, serving.pixels(seen), seen.split.images / 255, measure.PIXEL_ATOL)
        for index, label in enumerate(seen.split.labels):
            image, got = serving.pair(seen, index)
            expect.equal(seen.evidence, ((1, 28, 28), "float32"), (image.shape, image.dtype))
            expect.equal(seen.evidence, int(label), got)


def make_data_loader(lab: Lab) -> None:
    """Expect an epoch to have full batches of whole pairs, each at most once, in an order of its own; and a length.

    The digits have to be those of the data set that is given, also where others were loaded.
    """
    size, full = inputs.tiny(lab.seed).batch, inputs.tiny(lab.seed).full
    sources: tuple[serving.Source, ...] = "own", "between"
    for source in sources:
        seen = serving.served(lab, size, source)
        orders = [serving.order(seen, epoch) for epoch in (0, 1)]
        forms = [(x.shape, x.dtype, y.shape, y.dtype) for epoch in (0, 1) for x, y in serving.batches(seen, epoch)]
        whole = forms == [((size, 1, 28, 28), "float32", (size,), "int64")] * (2 * full)
        paired = serving.served_labels(seen, 0) == [int(seen.split.labels[index]) for index in orders[0]]
        distinct = len(set(orders[0])) == len(orders[0])
        expect.that(whole and paired and distinct and orders[0] != orders[1], seen.evidence, "unsound")
    expect.equal(serving.told_length(lab, size), full)


def flatten_images(lab: Lab) -> None:
    """Expect batches of one and of several to come back as rows, in order; and one as the lesson has them."""
    for images in (*(inputs.random_images(lab.seed, size) for size in (1, 3)), inputs.written(lab.seed, LESSONS_BATCH)):
        seen = measure.flattened(lab, images)
        expect.close(seen, expect.tensor(seen, [len(images), 784], "float32"), oracle.flatten(images), 0.0)


def build_model(lab: Lab) -> None:
    """Expect the model to be affine, with a bias, to answer images with logits, and to learn as the oracle does.

    It does where each parameter is just one of the oracle's. One that divides its logits by 784, say, is affine and
    right, but its steps are other ones.
    """
    seen, sizes = measure.parameter_sizes(lab)
    expect.that(sum(sizes) == oracle.PARAMETERS, seen, "unsound")
    measure.expect_affine(lab)
    work.expect_logits_of_images(lab)
    model = measure.built_model(lab)
    expect.that(lab.layout(cast("Handle", model.value)) is not None, model, "unsound")


def build_criterion(lab: Lab) -> None:
    """Expect cost and gradient to be those of the mean cross-entropy."""
    logits, labels = inputs.random_logits(lab.seed, 12)  # every digit is among the labels of so many
    seen = measure.cost(lab, logits, labels)
    expect.close(seen, expect.tensor(seen, []), oracle.cross_entropy(logits, labels), measure.COST_ATOL)
    gradient = measure.cost_gradient(lab, logits, labels)
    expected = oracle.logit_gradient(logits, labels)
    expect.close(gradient, expect.tensor(gradient, [12, 10]), expected, measure.COST_ATOL)


def build_optimizer(lab: Lab) -> None:
    """Expect the steps to be those of plain SGD, at any learning rate."""
    for rate, gradients in (
        (measure.LEARNING_RATE, measure.GRADIENTS),
        (measure.other_rate(lab.seed), measure.GRADIENTS[:1]),
    ):
        seen = measure.stepped(lab, rate, gradients)
        expected = np.broadcast_to(-rate * np.asarray(gradients), seen.steps.shape)
        expect.close(seen.evidence, seen.steps, expected, measure.STEP_ATOL)


def train_epoch(lab: Lab) -> None:
    """Expect an epoch to leave the oracle's weights, with the pieces that it is given, and to return the mean cost."""
    seen = measure.trained(lab, "train_epoch", bare=True)
    trainings.expect_weights(seen)
    cost = expect.plain_float(seen.evidence)
    expect.close(seen.evidence, cost, seen.expected[0].cost, measure.COST_ATOL)
    trainings.expect_epochs_weights(lab)
    trainings.expect_given_pieces(lab, "train_epoch")


def train(lab: Lab) -> None:
    """Expect several epochs to leave the oracle's weights, with the pieces that are given."""
    rate = measure.other_rate(lab.seed)
    trainings.expect_weights(measure.trained(lab, "train", epochs=trainings.EPOCHS, learning_rate=rate, bare=True))
    trainings.expect_given_pieces(lab, "train")


OF: dict[str, Callable[[Lab], None]] = {
    function.__name__: function
    for function in (
        load_mnist,
        make_data_loader,
        flatten_images,
        build_model,
        build_criterion,
        build_optimizer,
        train_epoch,
        train,
    )
}
