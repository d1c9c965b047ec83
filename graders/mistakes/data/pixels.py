"""Misconceptions about the pixels of the data set: in which range they are, and where."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from graders.harness.judge.clues import Clue, NoClue
from graders.measuring import serving
from graders.mistakes import values
from graders.mistakes.formulas import image_changes
from graders.mistakes.ideas import Idea

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from graders.digits.idx import Split
    from graders.measuring.pieces import Lab
    from graders.mistakes.formulas.image_changes import Change

RANGE, SHOWN = "test_pixels_lie_between_0_and_1", "test_images_show_what_the_files_hold"
ATOL = 1e-5  # of pixels in [0, 1], as a share of the range that they were brought to
RAW = 255.0


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """The images and labels of both splits as they came, and what they should be."""

    images: list[Any]
    labels: list[Any]
    splits: tuple[Split, Split]

    @property
    def counts(self) -> list[int]:
        """How many of them are of each split."""
        return [len(split.labels) for split in self.splits]

    @property
    def pixels(self) -> list[NDArray[np.float64]]:
        """All the pixels of each split `[N, 28, 28]`. Raises NoClue where an image has others."""
        return np.split(np.stack([values.shaped(image, 28, 28) for image in self.images]), self.counts[:1])

    @property
    def truth(self) -> list[NDArray[np.float64]]:
        """The pixels of each split as they should be, in [0, 1]."""
        return [split.images / RAW for split in self.splits]

    @property
    def true_labels(self) -> list[int]:
        """The labels as they should be."""
        return [int(label) for split in self.splits for label in split.labels]


def look(lab: Lab) -> Items:
    """Load both splits and take them apart."""
    loaded = [serving.loaded(lab, train) for train in (True, False)]
    pairs = [serving.pair(seen, index) for seen in loaded for index in range(len(seen.items))]
    images, labels = (list(column) for column in zip(*pairs, strict=True))
    return Items(images, labels, (loaded[0].split, loaded[1].split))


SCALE = Clue((RANGE,), look)
PLACE = Clue((SHOWN,), look)
PIXELS = Clue((RANGE, SHOWN), look)

# ---- in which range: where pixels are does not matter here, so each image's are compared in order of brightness

BASES: tuple[Change, ...] = (lambda x: x, lambda x: 1 - x, *image_changes.ROUNDED)
Scale = tuple["NDArray[np.float64]", "NDArray[np.float64]"]  # factor and shift


def _sorted(pixels: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sort(pixels.reshape(len(pixels), -1), axis=1)


def _scale(got: NDArray[np.float64], base: NDArray[np.float64], axis: int | None) -> Scale | None:
    """Return what brought pixels in [0, 1], each image's or (axis None) all of them, to what was seen."""
    shift, lowest = got.min(axis, keepdims=True), base.min(axis, keepdims=True)
    factor = (got.max(axis, keepdims=True) - shift) / (base.max(axis, keepdims=True) - lowest)
    shift = shift - factor * lowest
    fits = np.abs(got - factor * base - shift) <= ATOL * (factor + np.abs(shift))
    return (factor, shift) if fits.all() and (factor > 0).all() else None


