"""Which digit an image is, whatever was done to its pixels: what shows that work was done at all, right or not.

An image that was scaled, shifted, inverted, rounded, mirrored or turned is still like the digit it was, by the size of
their correlation; a constant, noise or another digit is not. Pure NumPy.
"""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

LIKE = 0.5  # of a correlation: what is left of a digit has 0.6 or more, one of the judge's digits and another 0.25
FAINT = 1e-9  # of the largest pixel of all: below it there is nothing but the rounding of float64
SIDE, COLOURS = 28, (3, 4)


def _turned(transposed: bool, rows: int, columns: int, images: NDArray[Any]) -> NDArray[Any]:
    return (images.swapaxes(1, 2) if transposed else images)[:, ::rows, ::columns]


TURNS: tuple[Callable[[NDArray[Any]], NDArray[Any]], ...] = tuple(
    partial(_turned, *turn) for turn in product((False, True), (1, -1), (1, -1))
)


def square(image: NDArray[Any]) -> NDArray[np.float64] | None:
    """Return an image's pixels `[28, 28]`, whichever way they lie, the mean of its channels; None where it has others.

    What is no number becomes 0.
    """
    channels = [axis for axis, length in enumerate(image.shape) if length in COLOURS]
    pixels = np.real(image).astype(np.float64)
    if not np.isfinite(pixels).all():
        pixels = np.nan_to_num(pixels, posinf=0.0, neginf=0.0)
    if channels and image.ndim > 2:  # rows and columns are two
        pixels = pixels.mean(axis=channels[-1])
    return pixels.reshape(SIDE, SIDE) if pixels.size == SIDE**2 else None


def nearest(images: NDArray[Any], digits: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return which of the digits `[M, 28, 28]` each image `[N, 28, 28]` is most like, and whether it is like it."""
    known = _unit(digits)
    which, best = np.zeros(len(images), np.int64), np.zeros(len(images))
    for turn in TURNS:
        if best.min(initial=1.0) >= LIKE:
            break  # each was found
        likeness = np.abs(_unit(turn(images)) @ known.T)
        most, largest = likeness.argmax(axis=1), likeness.max(axis=1)
        better = largest > best
        which, best = np.where(better, most, which), np.where(better, largest, best)
    return which, np.asarray(best >= LIKE)


def _unit(images: NDArray[Any]) -> NDArray[np.float32]:
    """Return each image as a row of mean 0 and length 1; one of a single shade as zeros, which are like nothing.

    In float32, for products that are wanted to a hundredth.
    """
    rows = np.array(images, np.float64).reshape(len(images), -1)  # one copy: the system's giving out more takes longest
    rows -= rows.mean(axis=1, keepdims=True)
    length = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
    # A constant is left with what rounding leaves of it, which is no picture.
    blank = length <= FAINT * max(images.max(initial=0.0), -images.min(initial=0.0))
    rows /= np.where(blank, 1.0, length)
    rows[blank[:, 0]] = 0.0
    return rows.astype(np.float32)


def order(images: NDArray[Any], digits: NDArray[Any]) -> NDArray[np.int64]:
    """Return which digit each image is, where they are all the digits in some order; else the order of the digits."""
    which, like = nearest(images, digits)
    if len(which) == len(digits) == len(set(which.tolist())) and like.all():
        return which
    return np.arange(len(digits))
