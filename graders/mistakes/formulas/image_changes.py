"""What can happen to images on their way: pure functions of pixels `[N, 28, 28]` in [0, 1]."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Change = Callable[[NDArray[np.float64]], NDArray[np.float64]]

MEAN, STD = 0.1307, 0.3081  # of MNIST's training pixels, as tutorials use them

TRANSPOSED: tuple[Change, ...] = (lambda x: x.swapaxes(1, 2),)
MIRRORED: tuple[Change, ...] = (lambda x: x[:, :, ::-1], lambda x: x[:, ::-1], lambda x: x[:, ::-1, ::-1])
ROTATED: tuple[Change, ...] = (lambda x: np.rot90(x, 1, (1, 2)), lambda x: np.rot90(x, -1, (1, 2)))
INVERTED: tuple[Change, ...] = (lambda x: 1 - x,)
INVERTED_RAW: tuple[Change, ...] = (lambda x: 255 - 255 * x,)
RAW: tuple[Change, ...] = (lambda x: x * 255,)
SCALED: tuple[Change, ...] = (
    lambda x: x * 255 / 256,
    lambda x: x / 255,
    lambda x: x * 255 / 100,
    lambda x: x * 255 / 127.5,
    lambda x: x * 255 / 128,
    lambda x: x / 2,
    lambda x: x * 255 / 1000,
)
NORMALISED: tuple[Change, ...] = (
    lambda x: (x - MEAN) / STD,
    lambda x: x * 2 - 1,
    lambda x: x - 0.5,
)
NORMALISED_RAW: tuple[Change, ...] = (lambda x: (255 * x - MEAN) / STD,)
CENTRED: tuple[Change, ...] = (  # by what all the pixels are together
    lambda x: x - x.mean(),
    lambda x: (x - x.mean()) / x.std(),
    lambda x: (x - x.mean()) / x.std(ddof=1),
)
ROUNDED: tuple[Change, ...] = (
    lambda x: (x * 255 > 127).astype(float),
    lambda x: (x * 255 >= 127).astype(float),
    lambda x: (x > 0).astype(float),
    lambda x: np.round(x),
    lambda x: np.floor(x),
)

ALL: tuple[Change, ...] = (
    *(*TRANSPOSED, *MIRRORED, *ROTATED, *INVERTED, *INVERTED_RAW, *RAW, *SCALED),
    *(*NORMALISED, *NORMALISED_RAW, *CENTRED, *ROUNDED),
)
