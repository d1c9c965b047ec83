"""Misconceptions about the picture of a prediction, read from matplotlib's own objects."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from graders.harness.base.model import Handle, Named
from graders.harness.judge.clues import Clue, NoClue
from graders.measuring import drawn, measure
from graders.mistakes import values
from graders.mistakes.formulas import image_changes
from graders.mistakes.ideas import Idea

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from graders.harness.base.model import Evidence
    from graders.measuring.pieces import Lab

SHOWN, STYLE, TITLE = (
    "test_picture_shows_the_image",
    "test_picture_is_drawn_in_greys_without_smoothing",
    "test_title_has_label_and_prediction",
)


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What is in the figure, and what should be."""

    figure: dict[str, Any]
    image: NDArray[np.float64]  # `[1, 28, 28]`
    right: bool  # the picture is, whatever else is not
    digits: tuple[str, str]  # label and prediction
    shades: tuple[NDArray[Any], ...]  # `[28, 28]`, each of which is right

    @property
    def title(self) -> str:
        """All the titles together."""
        return " ".join(text for text in self.figure["titles"] if text)

    @property
    def pixels(self) -> NDArray[np.float64]:
        """The pixels of the only picture. Raises NoClue where there is none, or more."""
        return values.array(values.only(self.figure["images"]))

    @property
    def square(self) -> NDArray[np.float64]:
        """The pixels `[28, 28]`. Raises NoClue where they have another shape."""
        pixels = np.squeeze(self.pixels)
        if pixels.shape != (28, 28):
            raise NoClue
        return pixels


def look_at_figure(lab: Lab) -> Drawn:
    """Read the figure."""
    figure = drawn.read(lab, lab.seen(drawn.shown))
    label, prediction = drawn.digits(lab.seed)
    right = drawn.is_right(lab.seed, figure)
    image, shades = drawn.image(lab.seed).astype(np.float64), drawn.pictures(lab.seed)
    return Drawn(figure, image, right, (str(label), str(prediction)), shades)


PICTURE = Clue((SHOWN,), look_at_figure)
DRAWN = Clue((SHOWN, STYLE), look_at_figure)  # without a picture there is no style
BARE = Clue((TITLE,), look_at_figure, fallback=True)  # a title, right or not, of nothing


def _styles(seen: Drawn) -> Iterator[Named]:
    cmap, interpolation = (values.only(seen.figure[name]) for name in ("cmaps", "interpolations"))
    if cmap != "Greys":
        yield Named("colour-map", {"cmap": cmap})
    if interpolation != "nearest":
        yield Named("interpolation", {"interpolation": interpolation})


def _two_styles(seen: Drawn) -> Iterator[tuple[Named, Named]]:
    yield from combinations(_styles(seen), 2)


STYLES = Clue((STYLE,), look_at_figure, _two_styles)
TITLES = Clue((TITLE,), look_at_figure)


def _only_style(name: str, seen: Drawn) -> dict[str, object] | bool:
    found = list(_styles(seen))
    return len(found) == 1 and found[0].name == name and dict(found[0].params)


for _name in ("colour-map", "interpolation"):
    STYLES.mistake(_name, Idea.PICTURE)(partial(_only_style, _name))

DRAWINGS = {
    "drawing-transposed": image_changes.TRANSPOSED,
    "drawing-mirrored": image_changes.MIRRORED + image_changes.ROTATED,
    "drawing-inverted": image_changes.INVERTED + image_changes.INVERTED_RAW,
    "drawing-changed": (
        *(*image_changes.RAW, *image_changes.SCALED, *image_changes.ROUNDED),
        *(*image_changes.NORMALISED, *image_changes.NORMALISED_RAW, *image_changes.CENTRED),
    ),
}


def _drawn(name: str, seen: Drawn) -> bool:
    changes = DRAWINGS[name]
    changed = any(np.allclose(seen.square, change(seen.image)[0], rtol=1e-5, atol=1e-5) for change in changes)
    return not seen.right and (changed or (name == "drawing-mirrored" and _turned_round(seen)))


