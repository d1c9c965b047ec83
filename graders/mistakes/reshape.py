"""Misconceptions about the reshape: what each would have made of the same images."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from graders import inputs, measure, oracle
from graders.harness.errors import CheckFailed
from graders.harness.model import TensorValue

from . import pictures
from .catalogue import Clue, Idea

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from graders.harness.model import Failure
    from graders.pieces import Lab

    Reshape = Callable[[NDArray[Any]], NDArray[Any]]  # raises ValueError where the shape is impossible

CHECKS = (
    "test_every_image_becomes_a_row_of_784",
    "test_a_batch_of_one_stays_a_batch",
    "test_pixels_stay_in_reading_order",
)
DTYPE_CHECK = "test_the_dtype_is_kept"
BATCHES = (1, 2, 3, 7, 10, 32, 64, 100)  # asked for
FIXED = (1, 10, 32, 64, 100)  # batch sizes that are often written down as a number
DTYPES = ("float32", "float64", "float16", "uint8")
ATOL = 1e-6  # of pixels in [0, 1], some of them averaged


@dataclass(frozen=True, slots=True, eq=False)
class Flattened:
    """What each batch became; None where it raised or is no tensor."""

    images: list[NDArray[np.float32]]
    rows: list[NDArray[Any] | None]
    other: list[object]  # what came instead of a tensor

    def are(self, reshape: Reshape) -> bool:
        """Tell whether all batches became what a formula makes of them, impossible ones nothing, but some something."""
        return any(rows is not None for rows in self.rows) and all(map(partial(_same, reshape), self.images, self.rows))


def _same(reshape: Reshape, images: NDArray[np.float32], got: NDArray[Any] | None) -> bool:
    try:
        wanted = reshape(images)
    except ValueError:
        return got is None
    return got is not None and got.shape == wanted.shape and bool(np.allclose(got, wanted, rtol=0, atol=ATOL))


def look(lab: Lab, _failure: Failure) -> Flattened:
    """Flatten batches of several sizes."""
    images = [inputs.random_images(lab.seed + size, size) for size in BATCHES]
    values = [_ask(lab, batch) for batch in images]
    rows = [value.array.astype(np.float64) if isinstance(value, TensorValue) else None for value in values]
    return Flattened(images, rows, [value for value in values if not isinstance(value, TensorValue)])


def _ask(lab: Lab, images: NDArray[Any]) -> object:
    try:
        return measure.flattened(lab, images).value
    except CheckFailed:
        return None


flat = oracle.flatten


def _of_pictures(changes: tuple[pictures.Change, ...]) -> tuple[Reshape, ...]:
    return tuple(partial(_through, change) for change in changes)


def _through(change: pictures.Change, images: NDArray[Any]) -> NDArray[Any]:
    return flat(change(images[:, 0].astype(np.float64)))


def _fixed(size: int, images: NDArray[Any]) -> NDArray[Any]:
    return images.reshape(size, 784)


def _fixed_size(size: int, images: NDArray[Any]) -> NDArray[Any]:
    return images.reshape(size, -1)


RESHAPES: dict[str, tuple[Reshape, ...]] = {
    "axes-swapped": (lambda x: flat(x).T, lambda x: x.reshape(784, -1)),
    "image-rows-taken-for-images": (lambda x: x.reshape(-1, 28), lambda x: x[:, 0]),
    "batch-axis-lost": (lambda x: x.reshape(-1),),
    "batch-of-one-squeezed": (lambda x: flat(x).squeeze(), lambda x: flat(x)[0] if len(x) == 1 else flat(x)),
    "channel-axis-kept": (lambda x: x.reshape(len(x), 1, -1),),
    "images-not-reshaped": (lambda x: x,),
    "columns-first": _of_pictures(pictures.TRANSPOSED),
    "batch-size-hard-coded-in-the-reshape": (
        *(partial(_fixed, size) for size in FIXED),
        *(partial(_fixed_size, size) for size in FIXED),
    ),
    "images-missing": (lambda x: flat(x[:1]), lambda x: flat(x)[0], lambda x: flat(x[-1:])),
    "pixels-missing": (lambda x: flat(x)[:, :-1], lambda x: flat(x)[:, 1:], lambda x: flat(x[:, :, :-1])),
    "pixels-mixed-between-images": (
        lambda x: np.moveaxis(x, 0, -1).reshape(len(x), -1),
        lambda x: x.reshape(784, -1).T,
        lambda x: x.T.reshape(len(x), -1),
        lambda x: x.transpose(2, 0, 1, 3).reshape(len(x), -1),
    ),
    "pixels-sorted": (lambda x: np.sort(flat(x), axis=1),),
    "images-out-of-order": (lambda x: flat(x[::-1]),),
    "image-mirrored-in-the-reshape": _of_pictures(pictures.MIRRORED + pictures.ROTATED),
    "pixels-averaged": (
        lambda x: flat(x.mean(axis=2)),
        lambda x: flat(x.mean(axis=3)),
        lambda x: flat(x.mean(axis=(2, 3))),
    ),
    "values-changed-in-the-reshape": _of_pictures(
        pictures.RAW + pictures.SCALED + pictures.NORMALISED + pictures.INVERTED + pictures.ROUNDED
    ),
}

VALUE = Clue(CHECKS, look)
FOLLOWING = Clue((DTYPE_CHECK,), look, fallback=True)  # whole numbers that are divided become others


def _reshaped(name: str, seen: Flattened) -> bool:
    return not seen.are(flat) and any(seen.are(reshape) for reshape in RESHAPES[name])


for _name in RESHAPES:
    VALUE.mistake(_name, Idea.SHAPES)(partial(_reshaped, _name))


@VALUE.mistake("flat-not-a-tensor", Idea.SHAPES)
def _array(seen: Flattened) -> bool:
    """Recognise the right rows as a NumPy array."""
    arrays = [value for value in seen.other if isinstance(value, np.ndarray)]
    return len(arrays) == len(seen.images) and all(map(np.array_equal, arrays, map(flat, seen.images)))


@VALUE.mistake("reshape-not-returned", Idea.SHAPES)
def _nothing(seen: Flattened) -> bool:
    return bool(seen.other) and all(value is None for value in seen.other) and len(seen.other) == len(seen.images)


@VALUE.mistake("dtype-changed", Idea.SHAPES)
def _halved(seen: Flattened) -> dict[str, object] | bool:
    """Recognise pixels with half the digits, which float16 leaves."""
    return not seen.are(flat) and seen.are(lambda x: flat(x).astype(np.float16)) and {"dtype": "float16"}


FOLLOWING.mistakes.extend(VALUE.mistakes)


# ---- dtype


def look_at_dtypes(lab: Lab, _failure: Failure) -> dict[str, str]:
    """Return what each dtype became."""
    images = np.rint(inputs.random_images(lab.seed, 3) * 3)  # whole numbers, which every dtype can hold
    values = {dtype: _ask(lab, images.astype(dtype)) for dtype in DTYPES}
    return {dtype: value.dtype for dtype, value in values.items() if isinstance(value, TensorValue)}


DTYPE = Clue((DTYPE_CHECK,), look_at_dtypes)


@DTYPE.mistake("dtype-changed", Idea.SHAPES)
def _converted(seen: dict[str, str]) -> dict[str, object] | bool:
    """Recognise one dtype for all."""
    return len(seen) == len(DTYPES) and len(set(seen.values())) == 1 and {"dtype": seen["uint8"]}


CLUES = (VALUE, FOLLOWING, DTYPE)
