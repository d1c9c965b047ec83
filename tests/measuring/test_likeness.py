"""An image is known whatever was done to it, and nothing else is taken for one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from graders.measuring import inputs, likeness
from graders.mistakes.formulas import image_changes

if TYPE_CHECKING:
    from collections.abc import Callable

DIGITS = inputs.tiny_split(0, True).images / 255
HUGE = 3e38  # near the end of float32


@pytest.mark.parametrize("number", range(len(image_changes.ALL)))
def test_changed_image_is_like_its_own_digit(number: int) -> None:
    """However a slip changes the pixels, three in four images at least are known, and none is taken for another."""
    which, like = likeness.nearest(image_changes.ALL[number](DIGITS), DIGITS)
    assert like.mean() >= 0.75 - 0.01
    assert np.array_equal(which[like], np.flatnonzero(like))


def test_each_image_may_have_a_scale_of_its_own() -> None:
    """An image by itself has no scale."""
    scales = np.geomspace(1e-30, 1e30, len(DIGITS))[:, None, None]
    which, like = likeness.nearest(DIGITS * scales, DIGITS)
    assert like.sum() > 0
    assert np.array_equal(which[like], np.flatnonzero(like))


NOTHING: dict[str, Callable[[], Any]] = {
    "zeros": lambda: np.zeros((40, 28, 28)),
    "a constant with rounding": lambda: np.full((40, 28, 28), 0.1),
    "noise": lambda: np.random.default_rng(0).random((40, 28, 28)),
    "sparse noise": lambda: inputs.random_images(99, 40)[:, 0],
    "other digits": lambda: inputs.tiny_split(0, True, other=True).images,
    "the test digits": lambda: inputs.tiny_split(0, False).images,
    "infinite": lambda: np.full((40, 28, 28), HUGE),
    "a slope": lambda: np.broadcast_to(np.arange(28.0), (40, 28, 28)),
}


@pytest.mark.parametrize("name", NOTHING)
def test_what_is_no_digit_is_like_none(name: str) -> None:
    """Neither a constant nor noise nor another digit is."""
    assert not likeness.nearest(NOTHING[name](), DIGITS)[1].any()


def test_no_images_are_like_nothing() -> None:
    """Nothing is divided by their number."""
    which, like = likeness.nearest(np.empty((0, 28, 28)), DIGITS)
    assert (len(which), len(like)) == (0, 0)


@pytest.mark.parametrize(
    ("shape", "known"),
    [
        *[(shape, True) for shape in ((28, 28), (784,), (1, 784), (28, 28, 1), (3, 28, 28), (28, 28, 4))],
        *[(shape, False) for shape in ((), (0,), (783,), (2, 28, 28), (32, 32), (0, 28, 28))],
    ],
)
def test_an_image_has_784_pixels_in_any_layout(shape: tuple[int, ...], known: bool) -> None:
    """Channels become their mean."""
    found = likeness.square(np.ones(shape))
    assert (found is not None) == known
    assert found is None or np.array_equal(found, np.ones((28, 28)))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_dark(value: float) -> None:
    """No arithmetic goes wrong over it."""
    found = likeness.square(np.full((28, 28), value))
    assert found is not None
    assert np.array_equal(found, np.zeros((28, 28)))


@pytest.mark.parametrize("dtype", ["bool", "uint8", "complex64", "float16", "int64"])
def test_any_dtype_is_read(dtype: str) -> None:
    """Complex numbers by their real part."""
    found = likeness.square(np.ones((28, 28), dtype))
    assert found is not None
    assert found.dtype == np.float64


def test_digits_in_another_order_are_put_in_order() -> None:
    """Also where they were changed."""
    shuffled = np.random.default_rng(0).permutation(len(DIGITS))
    for change in (lambda x: x, lambda x: 1 - x, partial(np.swapaxes, axis1=1, axis2=2)):
        assert np.array_equal(likeness.order(change(DIGITS)[shuffled], DIGITS), shuffled)


def test_digits_that_do_not_all_come_once_keep_their_order() -> None:
    """Then nothing can be told about an order."""
    again = np.concatenate([DIGITS[:1], DIGITS[:-1]])
    assert np.array_equal(likeness.order(again, DIGITS), np.arange(len(DIGITS)))
    assert np.array_equal(likeness.order(DIGITS[:-1], DIGITS), np.arange(len(DIGITS)))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("train", [True, False])
def test_tiny_digits_differ_and_so_do_their_brightest_pixels(seed: int, train: bool) -> None:
    """All of them have 0 and 255, and some are dimmer; no two are alike, in both roots together."""
    splits = [inputs.tiny_split(seed, split, other) for split in (True, False) for other in (False, True)]
    images = inputs.tiny_split(seed, train).images
    assert (images.min(), images.max()) == (0, 255)
    assert len(set(images.max(axis=(1, 2)))) > 1
    assert sum(len(split.labels) for split in splits) == len({i.tobytes() for split in splits for i in split.images})
