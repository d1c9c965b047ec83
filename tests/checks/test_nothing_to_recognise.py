"""What questions look like: by nothing cheap can they be told from the lesson's own use of a function."""

from __future__ import annotations

import numpy as np
import pytest

from graders.measuring import inputs


@pytest.mark.parametrize("seed", [0, 5, 2**50])
def test_written_images_are_no_noise(seed: int) -> None:
    """Their edge is black, most pixels are, some are white, and neighbours are alike, as MNIST's are."""
    images = inputs.written(seed, 100)[:, 0]
    assert images.shape == (100, 28, 28)
    assert images.dtype == np.float32
    edge = np.concatenate([images[:, [0, -1]].ravel(), images[:, :, [0, -1]].ravel()])
    assert not edge.any()
    assert (images.max(axis=(1, 2)) == 1).all()
    assert 0.05 < (images > 0).mean() < 0.35
    assert len(np.unique(images.reshape(100, -1), axis=0)) == 100
    noise = inputs.random_images(seed, 100)[:, 0]
    steps = [np.abs(np.diff(each, axis=2)).sum() / each.sum() for each in (images, noise)]
    assert steps[0] < 0.6 * steps[1]


def test_written_images_hang_on_the_seed() -> None:
    """Nobody who knows those of another seed knows these."""
    assert not np.array_equal(inputs.written(1, 3), inputs.written(2, 3))
