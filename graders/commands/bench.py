"""Compare whole epochs of submissions: from their own data sets and loaders to the trained weights, side by side."""

from __future__ import annotations

import argparse
import os
import random
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from graders.digits import find
from graders.harness.base.errors import CheckFailed, ConfigurationError, Unwritten
from graders.harness.judge import expect
from graders.harness.judge.grading import Grading, Options
from graders.harness.judge.messages import Messages
from graders.harness.render.terminal import columns, pad
from graders.harness.timing import intervals
from graders.harness.walls.levels import Chosen, choose
from graders.measuring import measure, oracle, throughput
from graders.pictures import figures
from graders.spec import SPEC

from . import epochs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graders.measuring.throughput import Runner

LESSON, YARDSTICK, LIMIT = "lesson", "yardstick", "limit"
FEWEST = 5  # rounds; of fewer, no interval says anything
CONFIDENCE = 0.95
ORDER_MATTERS = 0.02  # by how much of its size an epoch's mean cost depends on the order of the batches, at most


@dataclass(slots=True)
class Lane:
    """One of those that are compared: who runs, how long each round took, what makes it slow."""

    name: str
    runner: Runner
    seconds: list[float] = field(default_factory=list)
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """What the rounds say of one: images a second, and its speed as a multiple of the lesson's, with an interval."""

    name: str
    images_per_second: float
    ratio: float
    low: float
    high: float
    of_limit: float
    reasons: tuple[str, ...]


def run(lanes: Sequence[Lane], start: Any, expected: float, budget: float) -> None:
    """Let all run an epoch a round, in random order, until the time is up.

    Raises ConfigurationError, which names the submission, where an epoch's cost shows that it did not do the work.
    """
    order, began = random.SystemRandom(), time.monotonic()
    for lane in lanes:  # one untimed round: caches, first calls
        _prove(lane, lane.runner.epoch(start), expected)
    while len(lanes[0].seconds) < FEWEST or time.monotonic() - began < budget:
        for lane in order.sample(list(lanes), len(lanes)):
            lane.runner.tree.resume()
            at = time.perf_counter()
            result = lane.runner.epoch(start)
            lane.seconds.append(time.perf_counter() - at)
            lane.runner.tree.pause()
            _prove(lane, result, expected)


def _prove(lane: Lane, result: Any, expected: float) -> None:
    """Expect the cost of an epoch of plain SGD from the common start; the order of the digits is everybody's own."""
    cost = expect.as_number(result.value[1]) if isinstance(result.value, tuple) else None
    if cost is None or not abs(cost - expected) <= ORDER_MATTERS * expected:
        shown = "no number" if cost is None else f"{cost:.4f}"
        raise ConfigurationError(f"{lane.name}: an epoch costs {shown}, not about {expected:.4f}: grade it first")


def rows(lanes: Sequence[Lane], images: int) -> list[Row]:
    """Return what the rounds say, each compared with the lesson's and the limit's in the same round."""
    by_name = {lane.name: lane.seconds for lane in lanes}
    return [_row(lane, by_name, images) for lane in lanes]


def _row(lane: Lane, by_name: dict[str, list[float]], images: int) -> Row:
    ratios = intervals.ratios(zip(lane.seconds, by_name[LESSON], strict=True))
    of_limit = median(intervals.ratios(zip(lane.seconds, by_name[LIMIT], strict=True)))
    low, high = intervals.median_interval(ratios, CONFIDENCE)
    speed = images / median(lane.seconds)
    return Row(lane.name, speed, median(ratios), low, high, of_limit, lane.reasons)


