"""What is in a figure that a submission drew, read from matplotlib's own objects. Child side, like `probes`."""

from __future__ import annotations

import io
from typing import Any

import torch
from torch import Tensor


def figure(figure: Any) -> dict[str, Any]:
    """Read a figure's pictures and texts from matplotlib's own objects.

    A picture's shades are its numbers as the colour map gets them, 0 for one end of its colours, 1 for the other, as
    they lie on the page: its first line above, its first column on the left.
    """
    pictures = [image for axes in figure.axes for image in axes.get_images()]
    texts = [axes.get_title(loc) for axes in figure.axes for loc in ("left", "center", "right")]
    return {
        "images": [torch.as_tensor(image.get_array().filled()).double() for image in pictures],
        "shades": [_as_it_lies(image).double() for image in pictures],
        "cmaps": [image.get_cmap().name for image in pictures],
        "interpolations": [image.get_interpolation() for image in pictures],
        "titles": [*texts, figure.get_suptitle()],
    }


def _as_it_lies(image: Any) -> Tensor:
    """Return a picture's shades, turned round as its axes and its origin turn them."""
    shades = torch.as_tensor(image.norm(image.get_array()).filled())
    left, right, bottom, top = image.get_extent()
    first, last = (top, bottom) if image.origin == "upper" else (bottom, top)
    ends = image.axes.transData.transform([(left, first), (right, last)])
    turned = [axis for axis, wrong in ((0, ends[0, 1] < ends[1, 1]), (1, ends[0, 0] > ends[1, 0])) if wrong]
    return shades.flip(turned) if turned else shades


def saved(figure: Any) -> int:
    """Save a figure, and return how many bytes it takes."""
    file = io.BytesIO()
    figure.savefig(file)
    return file.tell()
