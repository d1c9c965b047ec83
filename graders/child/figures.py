"""What is in a figure that a submission drew, read from matplotlib's own objects. Child side, like `probes`."""

from __future__ import annotations

import io
from typing import Any

import torch


def figure(figure: Any) -> dict[str, Any]:
    """Read a figure's pictures and texts from matplotlib's own objects.

    A picture's shades are its numbers as the colour map gets them: 0 for the one end of its colours, 1 for the other.
    """
    pictures = [image for axes in figure.axes for image in axes.get_images()]
    texts = [axes.get_title(loc) for axes in figure.axes for loc in ("left", "center", "right")]
    return {
        "images": [torch.as_tensor(image.get_array().filled()).double() for image in pictures],
        "shades": [torch.as_tensor(image.norm(image.get_array()).filled()).double() for image in pictures],
        "cmaps": [image.get_cmap().name for image in pictures],
        "interpolations": [image.get_interpolation() for image in pictures],
        "titles": [*texts, figure.get_suptitle()],
    }


def saved(figure: Any) -> int:
    """Save a figure, and return how many bytes it takes."""
    file = io.BytesIO()
    figure.savefig(file)
    return file.tell()
