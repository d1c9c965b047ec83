"""Part `data`: what `load_mnist` serves, seen on a few hundred digits that the judge wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from graders.harness.judge import expect
from graders.harness.judge.describe import describe
from graders.measuring import inputs, measure, serving

if TYPE_CHECKING:
    from graders.measuring.pieces import Lab

pytestmark = pytest.mark.part("data")


def test_training_and_test_digits_are_kept_apart(lab: Lab) -> None:
    """`train` chooses between the training digits and the test digits."""
    tiny = inputs.tiny(lab.seed)
    for train, count in ((True, tiny.train), (False, tiny.test)):
        seen = serving.loaded(lab, train)
        expect.that(seen.length == count, seen.evidence, "count_of_digits", expected=count, got=seen.length)
    serving.expect_digits(lab)


def test_an_image_is_a_float_tensor_of_one_channel(lab: Lab) -> None:
    """Each image is `[1, 28, 28]` float32."""
    seen = serving.loaded(lab, train=True)
    for index in range(len(seen.items)):
        image, _ = serving.pair(seen, index)
        wanted, got = "float32 tensor [1, 28, 28]", describe(image)
        expect.that(got == wanted, seen.evidence, "plain", expected=wanted, got=got)
    serving.expect_digits(lab)


def test_pixels_lie_between_0_and_1(lab: Lab) -> None:
    """The whole numbers 0 to 255 of the files become 0 to 1."""
    seen = serving.loaded(lab, train=True)
    pixels = serving.pixels(seen)
    low, high = float(pixels.min()), float(pixels.max())
    right = abs(low) <= measure.PIXEL_ATOL and abs(high - 1) <= measure.PIXEL_ATOL
    expect.that(right, seen.evidence, "pixel_range", low=f"{low:.6g}", high=f"{high:.6g}")
    serving.expect_digits(lab)


def test_images_show_what_the_files_hold(lab: Lab) -> None:
    """Every pixel is where the files have it; how pixels are scaled is judged elsewhere."""
    for train in (True, False):
        seen = serving.loaded(lab, train)
        pixels = serving.pixels(seen)
        low, high = pixels.min(), pixels.max()
        expect.that(high > low, seen.evidence, "blank_images")
        expect.close(seen.evidence, (pixels - low) / (high - low), seen.split.images / 255, measure.PIXEL_ATOL * 2)
    serving.expect_digits(lab)


def test_a_label_is_an_int(lab: Lab) -> None:
    """Labels are plain whole numbers, as torchvision gives them."""
    seen = serving.loaded(lab, train=True)
    for index in range(len(seen.items)):
        _, label = serving.pair(seen, index)
        expect.that(type(label) is int, seen.evidence, "plain", expected="int", got=describe(label))
    serving.expect_digits(lab)


def test_each_image_has_its_own_label(lab: Lab) -> None:
    """Image and label of an item belong together, in both splits."""
    for train in (True, False):
        seen = serving.loaded(lab, train)
        labels = [expect.number(seen.evidence, serving.pair(seen, index)[1]) for index in range(len(seen.items))]
        expect.close(seen.evidence, labels, np.asarray(seen.split.labels, float), 0.0)
    serving.expect_digits(lab)


def test_missing_digits_are_fetched_on_request_only(lab: Lab) -> None:
    """With `download` the network is asked for digits that are not there, without it never."""
    lab.submission.require("load_mnist")  # the probe does not mind how it fails, and it fails where it is missing
    for download in (None, False, True):
        seen = serving.fetched(lab, *([] if download is None else [download]))
        expect.that(seen.asked or not download, seen.evidence, "not_fetched")
        expect.that(seen.arrived or not download, seen.evidence, "not_stored")
        expect.that(download or not seen.asked, seen.evidence, "fetched_unasked")
    if not serving.loses_digits(lab):  # then they were there, and what happens to them is judged elsewhere
        serving.expect_digits(lab)
