"""Part `training`: the optimizer's steps, an epoch and a whole training, beside the oracle's from the same start."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from graders.harness.judge import expect
from graders.harness.judge.describe import describe
from graders.measuring import devices, measure, trainings, work
from graders.measuring.trainings import EPOCHS

if TYPE_CHECKING:
    from graders.harness.base.model import Evidence
    from graders.harness.judge.messages import Messages
    from graders.measuring.pieces import Lab

pytestmark = pytest.mark.part("training")

EPOCH_LINE = re.compile(r"Epoch: (\d{4}) cost = (\d+\.\d{9})")


@pytest.mark.parametrize("given", [False, True], ids=["default", "given"])
def test_optimizer_honours_the_learning_rate(lab: Lab, given: bool) -> None:
    """The first step is the learning rate times the gradient, for every parameter."""
    learning_rate = measure.other_rate(lab.seed) if given else None
    seen = measure.stepped(lab, learning_rate, (1.0,))
    expected = np.full(seen.steps.shape, -(learning_rate or measure.LEARNING_RATE))
    expect.close(seen.evidence, seen.steps, expected, measure.STEP_ATOL)


def test_optimizer_is_plain_sgd(lab: Lab) -> None:
    """Later steps depend on nothing but the gradient of their moment."""
    seen = measure.stepped(lab, measure.LEARNING_RATE)
    # In units of the first step, whatever its length: that is judged elsewhere.
    first = seen.steps[:, :1]
    expect.that(np.all(first != 0), seen.evidence, "no_step")
    units = seen.steps / first
    expected = np.broadcast_to(np.asarray(measure.GRADIENTS) / measure.GRADIENTS[0], units.shape)
    expect.close(seen.evidence, units, expected, measure.STEP_ATOL / measure.LEARNING_RATE)


def test_one_batch_is_one_step_down_its_gradient(lab: Lab) -> None:
    """After a single batch the weights are the oracle's."""
    trainings.expect_weights(measure.trained(lab, "train_epoch", steps=1))


def test_every_batch_starts_from_a_fresh_gradient(lab: Lab) -> None:
    """After several batches the weights are still the oracle's: no gradient leaks on, no batch is lost."""
    trainings.expect_epochs_weights(lab)


def test_epoch_returns_the_mean_of_the_batch_costs(lab: Lab) -> None:
    """The mean over batches, each cost taken before its step."""
    # A single batch shows whether its cost is taken before the step; several, with steps too short to matter, whether
    # the costs are averaged. Where the steps themselves lead is judged elsewhere.
    # The data loader can do no more than it has to, as the progress bar round it in main.
    for steps, rate in ((1, measure.LEARNING_RATE), (measure.STEPS, measure.NO_RATE)):
        seen = measure.trained(lab, "train_epoch", steps=steps, learning_rate=rate, bare=True)
        expect.close(seen.evidence, expect.number(seen.evidence), seen.expected[0].cost, measure.COST_ATOL)


def test_epoch_uses_the_criterion_it_is_given(lab: Lab, words: Messages) -> None:
    """With a criterion that costs twice as much, the epoch costs twice as much; and it works on a given device."""
    seen = trainings.doubled(lab, "train_epoch", measure.LEARNING_RATE)
    expect.close(seen.evidence, expect.number(seen.evidence), 2 * seen.expected[0].cost, 2 * measure.COST_ATOL)
    work.expect_epoch_of_batches(lab)
    devices.expect_device(lab, "train_epoch", words)


def test_epoch_returns_a_float_without_a_graph(lab: Lab) -> None:
    """A tensor would keep the graph of its batch alive, also one that is only kept until the epoch's end."""
    seen = trainings.held(lab)
    expect.plain_float(seen.evidence)
    expect.that(not seen.too_many, seen.evidence, "graphs_held", got=seen.graphs, batches=measure.STEPS)
    work.expect_epoch_of_batches(lab)


