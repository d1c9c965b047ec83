"""Misconceptions about the reshape: what each would have made of the same images."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from graders.harness.base.errors import CheckFailed
from graders.harness.base.model import TensorValue
from graders.harness.judge.clues import Clue
from graders.measuring import inputs, measure, oracle
from graders.mistakes import values
from graders.mistakes.formulas import image_changes
from graders.mistakes.ideas import Idea

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from graders.measuring.pieces import Lab

    Reshape = Callable[[NDArray[Any]], NDArray[Any]]  # raises ValueError where the shape is impossible

CHECKS = (
    "test_every_image_becomes_a_row_of_784",
    "test_a_batch_of_one_stays_a_batch",
    "test_pixels_stay_in_reading_order",
)
DTYPE_CHECK = "test_the_dtype_is_kept"
BATCHES = (1, 2, 3, 7, 10, 32, 64, 100)  # asked for
FIXED = (10, 32, 64, 100)  # batch sizes that are often written down as a number
DTYPES = ("float32", "float64", "float16", "uint8")
LARGEST = 1000  # of other such sizes that are asked for
IMPOSSIBLE = r"shape '\[(\d+), (?:784|-1)\]' is invalid for input of size"  # as torch says it
DIGITS = {"float16": 2.0**-10, "bfloat16": 2.0**-7, "int64": 0.0, "int32": 0.0, "uint8": 0.0}  # what rounding leaves
ATOL = 1e-6  # of pixels in [0, 1], some of them averaged


@dataclass(frozen=True, slots=True)
class Raised:
    """What was raised for a batch."""

    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Flattened:
    """What each batch became: a tensor, Raised, or whatever else."""

    images: list[NDArray[np.float32]]
    values: list[object]

    @property
    def rows(self) -> list[NDArray[Any] | None]:
        """The numbers; None where there is no tensor."""
        tensors = [value if isinstance(value, TensorValue) else None for value in self.values]
        return [None if value is None else value.array.astype(np.float64) for value in tensors]

    @property
    def dtype(self) -> str:
        """The one dtype of all that came. Raises NoClue where there are none or several."""
        return values.only({value.dtype for value in self.values if isinstance(value, TensorValue)})

    def are(self, reshape: Reshape) -> bool:
        """Tell whether all batches became what a formula makes of them, impossible ones nothing, but some something."""
        return any(rows is not None for rows in self.rows) and all(map(partial(_same, reshape), self.images, self.rows))


def _same(reshape: Reshape, images: NDArray[np.float32], got: NDArray[Any] | None) -> bool:
    try:
        wanted = reshape(images)
    except ValueError:
        return got is None
    return got is not None and got.shape == wanted.shape and bool(np.allclose(got, wanted, rtol=0, atol=ATOL))


def look(lab: Lab) -> Flattened:
    """Flatten batches of several sizes."""
    images = [inputs.random_images(lab.seed + size, size) for size in BATCHES]
    answers = [_ask(lab, batch) for batch in images]
    size = _written_down(answers)
    if size is not None:
        images.append(inputs.random_images(lab.seed + size, size))
        answers.append(_ask(lab, images[-1]))
    return Flattened(images, answers)


def _ask(lab: Lab, images: NDArray[Any]) -> object:
    try:
        return measure.flattened(lab, images).value
    except CheckFailed as failed:
        return Raised(str(failed.failure.params.get("text")))


def _written_down(answers: list[object]) -> int | None:
    """Return the one batch size that torch names as impossible in all that was raised."""
    texts = [value.text for value in answers if isinstance(value, Raised)]
    sizes = {int(found[1]) for text in texts if (found := re.search(IMPOSSIBLE, text))}
    return sizes.pop() if len(sizes) == 1 and 1 < max(sizes) <= LARGEST else None


flat = oracle.flatten


def _of_pictures(changes: tuple[image_changes.Change, ...]) -> tuple[Reshape, ...]:
    return tuple(partial(_through, change) for change in changes)


def _through(change: image_changes.Change, images: NDArray[Any]) -> NDArray[Any]:
    return flat(change(images[:, 0].astype(np.float64)))


RESHAPES: dict[str, tuple[Reshape, ...]] = {
    "axes-swapped": (lambda x: flat(x).T, lambda x: x.reshape(784, -1)),
    "image-rows-taken-for-images": (lambda x: x.reshape(-1, 28),),
    "batch-axis-lost": (lambda x: x.reshape(-1),),
    "one-row-for-all-images": (lambda x: x.reshape(1, -1), lambda x: x.reshape(1, 784)),
    "batch-of-one-squeezed": (lambda x: flat(x).squeeze(), lambda x: flat(x)[0] if len(x) == 1 else flat(x)),
    "channel-axis-kept": (lambda x: x.reshape(len(x), 1, -1),),
    "images-not-reshaped": (lambda x: x,),
    "columns-first": _of_pictures(image_changes.TRANSPOSED),
    "images-missing": (lambda x: flat(x[:1]), lambda x: flat(x)[0], lambda x: flat(x[-1:])),
    "pixels-missing": (
        *(lambda x: flat(x)[:, :-1], lambda x: flat(x)[:, 1:], lambda x: flat(x[..., 1:-1, 1:-1])),
        *(lambda x: flat(x[:, :, :-1]), lambda x: flat(x[:, :, 1:])),
        *(lambda x: flat(x[..., :-1]), lambda x: flat(x[..., 1:])),
    ),
    "pixels-mixed-between-images": (
        lambda x: np.moveaxis(x, 0, -1).reshape(len(x), -1),
        lambda x: x.reshape(784, -1).T,
        lambda x: x.T.reshape(len(x), -1),
        lambda x: x.transpose(2, 0, 1, 3).reshape(len(x), -1),
    ),
    "pixels-sorted": (lambda x: np.sort(flat(x), axis=1),),
    "images-out-of-order": (lambda x: flat(x[::-1]),),
    "image-mirrored-in-the-reshape": _of_pictures(image_changes.MIRRORED + image_changes.ROTATED),
    "pixels-averaged": (
        lambda x: flat(x.mean(axis=2)),
        lambda x: flat(x.mean(axis=3)),
        lambda x: flat(x.mean(axis=(2, 3))),
    ),
}

VALUE = Clue(CHECKS, look)
FOLLOWING = Clue((DTYPE_CHECK,), look, fallback=True)  # whole numbers that are divided become others


def _reshaped(name: str, seen: Flattened) -> bool:
    return not seen.are(flat) and any(seen.are(reshape) for reshape in RESHAPES[name])


for _name in RESHAPES:
    VALUE.mistake(_name, Idea.SHAPES)(partial(_reshaped, _name))


@VALUE.mistake("batch-size-hard-coded-in-the-reshape", Idea.SHAPES)
def _fixed(seen: Flattened) -> bool:
    """Recognise one size that every batch is brought to, or breaks at."""
    sizes = {*FIXED, *(len(images) for images in seen.images[len(BATCHES) :])}
    formulas = [lambda x, n=n: x.reshape(n, 784) for n in sizes] + [lambda x, n=n: x.reshape(n, -1) for n in sizes]
    return not seen.are(flat) and any(map(seen.are, formulas))


@VALUE.mistake("values-changed-in-the-reshape", Idea.SHAPES)
def _recalculated(seen: Flattened) -> bool:
    """Recognise pixels in their places with other values: the brighter one was, the brighter (or darker) it is."""
    if seen.dtype != "float32" or seen.are(flat):
        return False
    rows = [(flat(images), got) for images, got in zip(seen.images, seen.rows, strict=True)]
    return any(all(_follows(sign * x, got) for x, got in rows) for sign in (1, -1))


def _follows(pixels: NDArray[Any], got: NDArray[Any] | None) -> bool:
    """Tell whether the numbers of each row never fall where the pixels rise, and are not all alike."""
    if got is None or got.shape != pixels.shape:
        return False
    order = np.argsort(pixels, axis=1, kind="stable")
    pixels, got = np.take_along_axis(pixels, order, 1), np.take_along_axis(got, order, 1)
    up, same = np.diff(got, axis=1), np.diff(pixels, axis=1) == 0
    return bool((up >= 0).all() and (up[same] == 0).all() and (np.ptp(got, axis=1) > 0).all())


@VALUE.mistake("flat-not-a-tensor", Idea.SHAPES)
def _array(seen: Flattened) -> bool:
    """Recognise the right rows as a NumPy array."""
    arrays = [value for value in seen.values if isinstance(value, np.ndarray)]
    return len(arrays) == len(seen.images) and all(map(np.array_equal, arrays, map(flat, seen.images)))


@VALUE.mistake("reshape-not-returned", Idea.SHAPES)
def _nothing(seen: Flattened) -> bool:
    return all(value is None for value in seen.values)


@VALUE.mistake("dtype-changed", Idea.SHAPES)
def _shortened(seen: Flattened) -> dict[str, object] | bool:
    """Recognise pixels with as few digits as another type has."""
    if seen.dtype not in DIGITS or seen.are(flat):
        return False
    digits = DIGITS[seen.dtype]
    return all(map(partial(_near, digits), seen.images, seen.rows)) and {"dtype": seen.dtype}


def _near(digits: float, images: NDArray[np.float32], got: NDArray[Any] | None) -> bool:
    """Tell whether rows are the images' but for a share of each pixel; all of it is lost to whole numbers."""
    rows = flat(images)
    wanted = rows if digits else np.trunc(rows)
    return got is not None and got.shape == rows.shape and bool(np.allclose(got, wanted, rtol=digits, atol=1e-7))


FOLLOWING.mistakes.extend(VALUE.mistakes)


# ---- dtype


def look_at_dtypes(lab: Lab) -> dict[str, str]:
    """Return what each dtype became."""
    images = np.rint(inputs.random_images(lab.seed, 3) * 3)  # whole numbers, which every dtype can hold
    answers = {dtype: _ask(lab, images.astype(dtype)) for dtype in DTYPES}
    return {dtype: value.dtype for dtype, value in answers.items() if isinstance(value, TensorValue)}


DTYPE = Clue((DTYPE_CHECK,), look_at_dtypes)


@DTYPE.mistake("dtype-changed", Idea.SHAPES)
def _converted(seen: dict[str, str]) -> dict[str, object] | bool:
    """Recognise one dtype for all."""
    return len(seen) == len(DTYPES) and len(set(seen.values())) == 1 and {"dtype": seen["uint8"]}


CLUES = (VALUE, FOLLOWING, DTYPE)
