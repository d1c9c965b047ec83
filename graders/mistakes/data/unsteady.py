"""A misconception about images: each is the same whenever it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from graders.harness.base.model import TensorValue
from graders.harness.judge.clues import Clue, NoClue
from graders.measuring import serving
from graders.mistakes import values
from graders.mistakes.ideas import Idea

from .dataset import FETCHED, SERVING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graders.measuring.pieces import Lab

MANY = 20  # images that are asked for twice


def look(lab: Lab) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Ask one and the same data set for images, and for the same ones again. Raises NoClue where one is no tensor."""
    root = lab.root(*serving.splits(lab))
    dataset = lab.call("load_mnist", root, True, keep=True).value
    asked = [index for index in range(MANY) for _ in range(2)]
    items = cast("list[Any]", lab.probe("items", dataset, asked, of="load_mnist").value)
    images = [values.two(item)[0] for item in items]
    if not all(isinstance(image, TensorValue) for image in images):
        raise NoClue
    arrays = [values.array(image) for image in images]
    return list(zip(arrays[::2], arrays[1::2], strict=True))


AGAIN = Clue((*SERVING, FETCHED), look)


@AGAIN.mistake("image-drawn-anew-each-time", Idea.DATASET)
def _changes(seen: list[tuple[NDArray[np.float64], NDArray[np.float64]]]) -> bool:
    """Recognise images that are others the second time; a few may come out alike by chance."""
    others = sum(not np.array_equal(first, second) for first, second in seen)
    return others > MANY / 2


CLUES = (AGAIN,)
