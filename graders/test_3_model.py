"""Part `model`: what `build_model` computes, whatever it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from graders.harness.judge import expect
from graders.measuring import inputs, measure, oracle, work

if TYPE_CHECKING:
    from graders.measuring.pieces import Lab

pytestmark = pytest.mark.part("model")

MOST_WEIGHTS = 0.9  # of all: two may be the same by chance, and one may be zero


@pytest.mark.parametrize("sizes", [(1, 1), (2, 90), (101, 400)], ids=["one", "some", "many"])
def test_any_batch_gets_ten_logits_an_image(lab: Lab, seed: int, sizes: tuple[int, int]) -> None:
    """`[B, 784]` becomes `[B, 10]` for any B."""
    size = inputs.between(seed, "model batch", *sizes)
    model = measure.built_model(lab)
    expect.tensor(measure.answered(lab, model, oracle.flatten(inputs.random_images(seed, size))), [size, 10])
    work.expect_logits_of_images(lab)


def test_model_has_7850_parameters(lab: Lab) -> None:
    """784 x 10 weights and 10 biases, all trainable."""
    model, sizes = measure.parameter_sizes(lab)
    expect.that(sum(sizes) == oracle.PARAMETERS, model, "parameter_count", got=sum(sizes), sizes=sizes)
    work.expect_logits_of_images(lab)


def test_model_has_a_bias_for_each_digit(lab: Lab, seed: int) -> None:
    """With no pixel set, the logits are the bias: noise on the parameters must show in each of them."""
    model = measure.built_model(lab)
    lab.probe("stir", model.value, lab.told, 1.0, of="build_model")
    seen = measure.answered(lab, model, np.zeros((1, 784), np.float32))
    bias = work.as_floats(expect.tensor(seen, [1, 10])).ravel()
    expect.that(np.unique(bias).size == bias.size, seen, "no_bias", got=np.unique(np.round(bias, 6)).tolist())
    work.expect_logits_of_images(lab)


def test_model_returns_logits(lab: Lab) -> None:
    """Logits are weights times pixels plus bias, with no softmax or other curve behind."""
    measure.expect_affine(lab)
    seen, share = work.share_of_weights(lab)
    expect.that(share >= MOST_WEIGHTS, seen, "weights_unused", got=f"{share:.0%}")
    work.expect_logits_of_images(lab)
