"""Part `reshape`: `flatten_images` on batches of any size and content."""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from graders.harness.base.errors import CheckFailed
from graders.harness.judge import expect
from graders.measuring import inputs, measure, oracle, showing, work

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy
    from numpy.typing import NDArray

    from graders.harness.base.model import Evidence
    from graders.measuring.pieces import Lab

pytestmark = pytest.mark.part("reshape")

EXAMPLES = 25  # of each property; a call takes 1 ms
SHRINKING = 50  # calls beyond the first failing one, in search of a smaller batch that fails, too
LESSONS_BATCH, LARGEST_BATCH = 100, 130  # the lesson's may be written down as a number, as an upper bound, too
FEW = 4  # small batch sizes
HUGE = (2_001, 3_000)
DTYPES = ("float32", "float64", "float16", "uint8")


@dataclass(frozen=True, slots=True)
class Batch:
    """Images to ask for: pixels that are all different, or black ones and a white one at a place that can be told."""

    size: int
    dense: bool
    white: tuple[int, int, int]  # image, row, column

    def images(self, seed: int) -> NDArray[np.float32]:
        """Return the images `[B, 1, 28, 28]`."""
        if self.dense:
            return _dense(seed, self.size)
        image, row, column = self.white
        images = np.zeros((self.size, 1, 28, 28), np.float32)
        images[image, 0, row, column] = 1
        return images

    @property
    def code(self) -> str:
        """The call as it can be typed, where that is short."""
        if self.dense:
            return f"flatten_images(tensor [{self.size}, 1, 28, 28])"
        image, row, column = self.white
        made = f"images = torch.zeros({self.size}, 1, 28, 28); images[{image}, 0, {row}, {column}] = 1"
        return f"{made}; flatten_images(images)"


def _dense(seed: int, size: int) -> NDArray[np.float32]:
    """Return images in which every pixel has its own value, between bounds that differ from size to size."""
    generator = np.random.default_rng([seed, size])
    dark, bright = generator.choice([0, 1, *generator.random(2)], 2)
    images: NDArray[np.float32] = generator.random((size, 1, 28, 28), np.float32)
    images *= np.float32(bright - dark)  # in place: the pages of large arrays take longer than what is written there
    images += np.float32(dark)
    images += np.arange(images.size, dtype=np.float32).reshape(images.shape) / np.float32(images.size)
    return images


def for_any_batch(seed: int, check: Callable[[Batch], None]) -> None:
    """Run `check` on batches that hypothesis chooses, the same ones for the same seed.

    Raises what `check` raised for the simplest batch that was found to fail.
    """
    once = _once(check)
    with contextlib.suppress(Exception):
        for batch in _all_of(seed):
            once(batch)
        return
    _choose(seed, once)  # what it asks again is known by now: it goes on from the batch that failed


@lru_cache(maxsize=1)
def _all_of(seed: int) -> tuple[Batch, ...]:
    """Return the batches that hypothesis chooses where none fails, in their order; choosing takes 30 ms."""
    chosen = list[Batch]()

    def note(batch: Batch) -> None:
        chosen.append(batch)

    _choose(seed, note)
    return tuple(chosen)


