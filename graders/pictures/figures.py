"""Draw what this lab's checks noted for the student's page: matplotlib figures as SVG, imported only to draw."""

from __future__ import annotations

import io
import warnings
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from graders.harness.base.exhibits import Picture

from . import captions
from .captions import Caption

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from graders.harness.base.exhibits import Exhibit
    from graders.harness.base.speed import Throughput
    from graders.harness.base.tamed import Tamed

Arrays = dict[str, "NDArray[Any]"]
Frame = tuple[float, tuple[float, float, float, float]]

YOURS, ORACLE = "#2f7ed8", "#d9730d"  # to be told apart in a light page, a dark one, and without colours by their width
INK = "#010203"  # stands for the page's own text colour, which `render.svg` puts in its place
STYLE: Any = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "graders",  # the same picture has the same bytes
    "font.size": 10,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # then the reader's own: each text names them all
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
}
GAP = 2  # pixels between pictures in a row
LABEL_PAD = 20  # from an axis to what it is called, with the digits between them
WIDTH = 4.6  # inches of 72 pixels: text of 10 is then read on a phone, and not too large on a screen
# Of each picture, its height in inches, and left, bottom, width and height of its axes as shares of its own: to find
# those by constrained layout would draw everything twice.
WHOLE = (0.0, 0.0, 1.0, 1.0)
FRAMES: dict[str, Frame] = {
    "reshape": (3.9, WHOLE),
    "costs": (2.4, (0.12, 0.2, 0.86, 0.77)),
    "weights": (2.5, WHOLE),
    "confusion": (4.4, (0.1, 0.12, 0.88, 0.86)),
    "misread": (2.5, WHOLE),
}
_BUILT: dict[str, tuple[Figure, Any]] = {}  # empty ones, each for one picture


@cache
def prepare() -> None:
    """Import what drawing needs, half a second, and draw once, which finds fonts, while there is nothing else to do.

    Axes take a third of the time that a picture takes, so there are some for one picture of each kind then.
    """
    import matplotlib as mpl

    words = dict.fromkeys((f"costs_{name}" for name in ("title", "text", "batch", "cost", "oracle", "yours")), "x")
    costs = np.linspace(2, 1, 9)
    _picture("costs", words, lambda: _costs({"yours": costs, "oracle": costs}, words))
    with mpl.rc_context(STYLE):
        _BUILT.update({name: _framed(frame) for name, frame in FRAMES.items()})


def draw(report: Tamed, words: Mapping[str, str], missed: Callable[[str, Exception], None]) -> tuple[Picture, ...]:
    """Return a picture for each exhibit of the report, and one of what was timed.

    `words` is the lab's section `pictures`: NAME_title and NAME_text of each picture, and what stands inside it. A
    picture that cannot be drawn is left out, and `missed` is told its name and what was raised.
    """
    makers: dict[str, Callable[[], tuple[Figure, dict[str, Any]]]] = {
        name: partial(_shown, shown, exhibit, words)
        for name, shown in SHOWN.items()
        if (exhibit := report.exhibits.get(name))
    }
    if report.throughput:
        makers["throughput"] = lambda: _throughput(report.throughput, words)
    drawn = []
    for name, make in makers.items():
        try:
            drawn.append(_picture(name, words, make))
        except Exception as error:  # whatever matplotlib may raise: the others are as good without it
            missed(name, error)
    return tuple(drawn)


def _shown(
    shown: Callable[[Arrays, Mapping[str, str]], tuple[Figure, dict[str, Any]]],
    exhibit: Exhibit,
    words: Mapping[str, str],
) -> tuple[Figure, dict[str, Any]]:
    return shown(_unpacked(exhibit), words)


def _unpacked(exhibit: Exhibit) -> Arrays:
    return {name: packed.unpack() for name, packed in exhibit.arrays.items()}


