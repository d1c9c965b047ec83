"""What a teacher takes away for being late, as it stands in reports."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Late:
    """A penalty: `value` points, or percent where `percent` is set; `said` tells it, and why, to the student."""

    value: float
    percent: bool = False
    said: str = ""

    def left_of(self, points: float) -> float:
        """Return what is left of points: no less than nothing."""
        return round(max(0.0, points - (points * self.value / 100 if self.percent else self.value)), 2)
