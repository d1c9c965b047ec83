"""A measured training speed, as it stands in reports."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Throughput:
    """A training speed beside the yardstick's, on one device. Speeds in training samples a second.

    `ratio` is the submission's speed over the yardstick's, the median of `rounds` paired ratios, with its 95 %
    interval. `clock` tells which clock counted: "wall", or "cpu" where more than one core was at work.
    """

    device: str  # "cpu" or "cuda"
    device_name: str
    samples_per_second: float
    yardstick_samples_per_second: float
    ratio: float
    ratio_low: float
    ratio_high: float
    rounds: int
    clock: str = "wall"
    part: str = ""  # whose check has timed it