def _picture(name: str, words: Mapping[str, str], make: Callable[[], tuple[Figure, dict[str, Any]]]) -> Picture:
    """Draw one picture; `make` returns the figure and what its text is filled in with."""
    import matplotlib as mpl

    with mpl.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # the page's fonts have what matplotlib's own lack
        figure, said = make()
        svg = io.StringIO()
        figure.savefig(svg, format="svg", transparent=True, metadata={"Date": None})
    return Picture(name, words[f"{name}_title"], words[f"{name}_text"].format_map(said), svg.getvalue())


def _figure(name: str) -> tuple[Figure, Any]:
    """Return a picture's figure, with nothing in it yet, and its axes."""
    return _BUILT.pop(name, None) or _framed(FRAMES[name])


def _framed(frame: Frame) -> tuple[Figure, Any]:
    from matplotlib.figure import Figure

    height, box = frame
    figure = Figure((WIDTH, height))
    return figure, figure.add_axes(box)


# ---- curves


def _costs(arrays: Arrays, words: Mapping[str, str]) -> tuple[Figure, dict[str, Any]]:
    yours, truth = arrays["yours"].astype(float), arrays["oracle"].astype(float)
    figure, axes = _figure("costs")
    steps = np.arange(1, len(truth) + 1)
    axes.plot(steps, truth, color=ORACLE, linewidth=5, alpha=0.55, label=words["costs_oracle"])
    axes.plot(
        steps, np.where(np.isfinite(yours), yours, np.nan), color=YOURS, linewidth=1.6, label=words["costs_yours"]
    )
    axes.set_xlabel(words["costs_batch"])
    axes.set_ylabel(words["costs_cost"])
    axes.set_ylim(0, 2.5 * truth.max() if not _below(yours, 2.5 * truth.max()) else None)
    axes.legend(frameon=False)
    apart = float(np.abs(yours - truth).max()) if np.isfinite(yours).all() else np.inf
    return figure, {"apart": f"{apart:.2g}", "first": f"{yours[0]:.2f}", "last": f"{yours[-1]:.2f}"}


def _below(values: NDArray[Any], most: float) -> bool:
    return bool((np.nan_to_num(values, nan=np.inf) <= most).all())


def _throughput(timed: tuple[Throughput, ...], words: Mapping[str, str]) -> tuple[Figure, dict[str, Any]]:
    height = 0.9 + 0.4 * len(timed)
    figure, axes = _framed((height, (0.12, 0.6 / height, 0.86, 1 - 0.7 / height)))
    rows = range(len(timed))
    ratios = [each.ratio for each in timed]
    ends = [[each.ratio - each.ratio_low for each in timed], [each.ratio_high - each.ratio for each in timed]]
    axes.errorbar(ratios, rows, xerr=ends, fmt="o", color=YOURS, capsize=6, linewidth=2)
    axes.axvline(1, color=ORACLE, linewidth=2, linestyle="--")
    axes.set_yticks(rows, [each.device for each in timed])
    axes.set_ylim(-0.6, len(timed) - 0.4)
    axes.set_xlim(0, max(1.2, *(1.1 * each.ratio_high for each in timed)))
    axes.set_xlabel(words["throughput_ratio"])
    said = "; ".join(_speed(each, words) for each in timed)
    return figure, {"speeds": said}


def _speed(timed: Throughput, words: Mapping[str, str]) -> str:
    values = {"low": f"{timed.ratio_low:.2f}", "high": f"{timed.ratio_high:.2f}", "ratio": f"{timed.ratio:.2f}"}
    speed = f"{timed.samples_per_second:,.0f}"
    return words["throughput_speed"].format(device=timed.device_name or timed.device, speed=speed, **values)


# ---- images


def _row(images: NDArray[Any], columns: int, paper: float) -> NDArray[np.float64]:
    """Return images `[N, 28, 28]` side by side, `columns` a line, with gaps of `paper` between them."""
    padded = np.pad(images.astype(float), ((0, 0), (GAP, GAP), (GAP, GAP)), constant_values=paper)
    lines = [np.concatenate(list(padded[i : i + columns]), axis=1) for i in range(0, len(padded), columns)]
    width = max(line.shape[1] for line in lines)
    full = [np.pad(line, ((0, 0), (0, width - line.shape[1])), constant_values=paper) for line in lines]
    return np.concatenate(full, axis=0)


