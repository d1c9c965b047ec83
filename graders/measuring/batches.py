"""Batches of images that hypothesis chooses for `flatten_images`: of any size, dense, or with one white pixel."""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from graders.harness.base.errors import CheckFailed

from . import inputs

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy
    from numpy.typing import NDArray

EXAMPLES = 25  # of each property; a call takes 1 ms
SHRINKING = 50  # calls beyond the first failing one, in search of a smaller batch that fails, too
LESSONS_BATCH, LARGEST_BATCH = 100, 130  # the lesson's may be written down as a number, as an upper bound, too
FEW = 4  # small batch sizes
HUGE = (2_001, 3_000)


@dataclass(frozen=True, slots=True)
class Batch:
    """Images to ask for: pixels that are all different, or black ones and a white one at a place that can be told."""

    size: int
    dense: bool
    white: tuple[int, int, int]  # image, row, column

    def images(self, seed: int) -> NDArray[np.float32]:
        """Return the images `[B, 1, 28, 28]`."""
        if self.dense:
            return dense(seed, self.size)
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


@lru_cache(maxsize=2 * EXAMPLES)
def dense(seed: int, size: int) -> NDArray[np.float32]:
    """Return images in which every pixel has its own value, between bounds that differ from size to size; read-only."""
    generator = np.random.default_rng([seed, size])
    dark, bright = generator.choice([0, 1, *generator.random(2)], 2)
    images: NDArray[np.float32] = generator.random((size, 1, 28, 28), np.float32)
    images *= np.float32(bright - dark)  # in place: the pages of large arrays take longer than what is written there
    images += np.float32(dark)
    images += np.arange(images.size, dtype=np.float32).reshape(images.shape) / np.float32(images.size)
    images.setflags(write=False)  # checks share them
    return images


def huge(seed: int) -> int:
    """Return the size of a batch that is larger than all that hypothesis chooses."""
    return inputs.between(seed, "huge batch", *HUGE)


def for_any_batch(seed: int, check: Callable[[Batch], None]) -> None:
    """Run `check` on batches that hypothesis chooses, the same ones for the same seed.

    Raises what `check` raised for the simplest batch that was found to fail.
    """
    once = _once(check)
    with contextlib.suppress(Exception):
        for batch in chosen(seed):
            once(batch)
        return
    _choose(seed, once)  # what it asks again is known by now: it goes on from the batch that failed


@lru_cache(maxsize=1)
def chosen(seed: int) -> tuple[Batch, ...]:
    """Return the batches that hypothesis chooses where none fails, in their order; choosing takes 20 ms."""
    found = list[Batch]()

    def note(batch: Batch) -> None:
        found.append(batch)

    _choose(seed, note)
    return tuple(found)


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