@pytest.mark.parametrize("epochs", [None, EPOCHS], ids=["default", "given"])
def test_training_returns_one_cost_an_epoch(lab: Lab, epochs: int | None) -> None:
    """`train` returns a list of `training_epochs` floats, by default 15: the costs of its epochs."""
    # The default's many epochs are of two steps; the others are those that the checks of what is printed look at, too.
    seen = (
        measure.trained(lab, "train", epochs=epochs)
        if epochs
        else measure.trained(lab, "train", 2, bare=True, epochs=None)
    )
    costs = seen.evidence.value
    wanted = [epoch.cost for epoch in seen.expected]
    if not isinstance(costs, list) or len(costs) != len(wanted):
        expect.fail(seen.evidence, "list_of_floats", count=len(wanted), got=describe(costs))
    got = [expect.plain_float(seen.evidence, cost) for cost in costs]
    expect.close(seen.evidence, got, wanted, measure.COST_ATOL)


def test_training_goes_through_every_epoch(lab: Lab) -> None:
    """After `training_epochs` epochs of the given pieces the weights are the oracle's."""
    trainings.expect_weights(measure.trained(lab, "train", epochs=EPOCHS, learning_rate=measure.other_rate(lab.seed)))
    trainings.expect_given_pieces(lab, "train")
    seen, orders = trainings.orders(lab)
    expect.that(not trainings.are_seeded(orders), seen.beside, "same_order", epochs=len(orders))


def test_training_prints_a_line_an_epoch(lab: Lab) -> None:
    """`Epoch: 0001 cost = 0.535468459`: number from 1 in four digits, mean cost in nine decimals."""
    seen = measure.trained(lab, "train", epochs=EPOCHS)
    lines = [EPOCH_LINE.fullmatch(line.strip()) for line in seen.evidence.stdout.splitlines()]
    found = [(int(match[1]), float(match[2])) for match in lines if match]
    wanted = [(number, epoch.cost) for number, epoch in enumerate(seen.expected, 1)]
    close = [abs(cost - truth) <= measure.COST_ATOL for (_, cost), (_, truth) in zip(found, wanted, strict=False)]
    if [number for number, _ in found] == [number for number, _ in wanted]:  # right but for the numbers, at most
        wrong = next((place for place, fits in enumerate(close) if not fits), None)
        if wrong is not None:
            expected, got = _epoch_line(*wanted[wrong]), _epoch_line(*found[wrong])
            expect.fail(seen.evidence.beside, "printed_number", expected=expected, got=got, number=wrong + 1)
        return
    misnumbered = (repr(_epoch_line(*one)) for one, two in zip(found, wanted, strict=False) if one[0] != two[0])
    expected, got = _epoch_line(*wanted[0]), _first_wrong_line(seen.evidence) or next(misnumbered, "")
    if not got:
        expect.fail(seen.evidence.beside, "printed_count", expected=expected, count=EPOCHS, got=len(found))
    expect.fail(seen.evidence.beside, "printed", expected=expected, count=EPOCHS, got=got)


def _epoch_line(number: int, cost: float) -> str:
    return f"Epoch: {number:04d} cost = {cost:.9f}"


def test_training_says_when_it_is_finished(lab: Lab) -> None:
    """After the last epoch's line comes `Learning finished`; what else is printed is nobody's business."""
    seen = measure.trained(lab, "train", epochs=EPOCHS).evidence
    lines = [line.strip() for line in seen.stdout.splitlines() if line.strip()]
    last_epoch = max((number for number, line in enumerate(lines) if EPOCH_LINE.fullmatch(line)), default=-1)
    finished = "Learning finished" in lines[last_epoch + 1 :] and lines.count("Learning finished") == 1
    expect.that(finished, seen.beside, "last_line", got=repr(lines[-1] if lines else ""))
    work.expect_training_of_epochs(lab)


def _first_wrong_line(evidence: Evidence) -> str:
    """Return the first printed line that is neither an epoch's nor the last one, nothing where there is none."""
    lines = (line.strip() for line in evidence.stdout.splitlines())
    wrong = (line for line in lines if line and line != "Learning finished" and not EPOCH_LINE.fullmatch(line))
    return next((repr(line) for line in wrong), "")