def _mosaic(axes: Any, images: NDArray[Any], columns: int, texts: list[str], **look: Any) -> None:
    """Show images with a caption below each."""
    side = images.shape[1] + 2 * GAP
    room = side * 0.3  # for the caption
    written: list[Caption] = []
    for i in range(0, len(images), columns):
        line = _row(images[i : i + columns], columns, np.nan)
        top = (i // columns) * (side + room)
        axes.imshow(line, extent=(0, line.shape[1], top + side, top), interpolation="none", **look)
        below = top + side + room * 0.45
        written += [Caption((j + 0.5) * side, below, text, INK) for j, text in enumerate(texts[i : i + columns])]
    captions.write(axes, written, 10)
    lines = -(-len(images) // columns)
    axes.set_xlim(0, columns * side)
    axes.set_ylim(lines * (side + room), 0)
    axes.set_axis_off()


def _weights(arrays: Arrays, words: Mapping[str, str]) -> tuple[Figure, dict[str, Any]]:
    figure, axes = _figure("weights")
    _mosaic(axes, arrays["weights"], 5, [str(digit) for digit in range(10)], cmap="RdBu", vmin=-127, vmax=127)
    return figure, {}


def _misread(arrays: Arrays, words: Mapping[str, str]) -> tuple[Figure, dict[str, Any]]:
    labels, answers = arrays["labels"].tolist(), arrays["answers"].tolist()
    texts = [
        words["misread_caption"].format(label=label, answer=answer)
        for label, answer in zip(labels, answers, strict=True)
    ]
    figure, axes = _figure("misread")
    _mosaic(axes, arrays["images"], 5, texts, cmap="Greys", vmin=0, vmax=255)
    return figure, {"count": len(labels)}


def _reshape(arrays: Arrays, words: Mapping[str, str]) -> tuple[Figure, dict[str, Any]]:
    count = len(arrays["images"])
    figure, axes = _figure("reshape")
    both = np.concatenate([arrays["images"], arrays["rows"]])
    texts = [words["reshape_image"].format(number=i) for i in range(count)]
    texts += [words["reshape_row"].format(number=i) for i in range(count)]
    _mosaic(axes, both, count, texts, cmap="Greys", vmin=0, vmax=255)
    return figure, {}


def _confusion(arrays: Arrays, words: Mapping[str, str]) -> tuple[Figure, dict[str, Any]]:
    counts = arrays["counts"]
    figure, axes = _figure("confusion")
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    # The root shows rare mistakes, too.
    axes.imshow(np.sqrt(shares), cmap="Blues", vmin=0, vmax=1, interpolation="none")
    cells = [
        Caption(answer, label, str(count), "#ffffff" if shares[label, answer] > 0.3 else "#102a43")
        for (label, answer), count in np.ndenumerate(counts)
    ]
    captions.write(axes, cells, 8)
    captions.write(axes, [Caption(answer, 9.9, str(answer), INK) for answer in range(10)], 10)
    captions.write(axes, [Caption(-0.9, label, str(label), INK) for label in range(10)], 10)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlabel(words["confusion_answer"], labelpad=LABEL_PAD)
    axes.set_ylabel(words["confusion_label"], labelpad=LABEL_PAD)
    right, total = int(np.trace(counts)), int(counts.sum())
    off = counts - np.diag(np.diag(counts))
    label, answer = np.unravel_index(off.argmax(), off.shape)
    said = {"right": right, "total": total, "label": label, "answer": answer, "times": int(off.max())}
    return figure, said


SHOWN = {
    "reshape": _reshape,
    "costs": _costs,
    "weights": _weights,
    "confusion": _confusion,
    "misread": _misread,
}
