"""A disguise changes what digits look like and nothing of what can be learned from them."""

from __future__ import annotations

import numpy as np
import pytest

from graders.measuring import inputs, oracle
from graders.measuring.disguise import Disguise


@pytest.mark.parametrize("seed", range(3))
def test_model_undone_answers_as_it_did(seed):
    """Every logit of a digit in disguise is the logit of its class."""
    disguise, split = Disguise.of(seed), inputs.tiny_split(seed, True)
    drawn = np.random.default_rng(seed)
    model = oracle.Affine(drawn.normal(size=(10, 784)), drawn.normal(size=10))
    worn = disguise.put_on(split)
    plain = disguise.taken_off(model)
    assert np.allclose(model.logits(worn.images)[:, disguise.classes], plain.logits(split.images))
    assert np.array_equal(
        model.predictions(worn.images) == worn.labels, plain.predictions(split.images) == split.labels
    )


def test_training_in_disguise_is_training():
    """From a start that wears it, too, the same weights are reached."""
    disguise, split = Disguise.of(5), inputs.tiny_split(5, True)
    worn = disguise.put_on(split)
    drawn = np.random.default_rng(5)
    start = oracle.Affine(drawn.normal(size=(10, 784)), drawn.normal(size=10))
    trained = [
        oracle.train(model, [(digits.images / 255, digits.labels.astype(int))] * 3, 0.1).model
        for model, digits in ((start, worn), (disguise.taken_off(start), split))
    ]
    assert np.allclose(disguise.taken_off(trained[0]).weights, trained[1].weights)
    assert np.allclose(disguise.taken_off(trained[0]).bias, trained[1].bias)


def test_another_seed_wears_another():
    """Nobody knows it beforehand."""
    one, other = Disguise.of(0), Disguise.of(1)
    assert (one.pixels != other.pixels).any()
    assert (one.classes != other.classes).any()