def _choose(seed: int, check: Callable[[Batch], None]) -> None:
    """Have hypothesis run `check`, which has to be steady; raises what it raised for the simplest failing batch."""
    import hypothesis
    from hypothesis import strategies

    # Numbers are drawn as bits: for whole numbers hypothesis also tries those in the sources of imported modules, and
    # what is imported depends on where the grader is installed. The images must not. False, and so 0, is simplest.
    def whole(bits: int) -> SearchStrategy[int]:
        digits = strategies.tuples(*[strategies.booleans()] * bits)
        return digits.map(lambda drawn: sum(bit << place for place, bit in enumerate(reversed(drawn))))

    def batch(dense: bool, often: bool, large: bool, more: int, image: int, row: int, column: int) -> Batch:
        least, most = 2, LARGEST_BATCH
        if often:  # these are asked for more often than others
            least, most = (LESSONS_BATCH + 1, LARGEST_BATCH) if large else (2, 1 + FEW)
        # No more is two images whatever else was drawn, or shrinking would get stuck at the least of the large.
        size = least + (more - (least > 2)) % (most - least + 1) if more else 2
        # The simplest is image 1, row 0, column 1 of two images: a place where no flip or swap of axes leaves it.
        return Batch(size, dense, ((1 + image) % size, row % 28, (1 + column) % 28))

    settings = hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,  # nothing may be remembered from one grading to the next
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
        suppress_health_check=list(hypothesis.HealthCheck),
        report_multiple_bugs=False,
        verbosity=hypothesis.Verbosity.quiet,
    )
    flag = strategies.booleans()
    batches = strategies.builds(batch, flag, flag, flag, whole(8), whole(8), whole(5), whole(5))
    hypothesis.seed(seed)(settings(hypothesis.given(batches)(check)))()


def _once(check: Callable[[Batch], None]) -> Callable[[Batch], None]:
    """Return a check that is made once of each batch, so that what was wrong once is wrong, and at last no more.

    Calls are counted, not timed: the same work must get the same report on a slow machine.
    """
    raised: dict[Batch, Exception | None] = {}
    left: float = math.inf

    def checked(batch: Batch) -> None:
        nonlocal left
        if batch not in raised and left > 0:
            left -= 1
            raised[batch] = None
            try:
                check(batch)
            except CheckFailed as failed:
                raised[batch], left = failed, min(left, SHRINKING)
            except Exception as error:
                raised[batch], left = error, 0  # no verdict: nothing is smaller
        known = raised.get(batch)
        if known is not None:
            raise known.with_traceback(None)  # from one line, so that it is one bug for hypothesis

    return checked


def test_every_image_becomes_a_row_of_784(lab: Lab, seed: int) -> None:
    """`[B, 1, 28, 28]` becomes `[B, 784]` for any B."""

    def check(batch: Batch) -> None:
        expect.tensor(measure.flattened(lab, batch.images(seed)), [batch.size, 784])

    for_any_batch(seed, check)
    # One beyond all that hypothesis asks for, as where a whole data set is tested at once.
    check(Batch(inputs.between(seed, "huge batch", *HUGE), True, (0, 0, 0)))
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
            seen, got = _rows(lab, batch.images(seed))
        except CheckFailed:
            # Sizes are judged elsewhere: who cannot do this one may still have the lesson's in order.
            if batch.size == LESSONS_BATCH or not _is_whole(lab, seed):
                raise
            image, row, column = batch.white
            batch = replace(batch, size=LESSONS_BATCH, white=(image % LESSONS_BATCH, row, column))
            seen, got = _rows(lab, batch.images(seed))
        expected = oracle.flatten(batch.images(seed))
        seen = replace(seen, asked=batch.code)
        if not batch.dense:
            _expect_at_home(seen, got, expected)
        expect.close(seen, got, expected, measure.PIXEL_ATOL * 2)
        expect.unchanged(seen, "images")

    showing.reshape(lab)
    for_any_batch(seed, check)
    written = inputs.written(seed, LESSONS_BATCH)  # what the lesson itself asks for is no noise
    seen, got = _rows(lab, written)
    expect.close(seen, got, oracle.flatten(written), measure.PIXEL_ATOL * 2)
    work.expect_flattening(lab)


def _rows(lab: Lab, images: NDArray[np.float32]) -> tuple[Evidence, NDArray[Any]]:
    """Return the numbers that images come back as, in rows of 784; any shape will do that holds as many."""
    seen = measure.flattened(lab, images)
    values = expect.tensor(seen, getattr(seen.value, "shape", (len(images), 784)))
    expect.that(values.size == images.size, seen, "plain", expected=images.size, got=values.size)
    return seen, values.reshape(len(images), 784)


def _is_whole(lab: Lab, seed: int) -> bool:
    """Tell whether a batch of the lesson's size comes back with as many numbers as it has."""
    try:
        _rows(lab, _dense(seed, LESSONS_BATCH))
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