def table(found: Sequence[Row], words: Messages) -> str:
    """Return the rows as a table for a terminal."""
    heads = tuple(words.text("bench", key) for key in ("name", "speed", "ratio", "limit", "reasons"))
    lines = [heads, *(_cells(row, words) for row in found)]
    widths = [max(columns(line[column]) for line in lines) for column in range(4)]
    texts = [_line(line, widths) for line in lines]
    return "\n".join([texts[0], "-" * max(map(columns, texts)), *texts[1:]])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Return a row: the name to the left, three columns of figures to the right, then text."""
    numbers = (" " * (widths[c] - columns(cells[c])) + cells[c] for c in (1, 2, 3))
    return "  ".join([pad(cells[0], widths[0]), *numbers, cells[4]]).rstrip()


def _cells(row: Row, words: Messages) -> tuple[str, ...]:
    reasons = "; ".join(_in_words(reason, words) for reason in row.reasons)
    ratio = f"{row.ratio:.1f} ({row.low:.1f} - {row.high:.1f})"
    return row.name, f"{row.images_per_second:,.0f}", ratio, f"{row.of_limit:.0%}", reasons


def _in_words(reason: str, words: Messages) -> str:
    if reason.startswith("slow-"):
        return words.entry("mistakes", reason, {})["title"]
    return words.text("bench", reason)


def draw(found: Sequence[Row], words: Messages, path: Path) -> None:
    """Draw the rows as bars with intervals, on a scale on which every factor of ten is as long as every other."""
    import matplotlib.figure

    figure = matplotlib.figure.Figure(figsize=(7, 0.9 + 0.45 * len(found)), layout="constrained")
    axes = figure.subplots()
    places = range(len(found) - 1, -1, -1)
    colours = [figures.ORACLE if row.name in (LESSON, YARDSTICK, LIMIT) else figures.YOURS for row in found]
    axes.barh(places, [row.ratio for row in found], color=colours)
    ends = [[row.ratio - row.low for row in found], [row.high - row.ratio for row in found]]
    axes.errorbar([row.ratio for row in found], places, xerr=ends, fmt="none", ecolor="black", capsize=4)
    for place, row in zip(places, found, strict=True):
        axes.text(row.high * 1.08, place, f"{row.images_per_second:,.0f}", va="center", fontsize=9)
    axes.set_yticks(places, [row.name for row in found])
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set_xlim(right=max(row.high for row in found) * 2.5)
    axes.set_xlabel(words.text("bench", "axis"))
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)


def main(arguments: Sequence[str]) -> int:
    """Run `python -m graders bench SUBMISSION…`."""
    parser = argparse.ArgumentParser(prog="python -m graders bench", description=__doc__)
    parser.add_argument("submissions", nargs="+", type=Path, metavar="SUBMISSION", help="a folder or a file each")
    parser.add_argument("--digits", type=int, default=10_000, help="of an epoch (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=30.0, help="of measuring, about (default: %(default)s)")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw the comparison: .svg, .png or .pdf")
    parser.add_argument("--mnist-root", type=Path, default=os.environ.get("MNIST_ROOT"), metavar="DIR")
    parser.add_argument("--isolation", choices=("auto", "process", "sandbox"), default="auto")
    parser.add_argument("--language", default="en", metavar="LANG")
    options = parser.parse_args(arguments)
    found = compare(options)
    words = Messages.of_lab(SPEC.folder, options.language)
    print(table(found, words))
    if options.picture:
        draw(found, words, options.picture)
    return 0


def compare(options: argparse.Namespace) -> list[Row]:
    """Set everybody up, run the rounds, and end all workers. Raises ConfigurationError."""
    chosen = choose(options.isolation, os.environ)
    root = Path(options.mnist_root).expanduser() if options.mnist_root else None
    split = find.find_digits(root, train_size=options.digits, test_size=100).train
    first, *others = options.submissions
    gradings = [Grading(SPEC, _options(first, chosen))]
    try:
        gradings += [Grading(SPEC, _options(path, chosen, gradings[0].nursery)) for path in others]
        ours = gradings[0]
        lanes = [Lane(name, epochs.ours(ours.beside(epochs.FILE), split, name)) for name in (LESSON, YARDSTICK)]
        lanes += [_lane(grading, split) for grading in gradings]
        lanes.append(Lane(LIMIT, epochs.ours(ours.beside(epochs.FILE), split, LIMIT)))
        start = throughput.drawn_start(np.random.default_rng(0))
        run(lanes, start, _expected(start, split), options.seconds)
        return rows(lanes, len(split.labels) // throughput.BATCH * throughput.BATCH)
    finally:
        for grading in gradings:
            grading.close()


def _options(path: Path, chosen: Chosen, nursery: Path | None = None) -> Options:
    return Options(path, SPEC.folder / "rubric.toml", chosen, "en", 0, nursery)


def _lane(grading: Grading, split: Any) -> Lane:
    name = grading.source.name
    try:
        runner, reasons = epochs.theirs(grading.submission, split)
    except (CheckFailed, Unwritten) as error:
        raise ConfigurationError(f"{name}: cannot be compared ({error}): grade it first") from None
    return Lane(name, runner, reasons=reasons)


def _expected(start: Any, split: Any) -> float:
    """Return the mean cost of an epoch of plain SGD over the digits, in an order like any other."""
    images, labels = split.images.reshape(len(split.labels), -1) / np.float32(255), split.labels.astype(np.int64)
    order, size = np.random.default_rng(0).permutation(len(labels)), throughput.BATCH
    chosen = [order[i : i + size] for i in range(0, len(order) - size + 1, size)]
    return oracle.train(
        throughput.affine(start), ((images[rows], labels[rows]) for rows in chosen), measure.LEARNING_RATE
    ).cost
