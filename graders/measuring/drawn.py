"""What `show_prediction` draws of one image, read from matplotlib's own objects. Judge side, NumPy only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from graders.harness.base.model import TensorValue
from graders.harness.judge import expect

from . import inputs, likeness

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graders.harness.base.model import Evidence

    from .pieces import Lab

LEAST_SEEN = 0.5  # of a picture, to be seen on the page: titles, ticks or marks may lie over some of it
NAMED = re.compile(
    r"\b((?:pred\w*|true|actual|real|target|label|answer)(?: +(?:label|digit|class))?) *[:=] *(\d{1,9})(?!\d)", re.I
)


def digits(seed: int, again: bool = False) -> tuple[int, int]:
    """Return label and prediction: two digits, so that the title shows which is which; other ones when asked again."""
    label = inputs.between(seed, "label", 0, 9)
    prediction = (label + inputs.between(seed, "prediction", 1, 9)) % 10
    return ((label + 5) % 10, (prediction + 5) % 10) if again else (label, prediction)


def image(seed: int) -> NDArray[Any]:
    """Return the image `[1, 28, 28]` that is to be drawn."""
    return cast("NDArray[Any]", inputs.random_images(seed + 41, 1)[0])


def pictures(seed: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the shades `[28, 28]` that are right: between the image's own ends, as imshow fits them, or 0 to 1."""
    pixels = image(seed)[0]
    return (pixels - pixels.min()) / np.ptp(pixels), pixels


def grey_level(seed: int) -> float:
    """Return by how much of a colour map's length a shade may be off: as much as one of the files' 255 grey levels.

    Whoever draws `(image * 255).byte()` cuts off up to one level of each pixel, of the ends that imshow fits too, and
    nobody sees it.
    """
    pixels = image(seed)
    return float(1 / (255 * np.ptp(pixels) - 1))


def is_right(seed: int, figure: dict[str, Any]) -> bool:
    """Tell whether there is one picture in a figure, and its shades are right."""
    shades = [picture.array for picture in figure["shades"]]
    if [picture.size for picture in shades] != [784]:
        return False
    off = [float(np.abs(shades[0].reshape(28, 28) - right).max()) for right in pictures(seed)]
    return min(off) <= grey_level(seed)


def shown(lab: Lab, again: bool = False) -> Evidence:
    """Ask for a picture; `again`, with other digits in its title."""
    label, prediction = digits(lab.seed, again)
    asked = f"show_prediction(image, label={label}, prediction={prediction})"
    sent = TensorValue.of(image(lab.seed)), label, prediction
    return lab.call("show_prediction", *sent, keep=True, asked=asked)


def read(lab: Lab, seen: Evidence) -> dict[str, Any]:
    """Return what is in a figure: images, colour maps, interpolations, titles."""
    figure = lab.probe("figure", seen.value, of="show_prediction", asked=seen.asked)
    return cast("dict[str, Any]", figure.value)


def expect_image(lab: Lab, seen: Evidence, figure: dict[str, Any]) -> None:
    """Expect one of a figure's pictures to be like the image, whichever way it lies and is coloured, and to be seen."""
    shown = zip(figure["shades"], figure["seen"], strict=True)
    squares = [likeness.square(picture.array) for picture, seen_by in shown if seen_by >= LEAST_SEEN]
    drawn = np.asarray([square for square in squares if square is not None]).reshape(-1, 28, 28)
    _, like = likeness.nearest(drawn, image(lab.seed))
    expect.that(like.any(), seen, "another_picture" if squares else "no_picture")


def named_digits(title: str) -> list[tuple[bool, int]]:
    """Return the numbers in a title that a word names: whether it names the prediction, and the number."""
    return [(word.lower().startswith("pred"), int(number)) for word, number in NAMED.findall(title)]
