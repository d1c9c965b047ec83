"""Part `prediction`: one digit read and shown; the picture is read from matplotlib's own objects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from graders.harness.base.model import TensorValue
from graders.harness.judge import expect
from graders.harness.judge.describe import describe
from graders.harness.judge.looks import remembered
from graders.measuring import devices, drawn, inputs, predictions

if TYPE_CHECKING:
    from graders.harness.base.model import Evidence
    from graders.harness.judge.messages import Messages
    from graders.measuring.pieces import Lab

pytestmark = pytest.mark.part("prediction")

IMAGES, WRITTEN = 12, 3  # of noise; of lines
MAX_NUMBERS = 5  # different ones in a title; one that names all ten digits says nothing
SPREAD = 0.3  # of the noise on the model's parameters, so that its answers differ


def test_prediction_is_the_digit_with_the_largest_logit(lab: Lab, seed: int) -> None:
    """`predict` agrees with the model's own logits on every image."""
    lab.require("predict")
    model, shown = lab.known_model(SPREAD)
    images = np.concatenate([inputs.random_images(seed + 40, IMAGES), inputs.written(seed, WRITTEN)])
    answers = shown.predictions(images)
    for image, answer in zip(images, answers, strict=True):
        seen = lab.call("predict", model, TensorValue.of(image), lab.device(), asked="predict(model, image, device)")
        expect.close(seen, expect.number(seen), float(answer), 0.0)
        expect.unchanged(seen, "image")


def test_prediction_is_an_int(lab: Lab, seed: int, words: Messages) -> None:
    """A plain int, which prints as a digit; also where the model is on another device."""
    lab.require("predict")
    image = TensorValue.of(inputs.random_images(seed + 40, 1)[0])
    seen = lab.call("predict", lab.model(spread=SPREAD), image, lab.device(), asked="predict(model, image, device)")
    expect.that(type(seen.value) is int, seen, "plain", expected="int", got=describe(seen.value))
    predictions.expect_reading(lab)
    devices.expect_device(lab, "predict", words)


@remembered
def seen_and_read(lab: Lab, again: bool = False) -> tuple[Evidence, dict[str, Any]]:
    """Ask for a picture and read it; expects a Figure."""
    seen = drawn.shown(lab, again)
    expect.instance(seen, "matplotlib.figure.Figure")
    return seen, drawn.read(lab, seen)


def test_picture_shows_the_image(lab: Lab) -> None:
    """One imshow of the 28 x 28 pixels; 0 to 1 and 0 to 255 give the same picture, for imshow fits its colours."""
    seen, figure = seen_and_read(lab)
    expect.that(len(figure["images"]) == 1, seen, "plain", expected="1 imshow", got=f"{len(figure['images'])} imshow")
    shown = figure["images"][0].array
    expect.that(np.squeeze(shown).shape == (28, 28), seen, "plain", expected="[28, 28]", got=list(shown.shape))
    shades = figure["shades"][0].array.reshape(28, 28)
    wanted = min(drawn.pictures(lab.seed), key=lambda picture: float(np.abs(picture - shades).max()))
    expect.close(seen, shades, wanted, drawn.grey_level(lab.seed))
    drawn.expect_image(lab, seen, figure)
    expect.unchanged(seen, "image")
    # A picture can be saved; whatever that does to it, it was read before.
    lab.probe("saved", seen.value, of="show_prediction", asked=f"{seen.asked}.savefig(…)")


def test_picture_is_drawn_in_greys_without_smoothing(lab: Lab) -> None:
    """The colour map is `Greys`, the interpolation `nearest`."""
    seen, figure = seen_and_read(lab)
    got = list(zip(figure["cmaps"], figure["interpolations"], strict=True))
    right = bool(got) and all(pair == ("Greys", "nearest") for pair in got)
    expect.that(right, seen, "picture_style", got=", ".join(f"cmap={c!r}, interpolation={i!r}" for c, i in got) or "-")
    drawn.expect_image(lab, seen, figure)


def test_title_has_label_and_prediction(lab: Lab) -> None:
    """The title names both digits, the label's and the prediction's, whichever they are."""
    for again in (False, True):
        seen, figure = seen_and_read(lab, again)
        label, prediction = drawn.digits(lab.seed, again)
        title = " ".join(text for text in figure["titles"] if text)
        numbers = re.findall(r"(?<!\w)-\d+|\d+", title)  # -7 is another number; the dash in "label-7" is none of it
        named = {str(label), str(prediction)} <= set(numbers) and len(set(numbers)) <= MAX_NUMBERS
        expect.that(named, seen, "title", got=repr(title))
        # Which digit is which can only be told where the title says so.
        told = drawn.named_digits(title)
        swapped = any(number != (prediction if predicted else label) for predicted, number in told)
        expect.that(not swapped, seen, "title_swapped", got=repr(title))
        drawn.expect_image(lab, seen, figure)
