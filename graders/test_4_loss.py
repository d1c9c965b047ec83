"""Part `loss`: what `build_criterion` makes of logits and labels."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest

from graders.harness.judge import expect
from graders.measuring import inputs, measure, oracle, work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from graders.harness.base.model import Evidence
    from graders.measuring.pieces import Lab

pytestmark = pytest.mark.part("loss")

LESSONS_BATCH = 100  # images
FEWEST, MOST = 12, 19  # images of a batch: every digit is among the labels of so many


def batch(seed: int) -> int:
    """Return how many images a batch has."""
    return inputs.between(seed, "cost batch", FEWEST, MOST)


def costs(lab: Lab, logits: NDArray[Any], labels: NDArray[np.int64]) -> Iterator[Evidence]:
    """Ask the student's criterion for the cost of each image, in a batch of its own; raises where that one raises."""
    seen = measure.asked_of_criterion(lab, "costs", logits, labels, size=1)
    for i, value in enumerate(cast("list[object]", seen.value)):
        alone = measure.cost(lab, logits[i : i + 1], labels[i : i + 1]).value if value is None else value
        yield replace(seen, value=alone)


def test_cost_of_one_image_is_its_cross_entropy(lab: Lab, seed: int) -> None:
    """For a single image there is nothing to average: the cost is -log(softmax(logits)[label])."""
    logits, labels = inputs.random_logits(seed, batch(seed))
    for seen, expected in zip(costs(lab, logits, labels), oracle.cross_entropies(logits, labels), strict=True):
        expect.close(seen, expect.number(seen), expected, measure.COST_ATOL)
        expect.unchanged(seen, "logits, labels")


def test_cost_is_the_mean_over_the_batch(lab: Lab, seed: int) -> None:
    """Several images cost the mean of what each costs by itself, however many there are."""
    logits, labels = inputs.random_logits(seed, batch(seed))
    each = list(costs(lab, logits, labels))
    alone = [expect.number(seen) for seen in each]
    # The mean of equal costs is that cost, whatever becomes of a batch: nobody averages here.
    expect.that(not np.ptp(alone) <= measure.COST_ATOL, each[0], "cost_constant", got=f"{alone[0] + 0.0:.4g}")
    for size in (len(labels), 2 * len(labels), LESSONS_BATCH):
        rows = np.arange(size) % len(labels)
        seen = measure.cost(lab, logits[rows], labels[rows])
        expect.close(seen, _mean(seen.value), float(np.mean(np.asarray(alone)[rows])), measure.COST_ATOL)
    work.expect_cost_of_answers(lab)


def _mean(value: object) -> float:
    """Return the number that a cost is; several numbers are no mean, and fail the comparison as NaN."""
    number = expect.as_number(value)
    return float("nan") if number is None else number


def test_cost_is_a_scalar(lab: Lab, seed: int) -> None:
    """One number for the whole batch, with no dimension left."""
    expect.tensor(measure.cost(lab, *inputs.random_logits(seed, batch(seed))), [])
    work.expect_cost_of_answers(lab)


def test_cost_survives_extreme_logits(lab: Lab, seed: int) -> None:
    """Logits of ±10,000 have a finite cost: softmax and logarithm must not be taken one after the other."""
    logits, labels = inputs.extreme_logits(seed, batch(seed))
    for seen, expected in zip(costs(lab, logits, labels), oracle.cross_entropies(logits, labels), strict=True):
        expect.close(seen, expect.number(seen), expected, measure.EXTREME_ATOL)


def test_cost_can_be_differentiated(lab: Lab, seed: int) -> None:
    """The gradient by one image's logits is softmax minus one-hot."""
    logits, labels = inputs.random_logits(seed, 1)
    seen = measure.cost_gradient(lab, logits, labels)
    expect.that(seen.value is not None, seen, "no_gradient")
    expect.close(seen, expect.tensor(seen, [1, 10]), oracle.logit_gradient(logits, labels), measure.COST_ATOL)
