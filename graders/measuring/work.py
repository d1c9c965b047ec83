"""Whether a function does its work at all: what a check has to have seen before anything else about it earns points.

A constant of the right shape, a model that answers without looking, an accuracy that nobody measured: each has some
property that a check asks for, and none of the work that the property is one of. So every check of such a function
ends by asking for the work itself. What is expected here is far less than right: a slip passes it.
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from graders.harness.base.errors import CheckFailed
from graders.harness.base.model import Evidence, TensorValue
from graders.harness.judge import expect
from graders.harness.judge.looks import remembered

from . import arranged, inputs, measure, oracle, trainings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .pieces import Lab

LESSONS_BATCH = 100  # images: what is right for the lesson's own batches is work, too
WHITE_PIXELS = (10, 20, 40, 80, 160, 320)  # of each image; fewer than half
LEAST_MOVED = 784 // 8  # numbers that change with an image: rounded or cut, it still changes as many
COSTS = 7  # images
FEWEST_WEIGHTS = 0.05  # of all: a model that looks at fewer does not look at the image
OTHER_MODELS = range(1, 5)
SPREAD = 0.3  # of the noise on a model's parameters, so that one which starts from zeros answers something, too


# ---- reshape


@remembered
def expect_flattening(lab: Lab) -> None:
    """Expect the numbers that come back to change with the pixels of one image, each in its own way, and only then."""
    given = np.random.default_rng(lab.seed + 50).random((LESSONS_BATCH + 1, 1, 28, 28), np.float32)
    first = given[:-1]
    (seen, rows), (_, again) = (_numbers(measure.flattened(lab, first)) for _ in range(2))
    expect.that(rows.shape != first.shape, seen, "not_flattened", shape=list(first.shape))
    other = given[1:].copy()
    if rows.size >= first.size:  # images that are left out are judged elsewhere
        other[:-1] = first[:-1]
    _, moved = _numbers(measure.flattened(lab, other))
    # What nobody wrote, as torch.empty has it, is something else each time.
    same = moved.shape == rows.shape and np.array_equal(rows, again, equal_nan=True)
    changes = (moved - rows)[moved != rows] if same else np.zeros(0)
    expect.that(np.unique(changes).size > 1 and changes.size >= LEAST_MOVED, seen, "pixels_ignored")
    expect.that(_follows_the_pixels(lab), seen, "pixels_ignored")


def _follows_the_pixels(lab: Lab) -> bool:
    """Tell whether more white pixels on black make more numbers that stand out, in an order that the seed draws.

    Wherever the pixels go, and whether they are scaled, inverted, rounded or cut on the way, they do.
    """
    dice = np.random.default_rng(lab.seed + 51)
    asked = dice.permutation(WHITE_PIXELS).tolist()
    found = {white: _standing_out(lab, dice, white) for white in asked}
    return [found[white] for white in WHITE_PIXELS] == sorted(set(found.values()))


def _standing_out(lab: Lab, dice: np.random.Generator, white: int) -> int:
    """Return how many of the numbers that images become are far from most of them."""
    images = dice.permuted(np.tile(np.float32(np.arange(784) < white), (LESSONS_BATCH, 1)), axis=1)
    _, rows = _numbers(measure.flattened(lab, images.reshape(-1, 1, 28, 28)))
    if not rows.size:
        return 0
    far = int((rows > (rows.min() + rows.max()) / 2).sum())
    return min(far, rows.size - far)


def _numbers(seen: Evidence) -> tuple[Evidence, NDArray[np.float64]]:
    """Return the numbers that were answered, of whatever kind; expects some."""
    value = seen.value.array if isinstance(seen.value, TensorValue) else seen.value
    if not isinstance(value, np.ndarray):
        value = np.asarray(expect.number(seen))
    return seen, as_floats(value)


def as_floats(array: NDArray[Any]) -> NDArray[np.float64]:
    """Return numbers, or truth values, as float64; of complex ones their real parts."""
    return np.real(array).astype(np.float64)


# ---- model


@remembered
def expect_logits_of_images(lab: Lab) -> None:
    """Expect a model's answers to change with the image, and with its parameters.

    One that raises is none of this: what it raises fails in the checks that ask it for something.
    """
    model = measure.built_model(lab)
    rows = TensorValue.of(oracle.flatten(inputs.random_images(lab.seed + 51, 5)))
    asked = f"build_model()(tensor {list(rows.shape)})"
    try:
        probe = lab.probe("logits_of_two_starts", model.value, lab.told, SPREAD, rows, of="build_model", asked=asked)
    except CheckFailed as failed:
        if type(failed) is not CheckFailed:
            raise
        return
    before, after = (_numbers(replace(probe, value=part))[1] for part in cast("list[object]", probe.value))
    if _are_alike(before) or _are_alike(after):
        expect.that(_is_unregistered(lab, model), probe, "images_ignored")
    elif np.array_equal(before, after, equal_nan=True):
        expect.that(_is_unregistered(lab, model), probe, "parameters_ignored")
    try:
        seen, share = share_of_weights(lab)
    except CheckFailed as failed:
        if type(failed) is not CheckFailed:
            raise
        return  # what has other outputs, say
    expect.that(share >= FEWEST_WEIGHTS or _is_unregistered(lab, model), seen, "weights_unused", got=f"{share:.0%}")


@remembered
def share_of_weights(lab: Lab) -> tuple[Evidence, float]:
    """Return which share of the 7,840 pairs of pixel and digit have a weight of their own in the model's answers.

    Raises CheckFailed where its answers have no weights to be read off.
    """
    model = measure.built_model(lab)
    asked = "build_model()(each pixel by itself)"
    seen = lab.probe("weights_in_use", model.value, lab.told, of="build_model", asked=asked)
    weights = expect.tensor(seen, [10, 784])
    used = sum(np.unique(row[row != 0]).size for row in as_floats(weights))  # NaN is one, too
    return seen, used / weights.size


def _is_unregistered(lab: Lab, model: Evidence) -> bool:
    """Tell whether a model has tensors, but no parameters: nobody can change them from here, and all may be zero.

    That is another mistake.
    """
    loose = lab.probe("loose", model.value, of="build_model", asked="build_model()").value
    return bool(loose) and not measure.parameter_sizes(lab)[1]


def _are_alike(answers: NDArray[np.float64]) -> bool:
    return answers.ndim > 0 and np.array_equal(answers, np.broadcast_to(answers[:1], answers.shape), equal_nan=True)


# ---- loss


@remembered
def expect_cost_of_answers(lab: Lab) -> None:
    """Expect a cost to change with the logits, and with the labels unless it bends at least; and with nothing else.

    A number made of the logits alone, and in proportion to them, knows nothing of right and wrong.
    """
    (logits, labels), (fresh, _) = (inputs.random_logits(lab.seed + turn, COSTS) for turn in (52, 53))
    seen, known = _cost(lab, logits, labels)
    again = measure.asked_of_criterion(lab, "cost", logits, labels, len(logits), ", again")
    same = np.array_equal(known, np.sum(_numbers(again)[1]), equal_nan=True)
    expect.that(same, again, "answers_by_chance")
    others = (fresh, labels), (logits, (labels + 1) % 10), (2 * logits, labels)
    other_logits, other_labels, twice = (_cost(lab, *asked)[1] for asked in others)
    expect.that(abs(other_logits - known) > measure.COST_ATOL, seen, "logits_ignored")
    bends = abs(twice - 2 * known) > measure.COST_ATOL
    expect.that(bends or abs(other_labels - known) > measure.COST_ATOL, seen, "labels_ignored")


def _cost(lab: Lab, logits: NDArray[np.float32], labels: NDArray[np.int64]) -> tuple[Evidence, float]:
    seen = measure.cost(lab, logits, labels)
    return seen, float(np.sum(_numbers(seen)[1]))


# ---- training


@remembered
def expect_epoch_of_batches(lab: Lab) -> None:
    """Expect an epoch to train on its batches: to ask for the costs of several, or to move the weights by some.

    One that raises has to have asked for a cost before.
    """
    try:
        seen = trainings.held(lab)
    except CheckFailed as failed:
        if type(failed) is CheckFailed and _costs_asked(lab, "train_epoch").value:
            return
        raise
    at_work = seen.costs > 1 or (seen.moved and (seen.costs or _moves_by_batches(lab)))
    if measure.is_generator(seen.evidence):
        at_work = len(cast("list[float]", _costs_asked(lab, "train_epoch").value)) > 1
    expect.that(at_work, seen.evidence.beside, "batches_ignored", batches=measure.STEPS)


def _costs_asked(lab: Lab, function: str) -> Evidence:
    """Return the costs that a training asked for, also where it raised afterwards, or was a generator to be run."""
    lab.require(function)
    criterion = lab.noting_criterion()
    with contextlib.suppress(CheckFailed):
        seen = measure.trained(lab, function, criterion=criterion).evidence
        if measure.is_generator(seen):
            lab.probe("exhausted", seen.value, of=function)
    asked = f"{function}(model, data_loader, criterion, optimizer, device)"
    return lab.probe("costs_noted", criterion, of=function, asked=asked)


def _moves_by_batches(lab: Lab) -> bool:
    """Tell whether more batches move the weights elsewhere, and the same ones to the same place; dice fall alike."""
    few, many = (measure.trained(lab, "train_epoch", steps=steps).got.weights for steps in (1, measure.STEPS))
    again = measure.trained(lab, "train_epoch", again=True).got.weights
    return not np.array_equal(few, many) and np.array_equal(many, again, equal_nan=True)


def is_wrong_but_trains(lab: Lab) -> bool:
    """Tell whether an epoch leaves other weights than it should, though it trains on its batches.

    Raises CheckFailed where it does not, or does not even end.
    """
    try:
        trainings.expect_epochs_weights(lab)
    except CheckFailed as failed:
        if type(failed) is not CheckFailed:
            raise
        expect_epoch_of_batches(lab)
        return True
    return False


@remembered
def expect_training_of_epochs(lab: Lab) -> None:
    """Expect a training to ask for the costs of its batches, whatever becomes of it."""
    asked = _costs_asked(lab, "train")
    expect.that(len(cast("list[float]", asked.value)) > 1, asked, "batches_ignored", batches=measure.STEPS)


# ---- evaluation


@remembered
def expect_examination(lab: Lab) -> None:
    """Expect what `evaluate` says, or at least prints, to change with the digits and with the model, and only then."""
    seen = arranged.evaluated(lab, arranged.agreeing)
    again = arranged.evaluated(lab, arranged.agreeing, again=True)
    expect.that(_said(seen) == _said(again), again.evidence.beside, "answers_by_chance")
    # One other answer is enough, so the rest is asked only where a wrong share has met itself by chance.
    digits = (arranged.evaluated(lab, choose) for choose in arranged.OTHERS)
    expect.that(any(_said(seen) != _said(other) for other in digits), seen.evidence.beside, "digits_ignored")
    models = (arranged.evaluated(lab, arranged.agreeing, other_model=number) for number in OTHER_MODELS)
    expect.that(any(_said(seen) != _said(other) for other in models), seen.evidence.beside, "model_ignored")


def _said(seen: arranged.Evaluated) -> tuple[str, str]:
    value = seen.evidence.value
    numbers = as_floats(value.array).tolist() if isinstance(value, TensorValue) else value
    return repr(numbers), seen.evidence.stdout
