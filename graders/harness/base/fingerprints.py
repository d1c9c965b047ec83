"""What a grade hangs on, each as a few letters that change with it."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  # what a report holds is built by its annotations (see plain.py)
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """Fingerprints of all that a verdict hangs on but the seed.

    `rubric` is of all the rubric but `points`: points, weights and who may see them. `parts` has, by name, what one
    part's verdict hangs on alone, its own checks; `grader` what all of them do. Empty where nothing was looked at.
    """

    submission: str = ""
    rubric: str = ""
    points: str = ""
    grader: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    digits: str = ""
