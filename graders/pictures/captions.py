"""Many short texts in a picture, in a tenth of the time that matplotlib takes to lay out each by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.backend_bases import RendererBase


class Caption(NamedTuple):
    """A line of text, its middle at a place in the axes' own numbers."""

    x: float
    y: float
    text: str
    colour: str


def write(axes: Axes, captions: Sequence[Caption], size: float) -> None:
    """Put captions of one size, in points, into axes or beside them."""
    from matplotlib.artist import Artist
    from matplotlib.text import Text

    class Captions(Artist):
        def draw(self, renderer: RendererBase) -> None:
            """Draw each by one Text that goes from place to place: the renderer asks it where it is to be."""
            pen = Text(ha="center", fontsize=size, transform=axes.transData)
            font = pen.get_fontproperties()
            _, height, descent = renderer.get_text_width_height_descent("0", font, ismath=False)
            _, page = renderer.get_canvas_width_height()
            places = axes.transData.transform([(caption.x, caption.y) for caption in captions])
            context = renderer.new_gc()
            for caption, (x, y) in zip(captions, places, strict=True):
                pen.set_position((caption.x, caption.y))
                context.set_foreground(caption.colour)
                below = y - height / 2 + descent
                line = page - below if renderer.flipy() else below
                renderer.draw_text(context, x, line, caption.text, font, 0, mtext=pen)
            context.restore()

    axes.add_artist(Captions())
