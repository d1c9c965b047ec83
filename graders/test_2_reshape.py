"""Part `reshape`: `flatten_images` on batches of any size and content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np
import pytest

from graders.harness.judge import expect
from graders.measuring import inputs, measure, oracle, showing

if TYPE_CHECKING:
    from collections.abc import Callable

    from graders.measuring.pieces import Lab

pytestmark = pytest.mark.part("reshape")

EXAMPLES = 25  # of each property; a call takes 1 ms
LARGEST_BATCH = 130  # above the lesson's 100, which may be written down as a number
DTYPES = ("float32", "float64", "float16", "uint8")


def for_any_images(seed: int, check: Callable[[Any], None]) -> None:
    """Run `check` on images `[B, 1, 28, 28]` that hypothesis chooses, the same ones for the same seed."""
    import hypothesis
    from hypothesis import strategies
    from hypothesis.internal.conjecture import providers
    from hypothesis.internal.constants_ast import Constants

    raised: list[BaseException] = []

    def noting(images: Any) -> None:
        try:
            check(images)
        except BaseException as error:
            raised.append(error)
            raise

    sizes = strategies.integers(2, LARGEST_BATCH)
    dark, bright = strategies.floats(0, 1, width=32), strategies.floats(0, 1, width=32)
    # Pixels come from a seed: drawing 100,000 of them one by one takes hypothesis a tenth of a second an example.
    images = strategies.builds(_images, sizes, dark, bright, strategies.integers(0, 2**32 - 1))
    settings = hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,  # nothing may be remembered from one grading to the next
        phases=[hypothesis.Phase.generate],  # its first examples are simple already; shrinking others takes seconds
        suppress_health_check=list(hypothesis.HealthCheck),
        report_multiple_bugs=False,
        verbosity=hypothesis.Verbosity.quiet,
    )
    # It tries numbers that it finds in the sources of imported modules. What is imported depends on where the grader is
    # installed and on what else it grades; the images must not.
    with mock.patch.object(providers, "_get_local_constants", return_value=Constants(), create=True):
        try:
            hypothesis.seed(seed)(settings(hypothesis.given(images)(noting)))()
        except hypothesis.errors.Flaky:  # asked once more, it answered otherwise: what was wrong once is wrong
            raise raised[0] from None


def _images(size: int, dark: float, bright: float, pixels: int) -> Any:
    share = np.random.default_rng(pixels).random((size, 1, 28, 28), np.float32)
    return np.float32(dark) + np.float32(bright - dark) * share


def test_every_image_becomes_a_row_of_784(lab: Lab, seed: int) -> None:
    """`[B, 1, 28, 28]` becomes `[B, 784]` for any B."""

    def check(images: Any) -> None:
        expect.tensor(measure.flattened(lab, images), [len(images), 784])

    for_any_images(seed, check)


def test_a_batch_of_one_stays_a_batch(lab: Lab, seed: int) -> None:
    """`[1, 1, 28, 28]` becomes `[1, 784]`."""
    expect.tensor(measure.flattened(lab, inputs.random_images(seed, 1)), [1, 784])


def test_pixels_stay_in_reading_order(lab: Lab, seed: int) -> None:
    """Row i holds image i's pixels, line by line, unchanged."""

    def check(images: Any) -> None:
        images = images + np.arange(images.size, dtype=np.float32).reshape(images.shape) / images.size
        seen = measure.flattened(lab, images.astype(np.float32))
        rows = seen.value
        # Only the order is judged here: any shape will do that holds as many numbers.
        values = expect.tensor(seen, getattr(rows, "shape", (len(images), 784)))
        expect.that(values.size == images.size, seen, "plain", expected=images.size, got=values.size)
        expect.close(seen, values.reshape(len(images), 784), oracle.flatten(images), measure.PIXEL_ATOL * 2)

    showing.reshape(lab)
    for_any_images(seed, check)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_dtype_is_kept(lab: Lab, seed: int, dtype: str) -> None:
    """Reshaping changes no values, so it needs no other type."""
    images = (inputs.random_images(seed, 2) * 255).astype(dtype)
    seen = measure.flattened(lab, images)
    expect.tensor(seen, getattr(seen.value, "shape", (2, 784)), dtype)