def scales(seen: Items, axis: int | None = None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return factors and shifts of both splits. Raises NoClue where there are none."""
    for base in BASES:
        pairs = zip(seen.pixels, seen.truth, strict=True)
        found = [_scale(_sorted(got), _sorted(base(truth)), axis) for got, truth in pairs]
        if None not in found:
            factors, shifts = zip(*cast("list[Scale]", found), strict=True)
            return np.concatenate([f.ravel() for f in factors]), np.concatenate([s.ravel() for s in shifts])
    raise NoClue


def _only_scaled(seen: Items) -> float:
    """Return the one factor. Raises NoClue where pixels are shifted, too."""
    factors, shifts = scales(seen)
    if np.abs(shifts).max() > ATOL * factors.max() or np.ptp(factors) > ATOL * factors.max():
        raise NoClue
    return float(factors[0])


def is_raw(seen: Items) -> bool:
    """Tell whether pixels go from 0 to 255."""
    return abs(_only_scaled(seen) - RAW) <= ATOL * RAW


def are_bytes(seen: Items) -> bool:
    """Tell whether every pixel is a byte."""
    return all(image.dtype == "uint8" for image in seen.images)


@SCALE.mistake("image-left-as-bytes", Idea.DATASET)
def left_as_bytes(seen: Items) -> bool:
    """Recognise whole numbers from 0 to 255 in a byte each."""
    return are_bytes(seen) and is_raw(seen)


@SCALE.mistake("pixels-not-scaled", Idea.DATASET)
def _unscaled(seen: Items) -> bool:
    return not are_bytes(seen) and is_raw(seen)


@SCALE.mistake("pixels-scaled-otherwise", Idea.DATASET)
def _scaled(seen: Items) -> bool:
    return not is_raw(seen) and abs(_only_scaled(seen) - 1) > ATOL


def _shifted(seen: Items, axis: int | None) -> bool:
    try:
        factors, shifts = scales(seen, axis)
    except NoClue:
        return False
    return bool((np.abs(shifts) > ATOL * factors).all())


@SCALE.mistake("pixels-normalised", Idea.DATASET)
def _normalised(seen: Items) -> bool:
    """Recognise a shift, the same for all images of a split or one for each."""
    return _shifted(seen, None) or _shifted(seen, 1)


# ---- where: how pixels are scaled does not matter here


def _spread(pixels: NDArray[np.float64], axis: tuple[int, ...] | None = None) -> NDArray[np.float64]:
    """Return the pixels scaled to [0, 1], as the check sees them. Raises NoClue where all are alike."""
    low, high = pixels.min(axis, keepdims=True), pixels.max(axis, keepdims=True)
    if not (high > low).all():
        raise NoClue
    return np.asarray((pixels - low) / (high - low))


def _close(got: NDArray[np.float64], wanted: NDArray[np.float64]) -> bool:
    return bool(np.allclose(got, wanted, rtol=0, atol=ATOL))


def _all_right(seen: Items) -> bool:
    return all(_close(_spread(got), truth) for got, truth in zip(seen.pixels, seen.truth, strict=True))


CHANGES = {
    "image-transposed": image_changes.TRANSPOSED,
    "image-mirrored": image_changes.MIRRORED,
    "image-rotated": image_changes.ROTATED,
    "pixels-inverted": image_changes.INVERTED,
}


def _changed(changes: Sequence[Change], seen: Items) -> bool:
    pairs = list(zip(map(_spread, seen.pixels), seen.truth, strict=True))
    return any(all(_close(got, change(truth)) for got, truth in pairs) for change in changes)


for _name, _changes in CHANGES.items():
    PLACE.mistake(_name, Idea.DATASET)(partial(_changed, _changes))


@PLACE.mistake("pixels-rounded", Idea.DATASET)
def _rounded(seen: Items) -> bool:
    """Recognise black and white with a border somewhere between 0 and 1."""
    got, truth = np.concatenate([_spread(x) for x in seen.pixels]), np.concatenate(seen.truth)
    white = got > 0.5
    return _close(got, white.astype(float)) and bool(truth[~white].max() < truth[white].min())


@PLACE.mistake("pixels-normalised", Idea.DATASET)
def _each_by_itself(seen: Items) -> bool:
    """Recognise a shift of each image's own: no single one brings all of them back."""
    pairs = zip(seen.pixels, seen.truth, strict=True)
    right = all(_close(_spread(got, (1, 2)), _spread(truth, (1, 2))) for got, truth in pairs)
    return right and not _all_right(seen) and _shifted(seen, 1)


@PLACE.mistake("pixels-scaled-by-their-own-image", Idea.DATASET)
def _own_brightest(seen: Items) -> bool:
    """Recognise images whose brightest pixel is 1 in each, and the darkest 0."""
    pairs = list(zip(seen.pixels, seen.truth, strict=True))
    return all(_close(got, _spread(truth, (1, 2))) for got, truth in pairs) and not _all_right(seen)


@PIXELS.mistake("pixels-normalised", Idea.DATASET)
def _mean_image(seen: Items) -> bool:
    """Recognise images without the mean image, which moves each pixel by an amount of its own."""
    pairs = zip(seen.pixels, seen.truth, strict=True)
    return all(_close(got, truth - truth.mean(axis=0)) for got, truth in pairs)


CLUES = (SCALE, PLACE, PIXELS)
