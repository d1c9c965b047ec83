"""What is in a figure that a submission drew, read from matplotlib's own objects. Child side, like `probes`.

What only calls itself a picture, or axes, is none; what is asked is asked of matplotlib's own functions, as they were
before the submission was loaded, and what a picture shows is looked at where it is drawn.
"""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
import torch
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.text import Text
from torch import Tensor

MOST_CELLS = 200  # in a row or a column of a picture, that are looked at on the page
SHADES = np.linspace(0, 1, 256)
GREYS = colormaps["Greys"](SHADES)
ALIKE = 0.15  # of a colour: a map in ten steps is no further from the smooth one
INK = 0.02  # by which colours differ where something is written

_AXES: Any = vars(Figure)["axes"].fget  # a property
_IMAGES, _TITLE_PLACES = Axes.get_images, ("title", "_left_title", "_right_title")
_ARRAY: Any = AxesImage.get_array
_CMAP, _INTERPOLATION, _EXTENT, _COLOURS = (
    AxesImage.get_cmap,
    AxesImage.get_interpolation,
    AxesImage.get_extent,
    AxesImage.to_rgba,
)
_TEXT, _BOX = Text.get_text, Text.get_window_extent
_MRO = type.__dict__["__mro__"].__get__


def figure(figure: Any) -> dict[str, Any]:
    """Read a figure's pictures and texts from matplotlib's own objects.

    A picture's shades are its numbers as the colour map gets them, 0 for one end of its colours, 1 for the other, as
    they lie on the page: its first line above, its first column on the left. `seen` tells how far each is to be seen on
    the page, from 0 to 1.
    """
    axes = [one for one in _AXES(figure) if _is_a(one, Axes)]
    pictures = [image for one in axes for image in _IMAGES(one) if _is_a(image, AxesImage)]
    texts = [vars(one).get(place) for one in axes for place in _TITLE_PLACES]
    texts = [text for text in (*texts, vars(figure).get("_suptitle")) if _is_a(text, Text)]
    shown = {
        "images": [torch.as_tensor(_ARRAY(image).filled()).double() for image in pictures],
        "shades": [_as_it_lies(image).double() for image in pictures],
        "cmaps": [_map_name(_CMAP(image)) for image in pictures],
        "interpolations": [_INTERPOLATION(image) for image in pictures],
    }
    page, renderer = _drawn(figure)
    return {
        **shown,
        "seen": [_how_seen(image, page) for image in pictures],
        "titles": [_TEXT(text) for text in texts if _is_written(text, page, renderer)],
    }


def _is_a(value: object, kind: type) -> bool:
    """Tell whether a value is of a class of matplotlib's; neither names nor its `__class__` have a say."""
    return any(one is kind for one in _MRO(type(value)))


def _map_name(cmap: Any) -> str:
    """Return what a colour map is called; one that has only the name of the lesson's has none."""
    is_named_so = cmap.name == "Greys"
    return "" if is_named_so and np.abs(cmap(SHADES) - GREYS).max() > ALIKE else str(cmap.name)


def _as_it_lies(image: Any) -> Tensor:
    """Return a picture's shades, turned round as its axes and its origin turn them."""
    return _turned(image, torch.as_tensor(image.norm(_ARRAY(image)).filled()))


def _turned(image: Any, cells: Tensor) -> Tensor:
    ends = _ends(image)
    turned = [axis for axis, wrong in ((0, ends[0, 1] < ends[1, 1]), (1, ends[0, 0] > ends[1, 0])) if wrong]
    return cells.flip(turned) if turned else cells


def _ends(image: Any) -> Any:
    """Return where on the page a picture's first and last corner are, `[2, 2]`, from the page's lower left."""
    left, right, bottom, top = _EXTENT(image)
    first, last = (top, bottom) if image.origin == "upper" else (bottom, top)
    return image.axes.transData.transform([(left, first), (right, last)])


# ---- on the page


def _drawn(figure: Any) -> tuple[Any, Any]:
    """Draw a figure; returns its page, colours `[height, width, 3]` from 0 to 255, and what drew it.

    Nothing is on a page that cannot be drawn; why, its own check says, which saves it.
    """
    canvas: Any = FigureCanvasAgg(figure)
    try:
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())[:, :, :3], canvas.get_renderer()
    except Exception:
        return np.full((1, 1, 3), 255, np.uint8), None


def _how_seen(image: Any, page: Any) -> float:
    """Return how a picture's colours on the page go with those that its numbers stand for, as a correlation.

    Smoothed, or half transparent, they still do; whatever lies over it, or beside the page, takes it away.
    """
    with contextlib.suppress(Exception):  # what cannot be laid out cannot be seen
        colours = torch.as_tensor(np.asarray(_COLOURS(image, _ARRAY(image)))[:, :, :3].astype(float))
        wanted = _turned(image, colours).numpy()
        if wanted.dtype.kind != "f" or max(wanted.shape[:2]) > MOST_CELLS:
            return 0.0
        (x0, y0), (x1, y1) = np.sort(_ends(image), axis=0)
        columns = x0 + (np.arange(wanted.shape[1]) + 0.5) * (x1 - x0) / wanted.shape[1]
        lines = len(page) - (y1 - (np.arange(wanted.shape[0]) + 0.5) * (y1 - y0) / wanted.shape[0])
        inside = np.outer((lines >= 0) & (lines < len(page)), (columns >= 0) & (columns < page.shape[1]))
        at = np.clip(lines, 0, len(page) - 1).astype(int), np.clip(columns, 0, page.shape[1] - 1).astype(int)
        found = page[np.ix_(*at)] / 255
        if np.ptp(found, axis=(0, 1)).max() > INK and np.ptp(wanted, axis=(0, 1)).max() > INK:
            return float(np.corrcoef(found[inside].ravel(), wanted[inside].ravel())[0, 1] * inside.mean())
    return 0.0


def _is_written(text: Any, page: Any, renderer: Any) -> bool:
    """Tell whether something of a text is to be seen on the page."""
    with contextlib.suppress(Exception):
        if not _TEXT(text):
            return False
        box = _BOX(text, renderer)
        lines = slice(max(0, int(len(page) - box.y1)), max(0, int(len(page) - box.y0) + 1))
        written = page[lines, max(0, int(box.x0)) : max(0, int(box.x1) + 1)]
        return bool(written.size and np.ptp(written, axis=(0, 1)).max() > 255 * INK)
    return False


def saved(figure: Any) -> int:
    """Save a figure, and return how many bytes it takes."""
    file = io.BytesIO()
    figure.savefig(file)
    return file.tell()
