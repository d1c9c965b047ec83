"""Draw digits that look handwritten: the stand-in for MNIST where neither a copy nor a network is at hand.

A font's digit is thinned to the line a pen would follow; the line is kept as a map of distances to it, so that a pen of
any width is one comparison. Each image then looks its 784 pixels up in such a map through a warp of its own: rotation,
slant, stretch and a smooth elastic part. The strengths below are tuned so that softmax regression behaves as on MNIST:
0.92 of the digits are right after 15 epochs, and visibly fewer when it is tested on raw 0-255 pixels.
"""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from graders.harness.base.errors import ConfigurationError

if TYPE_CHECKING:
    from numpy.typing import NDArray

SplitName = Literal["train", "test"]

VERSION = 1  # of what is drawn, part of every seed and of the cache's names: raise it whenever a picture changes
SIDE = 28  # pixels, as in MNIST
BOX = 20  # pixels: the longer side of every digit, as in MNIST
CHUNK = 500  # images drawn at once, so that their coordinates stay in the processor's cache; changes every picture

# Ten shapes of each digit; all these fonts have shipped with matplotlib for years. (DejaVu Sans Mono dots its zero.)
FONTS = (
    "DejaVuSans",
    "DejaVuSans-Bold",
    "DejaVuSerif",
    "STIXGeneral",
    "STIXGeneralItalic",
    "cmmi10",
    "cmr10",
    "cmss10",
    "cmti10",
    "cmtt10",
)
PLAIN_ONES = (("DejaVuSans", "|"), ("cmss10", "l")) * 4  # most people write 1 as a single stroke, most fonts do not

CANVAS = 2 * SIDE  # pixels a side of a glyph that is thinned, two for each pixel of the image
GLYPH = 2 * BOX  # pixels of the canvas that a glyph's longer side takes
FAR = np.float32(1e6)  # squared pixels, before a line is found; the canvas' diagonal is 6e3

# The warp and the pen, tuned by experiment. Normal numbers are given by their standard deviation; lengths in pixels.
ROTATION = 0.05  # radians
SLANT_MEAN, SLANT = 0.15, 0.12  # pixels across for each pixel down; handwriting leans to the right
STRETCH = 0.06  # of height against width, as a logarithm
ELASTIC = 1.15  # of the slowest wave, a faster one has less in proportion; less is too easy, more is unreadable
WAVES = 4  # frequencies along each axis, with the constant one
LOOSENESS = (1.0, 0.6, 1.2, 1.0, 1.0, 1.6, 1.0, 1.1, 0.6, 0.9)  # of the waves, by digit: what makes biases matter, as
# they do on MNIST, where 5 is written in many ways and 8 in few; without it testing on raw pixels would cost nothing
CUTOFF = 2.0  # standard deviations: a person can hardly read what lies beyond
PEN = (0.75, 1.5)  # half the stroke's width
EDGE = 1.1  # over which ink fades into paper
INK = (0.9, 1.3)  # brightness, before it is cut off at white
ROUGH = 1.5  # between the points of the first, rough drawing: wide enough to see what the warp pushed off the image


