"""The oracle's logits of digits as the files hold them."""

import numpy as np

from graders.measuring.oracle import AT_ONCE, Affine


def test_logits_of_digits_are_those_of_their_scaled_pixels():
    """However many there are: a whole number of times as many as are taken at once, or not."""
    dice = np.random.default_rng(0)
    model = Affine(dice.normal(size=(10, 784)), dice.normal(size=10))
    for count in (1, AT_ONCE, 2 * AT_ONCE + 3):
        images = dice.integers(0, 256, (count, 28, 28), np.uint8)
        found = model.logits_of_digits(images)
        assert found.shape == (count, 10)
        np.testing.assert_allclose(found, (images.reshape(count, 784) / 255) @ model.weights.T + model.bias, rtol=1e-12)