def _turned_round(seen: Drawn) -> bool:
    """Tell whether the right pixels lie on the page as their axes or their origin turn them."""
    shades = values.shaped(values.only(seen.figure["shades"]), 1, 28, 28)
    ways = [change(shades)[0] for change in image_changes.MIRRORED]
    turned = any(np.allclose(way, right, atol=measure.PIXEL_ATOL) for way in ways for right in seen.shades)
    return turned and np.allclose(seen.square, seen.image[0], atol=measure.PIXEL_ATOL)


for _name in DRAWINGS:
    PICTURE.mistake(_name, Idea.PICTURE)(partial(_drawn, _name))


@PICTURE.mistake("drawing-of-another-shape", Idea.PICTURE)
def _reshaped(seen: Drawn) -> bool:
    """Recognise the right pixels in another shape."""
    pixels = values.shaped(seen.pixels, 1, 28, 28)
    return np.squeeze(seen.pixels).shape != (28, 28) and np.allclose(pixels, seen.image)


@PICTURE.mistake("drawing-range-fixed", Idea.PICTURE)
def _other_range(seen: Drawn) -> bool:
    """Recognise the right pixels, the brightest of which does not get the last colour, or the darkest not the first."""
    shades = values.shaped(values.only(seen.figure["shades"]), 28, 28)
    right = np.allclose(seen.square, seen.image[0], atol=measure.PIXEL_ATOL)
    low, high = float(seen.image.min()), float(seen.image.max())
    ends = float(shades.min()), float(shades.max())
    return right and not any(np.allclose(ends, fit, atol=measure.PIXEL_ATOL) for fit in ((0, 1), (low, high)))


@BARE.mistake("nothing-drawn", Idea.PICTURE)
@DRAWN.mistake("nothing-drawn", Idea.PICTURE)
def _empty(seen: Drawn) -> bool:
    return not seen.figure["images"]


@TITLES.mistake("title-missing", Idea.PICTURE)
def _untitled(seen: Drawn) -> bool:
    return not seen.title.strip()


@TITLES.mistake("title-not-filled-in", Idea.PICTURE)
def _template(seen: Drawn) -> bool:
    return re.search(r"\{|%[dsi]", seen.title) is not None


@TITLES.mistake("title-without-prediction", Idea.PICTURE)
def _no_prediction(seen: Drawn) -> bool:
    label, prediction = seen.digits
    return label in seen.title and prediction not in seen.title


@TITLES.mistake("title-without-label", Idea.PICTURE)
def _no_label(seen: Drawn) -> bool:
    label, prediction = seen.digits
    return prediction in seen.title and label not in seen.title


@TITLES.mistake("title-swapped", Idea.PICTURE)
def _swapped(seen: Drawn) -> bool:
    """Recognise the prediction behind the word label."""
    label, prediction = seen.digits
    return sorted(set(drawn.named_digits(seen.title))) == [
        (False, int(prediction)),
        (True, int(label)),
    ]


RESULT = Clue((SHOWN, STYLE, TITLE), drawn.shown)


@RESULT.mistake("figure-not-returned", Idea.PICTURE)
def _no_figure(seen: Evidence) -> bool:
    return measure.is_nothing(seen)


@RESULT.mistake("axes-for-figure", Idea.PICTURE)
def _axes(seen: Evidence) -> bool:
    return isinstance(seen.value, Handle) and any(kind.startswith("matplotlib.axes.") for kind in seen.value.kinds)


@RESULT.mistake("picture-for-figure", Idea.PICTURE)
def _image(seen: Evidence) -> bool:
    return isinstance(seen.value, Handle) and any(kind == "matplotlib.image.AxesImage" for kind in seen.value.kinds)


@RESULT.mistake("pyplot-for-figure", Idea.PICTURE)
def _module(seen: Evidence) -> bool:
    return isinstance(seen.value, Handle) and seen.value.type_name == "module"


CLUES = (PICTURE, DRAWN, BARE, STYLES, TITLES, RESULT)
