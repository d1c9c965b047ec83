"""What mistakes make of costs and answers: the formulas give what torch or plain arithmetic gives."""

from __future__ import annotations

import numpy as np
import pytest

from graders.measuring import inputs, oracle
from graders.mistakes.formulas import batchwise, decimals, loops, means
from graders.mistakes.training import epoch_cost

COSTS = (4.0, 2.0, 1.0)


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        (means.pairwise_mean, ((4 / 2 + 2) / 2 + 1) / 2),
        (lambda costs: means.moving(0.5, True, costs), (4 + 2) / 2 / 2 + 1 / 2),
        (lambda costs: means.moving(0.1, False, costs), 0.9 * (0.9 * 0.4 + 0.2) + 0.1),
        (means.divided_by_all, ((4 / 3 + 2) / 3 + 1) / 3),
        (means.divided_by_number, ((4 + 2) / 2 + 1) / 3),
    ],
)
def test_means_gone_wrong(formula, wanted):
    """Each by hand for three costs."""
    assert formula(COSTS) == pytest.approx(wanted)


def test_answers_of_a_batch_are_torchs():
    """A softmax over the images, a column compared with a row, an argmax without a dimension."""
    import torch

    logits, labels = inputs.random_logits(0, 12)
    z, y = torch.tensor(logits, dtype=torch.float64), torch.tensor(labels)
    wide = logits.astype(np.float64)
    assert batchwise.softmax_over_images(wide, labels).sum() == (z.softmax(0).argmax(1) == y).sum()
    assert batchwise.against_all_labels(wide, labels).sum() == z.argmax(1, keepdim=True).eq(y).sum()
    assert batchwise.share_of_all_labels(wide, labels).mean() == pytest.approx(
        z.argmax(1, keepdim=True).eq(y).double().mean().item()
    )
    assert batchwise.one_place_in_all(wide, labels).sum() == (z.argmax() == y).sum()


def test_batches_are_scored_one_by_one():
    """What images share is shared within their batch alone."""
    logits, labels = inputs.random_logits(0, 12)
    wide = logits.astype(np.float64)
    halves = [batchwise.softmax_over_images(wide[part], labels[part]) for part in (slice(6), slice(6, 12))]
    both = batchwise.by_batches(batchwise.softmax_over_images, 6, wide, labels)
    np.testing.assert_array_equal(both, np.concatenate(halves))


@pytest.mark.parametrize("bias", [True, False])
def test_penalty_is_torchs(bias):
    """A step down a cost with the squares of the parameters in it, and that cost."""
    import torch

    generator = np.random.default_rng(3)
    start = oracle.Affine(generator.normal(0, 0.5, (10, 784)), generator.normal(0, 0.5, 10))
    ((images, labels),) = batches = inputs.training_batches(0, 1)
    made = loops.Loop(penalty=loops.Penalty(0.1, bias)).run(start, batches, 0.1)
    w, b = (torch.tensor(part, requires_grad=True) for part in (start.weights, start.bias))
    rows = torch.tensor(oracle.flatten(images).astype(np.float64))
    cost = torch.nn.functional.cross_entropy(rows @ w.T + b, torch.tensor(labels))
    cost = cost + 0.1 * ((w**2).sum() + (b**2).sum() * bias)
    cost.backward()
    assert w.grad is not None
    assert b.grad is not None
    np.testing.assert_allclose(made.model.weights, (w - 0.1 * w.grad).detach().numpy(), atol=1e-12)
    np.testing.assert_allclose(made.model.bias, (b - 0.1 * b.grad).detach().numpy(), atol=1e-12)
    assert made.costs[0] == pytest.approx(cost.item())


def test_rates_and_scripts_are_of_each_step():
    """A loop at two rates, or one that does other things for the second batch."""
    batches = inputs.training_batches(0, 2)
    start = oracle.Affine(np.zeros((10, 784)), np.zeros(10))
    one = oracle.train(start, batches[:1], 0.3).model
    both = oracle.train(one, batches[1:], 0.1).model
    np.testing.assert_allclose(loops.Loop(rates=(0.3, 0.1)).run(start, batches, 9.0).model.weights, both.weights)
    idle = loops.Loop(scripts=(loops.SCRIPT, ("zero", "forward", "backward")))
    np.testing.assert_allclose(idle.run(start, batches, 0.3).model.weights, one.weights)


@pytest.mark.parametrize(
    ("epochs", "mixed_up"),
    [
        ([[3, 1, 2, 1.5, 2.2], [3, 2, 1, 2.5, 1.5, 2.2]], True),  # the first is the largest in both
        ([[3, 1, 2, 1.5, 2.2], [2.7, 3.1, 1, 2.5, 1.5, 2.2]], False),
        ([[3, 1, 2.5, 1.5, 2], [3.1, 1, 2.5, 1.5, 2]], True),  # and the last the one in the middle
    ],
)
def test_costs_that_two_mistakes_would_return_are_known(epochs: list[list[float]], mixed_up: bool) -> None:
    """Then more epochs are asked for."""
    assert epoch_cost.are_mixed_up(epochs) == mixed_up


@pytest.mark.parametrize(
    ("got", "places", "is_of", "is_rounded"),
    [
        (2.3123, 4, True, True),  # of 2.31225, which float32 has as a little less
        (2.3122, 4, True, True),
        (float(np.float32(2.3122)), 4, True, True),
        (2.3124, 4, False, False),
        (2.31226, 4, True, False),
        (2.3, 1, True, True),
        (2.0, 0, True, True),
    ],
)
def test_number_between_two_rounded_ones_may_be_either(got, places, is_of, is_rounded):
    """By chance a cost lies where float32 and float64 round to different sides."""
    assert decimals.is_of(got, 2.31225, places, 1e-6) == is_of
    assert decimals.is_rounded(got, 2.31225, places, 1e-6) == is_rounded
