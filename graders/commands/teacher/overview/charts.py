"""The class page's drawings: SVG written as text, in the page's own colours and within its policy."""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .class_data import Student

BINS = 10
WIDTH, HEIGHT = 360, 210  # in units that are pixels on a phone
LEFT, RIGHT, TOP, BOTTOM = 34, 14, 30, 36
MAX_NAMED = 400  # points that say whose they are when pointed at
SPEEDS = (0.01, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16)  # that the axis names, as far as there are points


def number(value: float) -> str:
    """Return points as every table has them."""
    return f"{round(value, 2):g}"


def bins(points: Sequence[float], most: float) -> list[tuple[float, float, int]]:
    """Return a histogram of points: lower end, upper end and count of each bin; full marks are in the last one."""
    counts = [0] * BINS
    for one in points:
        counts[min(max(int(BINS * one / most), 0), BINS - 1)] += 1
    return [(most * at / BINS, most * (at + 1) / BINS, count) for at, count in enumerate(counts)]


def histogram(points: Sequence[float], most: float, words: Mapping[str, str]) -> Markup:
    """Draw how many have so many points, with a line at the median."""
    found, middle = bins(points, most), median(points)
    highest = max(count for *_, count in found)
    wide, high = (WIDTH - LEFT - RIGHT) / BINS, HEIGHT - TOP - BOTTOM
    floor, parts, counts = HEIGHT - BOTTOM, list[Markup](), list[Markup]()
    across = LEFT + BINS * wide * min(max(middle / most, 0), 1)
    for at, (low, _, count) in enumerate(found):
        x, tall = LEFT + at * wide, high * count / highest
        parts.append(_rect(x + 1, floor - tall, wide - 2, tall, "fill"))
        if count:
            counts.append(_text(x + wide / 2, floor - tall - 4, str(count), "middle"))
        parts.append(_text(x, floor + 14, number(low), "middle"))
    parts += [_line(across, 4, across, floor, "mark"), *counts]  # the numbers stand before the line
    side, shift = ("end", -6) if middle > most / 2 else ("start", 6)
    parts.append(_text(across + shift, 12, words["median_is"].format(points=number(middle)), side))
    parts.append(_text(LEFT + BINS * wide, floor + 14, number(most), "middle"))
    parts.append(_line(LEFT, floor, WIDTH - RIGHT, floor, "axis"))
    parts.append(_text(WIDTH - RIGHT, HEIGHT - 4, words["points_of"].format(most=number(most)), "end"))
    said = ", ".join(words["bin"].format(low=number(a), high=number(b), count=count) for a, b, count in found)
    return _svg("histogram", words["distribution_said"].format(said=said), parts)


def scatter(students: Sequence[Student], words: Mapping[str, str]) -> Markup:
    """Draw each student's speed, on a logarithmic axis, against the accuracy; all have both."""
    speeds = [max(one.ratio or 0.0, SPEEDS[0] / 10) for one in students]
    accuracies = [one.accuracy or 0.0 for one in students]
    low, high = _around(map(math.log, speeds), 0.15)
    bottom, top = (max(min(accuracies) - 0.02, 0.0), min(max(accuracies) + 0.02, 1.0))
    places = [
        (
            LEFT + (WIDTH - LEFT - RIGHT) * (math.log(speed) - low) / (high - low),
            HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (accuracy - bottom) / (top - bottom),
        )
        for speed, accuracy in zip(speeds, accuracies, strict=True)
    ]
    parts = [_line(LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM, "axis")]
    parts.append(_line(LEFT, TOP, LEFT, HEIGHT - BOTTOM, "axis"))
    for speed in SPEEDS:
        if low <= math.log(speed) <= high:
            x = LEFT + (WIDTH - LEFT - RIGHT) * (math.log(speed) - low) / (high - low)
            parts.append(_text(x, HEIGHT - BOTTOM + 14, f"{speed:g}", "middle"))
            parts.append(_line(x, TOP, x, HEIGHT - BOTTOM, "grid"))
    for share in (0.0, 0.5, 1.0):
        y = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share
        parts.append(_text(LEFT - 4, y + 4, f"{bottom + share * (top - bottom):.2f}", "end"))
    if len(students) <= MAX_NAMED:
        for (x, y), one in zip(places, students, strict=True):
            said = f"{one.student}: {one.ratio:.2f}, {one.accuracy:.3f}"
            dot = Markup('<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="3"><title>{}</title></circle>')
            parts.append(dot.format(x, y, said))
    else:  # one path is drawn at once, however many there are
        path = "".join(f"M{x:.0f} {y:.0f}h0" for x, y in dict.fromkeys((round(x), round(y)) for x, y in places))
        parts.append(Markup('<path class="dots" d="{}"/>').format(path))
    parts.append(_text(WIDTH - RIGHT, HEIGHT - 4, words["speed_axis"], "end"))
    parts.append(_text(2, TOP - 12, words["accuracy_axis"], "start"))
    said = words["speed_said"].format(
        count=len(students),
        slow=f"{min(speeds):.2f}",
        fast=f"{max(speeds):.2f}",
        low=f"{min(accuracies):.3f}",
        high=f"{max(accuracies):.3f}",
    )
    return _svg("scatter", said, parts)


def bar(share: float, kind: str = "fill") -> Markup:
    """Draw a share in [0, 1] of a whole; the number stands beside it, so it is nothing to a screen reader."""
    drawn = Markup(
        '<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="rail" width="100" height="4"/><rect class="{}" width="{:.1f}" height="4"/></svg>'
    )
    return drawn.format(kind, 100 * min(max(share, 0), 1))


def _around(values: Iterator[float], least: float) -> tuple[float, float]:
    """Return a range that has all values and some room."""
    found = list(values)
    room = max(0.08 * (max(found) - min(found)), least)
    return min(found) - room, max(found) + room


def _svg(name: str, said: str, parts: Sequence[Markup]) -> Markup:
    whole = Markup('<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>')
    return whole.format(name, WIDTH, HEIGHT, said, Markup("").join(parts))


def _rect(x: float, y: float, width: float, height: float, kind: str) -> Markup:
    return Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
        kind, x, y, width, height
    )


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    return Markup('<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>').format(kind, x1, y1, x2, y2)


def _text(x: float, y: float, said: str, anchor: str) -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(x, y, anchor, said)
