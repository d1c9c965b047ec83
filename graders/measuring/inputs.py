"""Inputs that the judge makes: images, labels and logits, the same for the same seed. NumPy only."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from graders.digits.idx import Split

if TYPE_CHECKING:
    from numpy.typing import NDArray

TINY_BATCHES = 7  # full ones of the tiny training digits
TINY_REST = 6  # images of the rest at least, and what it lacks of a batch
TINY_PARTS = 5  # equal batches into which the tiny training digits can be divided, besides
WHITE = 1.5  # by which bright pixels of the tiny root are lifted: a third of them, of 1 at most, become white
DIM, DIM_ONES = 0.6, slice(3, None, 4)  # the brightest pixel of some images of the tiny root, and which they are
OTHER = 60  # between the seeds of two tiny roots; every other input's seed lies elsewhere
STROKES, BEND = 3, 12  # lines of a written image; how far its pen goes at most from the middle, in pixels
PEN = 1.7  # pixels, from the middle of a line to where its ink has faded
EXTREME = 1e4  # logits of this size overflow exp() and underflow log() wherever they are taken apart
STEP_BATCH = 25  # images of a training batch
SETS = 32  # of images that are remembered: a run asks for twenty or so


def between(seed: int, what: str, low: int, high: int) -> int:
    """Return a whole number from `low` to `high`, another one for another seed and for something else.

    Whatever a check asks for hangs on the seed, sizes too: who knows the checks, and not the seed, knows no answer.
    """
    return int(np.random.default_rng([seed, zlib.crc32(what.encode())]).integers(low, high, endpoint=True))


def generator(seed: int, what: str) -> np.random.Generator:
    """Return dice for something, others for another seed and for something else."""
    return np.random.default_rng(between(seed, what, 0, 2**32))


@dataclass(frozen=True, slots=True)
class Tiny:
    """How many digits the tiny root has, and the batch size that a loader over its training digits is asked for.

    They fill seven batches and leave a rest, and two of the lesson's, which leave one, too.
    """

    train: int
    test: int
    batch: int

    @property
    def full(self) -> int:
        """How many full batches there are."""
        return self.train // self.batch


@lru_cache(maxsize=8)
def tiny(seed: int) -> Tiny:
    """Return the sizes of the tiny root."""
    batch = between(seed, "tiny batch", 29, 35)
    least, most = TINY_BATCHES * batch + TINY_REST, (TINY_BATCHES + 1) * batch - TINY_REST
    train = TINY_PARTS * between(seed, "tiny training digits", -(-least // TINY_PARTS), most // TINY_PARTS)
    return Tiny(train, between(seed, "tiny test digits", 61, 97), batch)


@lru_cache(maxsize=SETS)
def random_images(seed: int, count: int) -> NDArray[np.float32]:
    """Return images `[count, 1, 28, 28]` float32 in [0, 1], an eighth of each bright, as in MNIST; read-only."""
    generator = np.random.default_rng(seed)
    bright = generator.random((count, 1, 28, 28)) < 0.125
    images = (bright * generator.random((count, 1, 28, 28))).astype(np.float32)
    images.setflags(write=False)  # checks share them
    return images


@lru_cache(maxsize=8)
def written(seed: int, count: int) -> NDArray[np.float32]:
    """Return images `[count, 1, 28, 28]` float32 in [0, 1] of a few lines on black; read-only.

    They are no noise: like handwriting, they are smooth, have a black edge, and white in the middle of a line.
    """
    dice = generator(seed, "written")
    ends = dice.uniform(-BEND, BEND, (count, STROKES, 2, 1, 1, 2)) / 1.4
    grid = np.stack(np.meshgrid(*[np.arange(28) - 13.5] * 2, indexing="ij"), axis=-1)
    start, along = ends[:, :, 0], ends[:, :, 1] - ends[:, :, 0]
    share = ((grid - start) * along).sum(-1, keepdims=True) / np.maximum((along**2).sum(-1, keepdims=True), 1e-9)
    distance = np.linalg.norm(grid - start - np.clip(share, 0, 1) * along, axis=-1).min(axis=1)
    images: NDArray[np.float32] = np.clip(PEN - distance, 0, 1).astype(np.float32)[:, None]
    images.setflags(write=False)  # checks share them
    return images


def random_labels(seed: int, count: int) -> NDArray[np.int64]:
    """Return labels `[count]` in which every digit occurs about equally often."""
    return np.random.default_rng(seed + 1).permutation(np.arange(count) % 10).astype(np.int64)


def random_logits(seed: int, count: int, size: float = 3.0) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return logits `[count, 10]` of about that size, and labels."""
    logits = np.random.default_rng(seed + 2).normal(0, size, (count, 10)).astype(np.float32)
    return logits, random_labels(seed, count)


def extreme_logits(seed: int, count: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return logits `[count, 10]` of about ±10,000, no two of a row alike, and labels."""
    signs = np.random.default_rng(seed).choice([-EXTREME, EXTREME], (count, 10)).astype(np.float32)
    return (signs + np.arange(10)).astype(np.float32), random_labels(seed, count)


@lru_cache(maxsize=8)
def tiny_split(seed: int, train: bool, other: bool = False) -> Split:
    """Return a few hundred digits, or as many `other` ones, of pixels 0 to 255 in all; no two images are alike.

    As in MNIST, many pixels are 0 and some are 255, but not in every image: a few are dim.
    """
    count, drawn = tiny(seed).train if train else tiny(seed).test, seed + 10 + train + OTHER * other
    pixels = np.minimum(random_images(drawn, count)[:, 0] * WHITE, 1)
    pixels[DIM_ONES] *= DIM
    return Split(np.rint(pixels * 255).astype(np.uint8), random_labels(drawn, count).astype(np.uint8))


def training_batches(
    seed: int, steps: int, size: int = STEP_BATCH
) -> list[tuple[NDArray[np.float32], NDArray[np.int64]]]:
    """Return `steps` batches of images `[size, 1, 28, 28]` and labels."""
    return batched(*training_digits(seed, steps * size), size)


def batched(
    images: NDArray[np.float32], labels: NDArray[np.int64], size: int
) -> list[tuple[NDArray[np.float32], NDArray[np.int64]]]:
    """Return images and labels in batches of `size`, in their order; the last one may have fewer."""
    return [(images[i : i + size], labels[i : i + size]) for i in range(0, len(labels), size)]


def training_digits(seed: int, count: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the images `[count, 1, 28, 28]` and labels `[count]` of all training batches, one after the other."""
    return random_images(seed + 20, count), random_labels(seed + 20, count)
