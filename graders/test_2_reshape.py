"""Part `reshape`: `flatten_images` on batches of any size and content."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from graders.harness.base.errors import CheckFailed
from graders.harness.judge import expect
from graders.harness.judge.looks import remembered
from graders.measuring import batches, inputs, measure, oracle, showing, work
from graders.measuring.batches import LESSONS_BATCH, Batch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graders.harness.base.model import Evidence
    from graders.measuring.pieces import Lab

pytestmark = pytest.mark.part("reshape")

DTYPES = ("float32", "float64", "float16", "uint8")


@remembered
def _answered(lab: Lab, batch: Batch) -> Evidence:
    """Ask for a batch; two checks look at what comes."""
    return measure.flattened(lab, batch.images(lab.seed))


def test_every_image_becomes_a_row_of_784(lab: Lab, seed: int) -> None:
    """`[B, 1, 28, 28]` becomes `[B, 784]` for any B."""

    def check(batch: Batch) -> None:
        expect.tensor(_answered(lab, batch), [batch.size, 784])

    batches.for_any_batch(seed, check)
    # One beyond all that hypothesis asks for, as where a whole data set is tested at once.
    huge = batches.huge(seed)
    expect.tensor(measure.flattened(lab, batches.dense(seed, huge)), [huge, 784])
    check(Batch(LESSONS_BATCH, True, (0, 0, 0)))  # which is what the lesson itself asks for
    work.expect_flattening(lab)


def test_a_batch_of_one_stays_a_batch(lab: Lab, seed: int) -> None:
    """`[1, 1, 28, 28]` becomes `[1, 784]`."""
    expect.tensor(measure.flattened(lab, inputs.random_images(seed, 1)), [1, 784])
    work.expect_flattening(lab)


def test_pixels_stay_in_reading_order(lab: Lab, seed: int) -> None:
    """Row i holds image i's pixels, line by line, unchanged; and so are the images that were given."""

    def check(batch: Batch) -> None:
        try:
            seen = _answered(lab, batch)
            got = _rows(seen, batch.size)
        except CheckFailed:
            # Sizes are judged elsewhere: who cannot do this one may still have the lesson's in order.
            if batch.size == LESSONS_BATCH or not _is_whole(lab, seed):
                raise
            image, row, column = batch.white
            batch = replace(batch, size=LESSONS_BATCH, white=(image % LESSONS_BATCH, row, column))
            seen = _answered(lab, batch)
            got = _rows(seen, batch.size)
        expected = oracle.flatten(batch.images(seed))
        seen = replace(seen, asked=batch.code)
        if not batch.dense:
            _expect_at_home(seen, got, expected)
        expect.close(seen, got, expected, measure.PIXEL_ATOL * 2)
        expect.unchanged(seen, "images")

    showing.reshape(lab)
    batches.for_any_batch(seed, check)
    written = inputs.written(seed, LESSONS_BATCH)  # what the lesson itself asks for is no noise
    seen = measure.flattened(lab, written)
    got = _rows(seen, len(written))
    expect.close(seen, got, oracle.flatten(written), measure.PIXEL_ATOL * 2)
    work.expect_flattening(lab)


def _rows(seen: Evidence, size: int) -> NDArray[Any]:
    """Return the numbers that `size` images came back as, in rows of 784; any shape will do that holds as many."""
    values = expect.tensor(seen, getattr(seen.value, "shape", (size, 784)))
    expect.that(values.size == size * 784, seen, "plain", expected=size * 784, got=values.size)
    return values.reshape(size, 784)


def _is_whole(lab: Lab, seed: int) -> bool:
    """Tell whether a batch of the lesson's size comes back with as many numbers as it has."""
    try:
        _rows(measure.flattened(lab, batches.dense(seed, LESSONS_BATCH)), LESSONS_BATCH)
    except CheckFailed:
        return False
    return True


def _expect_at_home(seen: Evidence, got: NDArray[Any], expected: NDArray[Any]) -> None:
    """Expect a white pixel on black, if it is still that, to be where it belongs."""
    if np.array_equal(np.sort(got, axis=None), np.sort(expected, axis=None)):
        ((home,), (found,)) = (np.argwhere(rows == 1).tolist() for rows in (expected, got))
        expect.that(home == found, seen, "pixel_moved", expected=home, got=found)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_dtype_is_kept(lab: Lab, seed: int, dtype: str) -> None:
    """Reshaping changes no values, so it needs no other type."""
    images = (inputs.random_images(seed, LESSONS_BATCH) * 255).astype(dtype)
    seen = measure.flattened(lab, images)
    expect.tensor(seen, getattr(seen.value, "shape", (LESSONS_BATCH, 784)), dtype)
    work.expect_flattening(lab)