def draw_digits(split: SplitName, size: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Draw the first `size` digits of a split: images uint8 [size, 28, 28], white on black, and labels uint8 [size].

    The first k digits do not depend on `size`, and the two splits share no random numbers. Another release of NumPy or
    Pillow may draw them otherwise; on one installation they never change.
    ConfigurationError is raised when the fonts cannot be used.
    """
    chunks = [_draw_chunk(split, number) for number in range(-(-size // CHUNK))]
    images = np.concatenate([np.empty((0, SIDE, SIDE), np.uint8), *(images for images, _ in chunks)])
    labels = np.concatenate([np.empty(0, np.uint8), *(labels for _, labels in chunks)])
    return images[:size], labels[:size]


def _draw_chunk(split: SplitName, number: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Draw CHUNK digits: once roughly, to see what the warp made of them, and once so that they fill MNIST's box."""
    rng = np.random.default_rng([VERSION, split == "test", number])
    maps, centres, first = _templates()
    labels = rng.integers(0, 10, CHUNK)
    which = rng.integers(first[labels], first[labels + 1])
    warp = _warp(rng, centres[which], labels)
    pen, ink = (rng.uniform(*limits, (CHUNK, 1, 1)).astype(np.float32) for limits in (PEN, INK))
    grid = np.broadcast_to(_grid(), (CHUNK, SIDE))
    x, y, scale = _fit(_look_up(maps, which, warp, ROUGH * grid, ROUGH * grid) < pen)
    distance = _look_up(maps, which, warp, x + scale * grid, y + scale * grid) / scale[:, :, None]
    cover = np.clip((pen - distance) / np.float32(EDGE) + np.float32(0.5), 0, 1)
    return np.minimum(255 * ink * cover, 255).astype(np.uint8), labels.astype(np.uint8)


def _grid() -> NDArray[np.float32]:
    """Return the places of an image's 28 columns or rows, in pixels from its middle."""
    return np.arange(SIDE, dtype=np.float32) - np.float32((SIDE - 1) / 2)


def _fit(ink: NDArray[np.bool_]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return x, y and scale [CHUNK, 1] that put the centre of mass in the middle and the longer side at BOX pixels."""
    across, down = (ink.sum(axis, dtype=np.float32) for axis in (1, 2))
    mass = np.maximum(across.sum(1, keepdims=True), 1)
    longer = np.maximum((across > 0).sum(1, keepdims=True), (down > 0).sum(1, keepdims=True))
    scale = np.maximum(ROUGH * longer / BOX, 0.5).astype(np.float32)
    x, y = ((ROUGH * _grid() * profile).sum(1, keepdims=True) / mass for profile in (across, down))
    return x, y, scale


def _warp(rng: np.random.Generator, centres: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return a warp for each image: the strengths [CHUNK, 2, rows, rows] of the products of _axis()'s rows."""
    angle, slant, stretch = _normal(rng, 3, CHUNK) * [[ROTATION], [SLANT], [STRETCH]]
    cos, sin, slant = np.cos(angle), np.sin(angle), slant + SLANT_MEAN
    wide, high = np.exp(-stretch), np.exp(stretch)
    k = np.arange(WAVES)
    elastic = ELASTIC / np.maximum(np.hypot(k[:, None], k), 1)
    warp = np.zeros((CHUNK, 2, WAVES + 1, WAVES + 1))
    warp[:, :, 1:, 1:] = _normal(rng, CHUNK, 2, WAVES, WAVES) * elastic * np.array(LOOSENESS)[labels, None, None, None]
    warp[:, :, 1, 1] = centres
    warp[:, :, 1, 0] = np.stack([wide * (cos + slant * sin), -high * sin], 1)
    warp[:, :, 0, 1] = np.stack([wide * (slant * cos - sin), high * cos], 1)
    return warp.astype(np.float32)


def _normal(rng: np.random.Generator, *shape: int) -> NDArray[np.float64]:
    """Return normal numbers cut off at CUTOFF."""
    return np.clip(rng.standard_normal(shape), -CUTOFF, CUTOFF)


def _axis(t: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what a warp is made of along one axis [CHUNK, rows, 28]: t in pixels, 1, cosines of rising frequency."""
    phase = np.float32(np.pi) * (t / SIDE + np.float32(0.5))
    return np.stack([t, *(np.cos(k * phase) for k in range(WAVES))], 1)


def _look_up(
    maps: NDArray[np.float32],
    which: NDArray[np.int64],
    warp: NDArray[np.float32],
    x: NDArray[np.float32],
    y: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return the distance to the line [CHUNK, 28, 28] at columns x and rows y [CHUNK, 28]: the nearest map entry's.

    The products are of small matrices, two an image: those are not split over threads, so they always round alike.
    """
    side = maps.shape[1]
    place: NDArray[np.float32] = _axis(y).swapaxes(1, 2)[:, None] @ (warp @ _axis(x)[:, None])
    fine = np.clip(place * (2 * CANVAS / SIDE) + side / 2, 0, side - 1).astype(np.int32)
    start = (which * side * side).astype(np.int32)[:, None, None]
    distance: NDArray[np.float32] = maps.ravel().take(start + fine[:, 1] * np.int32(side) + fine[:, 0])
    return distance


@lru_cache(maxsize=1)
def _templates() -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.int64]]:
    """Return the distance maps float32 [T, 111, 111], their lines' centres of mass [T, 2], and each digit's first map.

    Distances and centres are in pixels of the image; digit d has the maps first[d] to first[d + 1].
    """
    shapes = [[(font, str(digit)) for font in FONTS] for digit in range(10)]
    shapes[1].extend(PLAIN_ONES)
    folder = _font_folder()
    lines = _thin(np.stack([_glyph(folder, font, text) for digit in shapes for font, text in digit]))
    centres = [(np.argwhere(line).mean(0)[::-1] - (CANVAS - 1) / 2) * SIDE / CANVAS for line in lines]
    return _distances(lines), np.array(centres, np.float32), np.cumsum([0, *map(len, shapes)])


def _glyph(folder: Path, font: str, text: str) -> NDArray[np.bool_]:
    """Return a character as bool [CANVAS, CANVAS], in the middle, its longer side GLYPH pixels."""
    try:
        from PIL import Image, ImageDraw, ImageFont

        face = ImageFont.truetype(folder / f"{font}.ttf", 2 * CANVAS, layout_engine=ImageFont.Layout.BASIC)
    except (ImportError, OSError) as error:
        raise _unusable(f"matplotlib's font {font} cannot be used ({error})") from error
    page = Image.new("L", (4 * CANVAS, 4 * CANVAS))
    ImageDraw.Draw(page).text((CANVAS, CANVAS), text, fill=255, font=face)
    cut = page.crop(page.getbbox())
    width, height = (max(1, round(side * GLYPH / max(cut.size))) for side in cut.size)
    canvas = Image.new("L", (CANVAS, CANVAS))
    canvas.paste(cut.resize((width, height), Image.Resampling.BOX), ((CANVAS - width) // 2, (CANVAS - height) // 2))
    return np.asarray(canvas) > 127  # half covered


def _font_folder() -> Path:
    """Find the fonts that matplotlib ships, without importing it: that would take longer than drawing."""
    found = importlib.util.find_spec("matplotlib")
    if found is None or found.origin is None:
        raise _unusable("matplotlib is not installed")
    return Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"


def _unusable(why: str) -> ConfigurationError:
    return ConfigurationError(
        f"Synthetic digits cannot be drawn: {why}. "
        "Reinstall matplotlib and Pillow, or give a copy of MNIST with --mnist-root."
    )


def _thin(shapes: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Thin shapes [T, H, W] to lines about one pixel wide (Zhang and Suen, CACM 27(3), 1984), all of them at once."""
    lines, before = shapes.copy(), np.zeros_like(shapes)
    while (lines != before).any():
        before = lines.copy()
        for second in (False, True):
            lines &= ~_removable(lines, second)
    return lines


def _removable(lines: NDArray[np.bool_], second: bool) -> NDArray[np.bool_]:
    """Mark the border pixels that a half-step takes away: first those open to south-east, then to north-west."""
    page = np.pad(lines, ((0, 0), (1, 1), (1, 1)))
    around = [(0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (0, 0)]  # row, column; clockwise from the north
    ring = [page[:, y : y + lines.shape[1], x : x + lines.shape[2]] for y, x in around]
    neighbours = np.sum(ring, axis=0, dtype=np.uint8)
    crossings = np.sum([~a & b for a, b in zip(ring, ring[1:] + ring[:1], strict=True)], axis=0, dtype=np.uint8)
    north, east, south, west = ring[::2]
    shut = (north & west & (east | south)) if second else (east & south & (north | west))
    border: NDArray[np.bool_] = (neighbours >= 2) & (neighbours <= 6) & (crossings == 1) & ~shut
    return border


def _distances(lines: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the distance to the line [T, 2 H - 1, 2 W - 1] at the points of a canvas and halfway between them."""
    distance = np.where(lines, np.float32(0), FAR)
    for _ in range(2):  # the squared distance separates: along the rows, then along the columns
        distance = _nearest_in_row(distance).swapaxes(1, 2)
    distance = np.sqrt(distance) * np.float32(SIDE / CANVAS)
    for _ in range(2):
        fine = np.repeat(distance, 2, axis=2)[:, :, :-1]
        fine[:, :, 1::2] = (distance[:, :, 1:] + distance[:, :, :-1]) / 2
        distance = fine.swapaxes(1, 2)
    return np.ascontiguousarray(distance)


def _nearest_in_row(squared: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the least of squared[..., k] + (x - k)² over k, for every x (Felzenszwalb and Huttenlocher, 2012)."""
    x = np.arange(squared.shape[-1], dtype=np.float32)
    best = squared.copy()
    for k in range(len(x)):
        np.minimum(best, squared[..., k, None] + (x - k) ** 2, out=best)
    return best
