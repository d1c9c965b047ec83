"""The digits that `evaluate` is examined with: enough of them, or another model is asked."""

from __future__ import annotations

import numpy as np
import pytest

from graders.measuring import arranged, oracle


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("size", [0.01, 1 / 28, 1.0])
def test_model_that_reads_images_leaves_enough(seed, size):
    """However its weights began, the noise that it gets makes it look at the pixels and at their scale."""
    drawn = np.random.default_rng(seed)
    weights, bias = drawn.uniform(-size, size, (10, 784)), drawn.uniform(-size, size, 10)
    noise = drawn.normal(0, arranged.SPREAD, (10, 784)), drawn.normal(0, arranged.SPREAD, 10)
    assert arranged.make_pool(seed, oracle.Affine(weights + noise[0], bias + noise[1])).is_rich


@pytest.mark.parametrize(
    ("weight", "bias"),
    [(0.0, np.zeros(10)), (0.0, np.arange(10.0)), (1e30, np.arange(10.0)), (np.nan, np.zeros(10))],
    ids=["zeros", "bias-alone", "huge", "nan"],
)
def test_model_that_answers_alike_leaves_too_few(weight, bias):
    """There is nothing to divide by, or nothing that hangs on the scale."""
    weights = np.full((10, 784), weight) * np.linspace(1, 2, 10)[:, None]
    with np.errstate(all="ignore"):
        assert not arranged.make_pool(0, oracle.Affine(weights, bias)).is_rich
