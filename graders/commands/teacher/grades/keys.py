"""What a grade hangs on, as fingerprints, and what is to be judged anew where some of them have changed."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  # what the gradebook holds is built by its annotations
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from graders.harness.judge import fingerprints
from graders.harness.source import fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from graders.harness.judge.rubric import Rubric
    from graders.harness.judge.spec import LabSpec

ALL_PARTS = "*"  # among the parts that a teacher wants judged again


@dataclass(frozen=True, slots=True)
class Key:
    """What a grade hangs on. Two results with equal keys are of one grading, but for what is timed.

    `rubric` is all of the rubric but `points`, which are points, weights and who may see them. `parts` has what one
    part's verdict hangs on alone, its own checks; `grader` what all of them do. `options` are those of the run that
    matter, the language and the level of isolation say.
    """

    submission: str
    rubric: str
    points: str
    grader: str
    parts: Mapping[str, str]
    digits: str = ""
    seed: int = 0
    options: Mapping[str, str] = field(default_factory=dict)

    def of(self, parts: Collection[str]) -> Key:
        """Return the key of a grading of some parts alone."""
        return replace(self, parts={name: value for name, value in self.parts.items() if name in parts})

    @property
    def plain(self) -> dict[str, Any]:
        """The key as plain values."""
        return {**asdict(self), "parts": dict(self.parts), "options": dict(self.options)}


class Step(StrEnum):
    """How much is to be done."""

    NOTHING = "nothing"
    POINTS = "points"  # are worked out anew from what was judged
    PARTS = "parts"  # some parts are judged anew, and merged into the rest
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done for a submission; `parts` in the rubric's order, where only some are judged."""

    step: Step
    parts: tuple[str, ...] = ()

    @property
    def judges(self) -> bool:
        """Whether anything of the submission's runs."""
        return self.step in (Step.PARTS, Step.ALL)


NOTHING, POINTS, ALL = Plan(Step.NOTHING), Plan(Step.POINTS), Plan(Step.ALL)


def plan(old: Key | None, new: Key, again: Collection[str] = ()) -> Plan:
    """Return what a grading by `new` has to do where there is one by `old`.

    `again` are parts that a teacher wants judged once more, or ALL_PARTS. A part that only `old` has costs nothing but
    working out the points.
    """
    if old is None or ALL_PARTS in again or _shared(old) != _shared(new):
        return ALL
    parts = tuple(name for name, value in new.parts.items() if old.parts.get(name) != value or name in again)
    if parts:
        return Plan(Step.PARTS, parts) if len(parts) < len(new.parts) else ALL
    return POINTS if old.points != new.points or old.parts.keys() != new.parts.keys() else NOTHING


def _shared(key: Key) -> tuple[object, ...]:
    """Return what every part hangs on."""
    return key.submission, key.rubric, key.grader, key.digits, key.seed, dict(key.options)


def keys_of_run(
    spec: LabSpec,
    rubric: Rubric,
    *,
    data: str = "",
    seed: int = 0,
    options: Mapping[str, str],
    private: Path | None = None,
) -> Callable[[Path], Key]:
    """Return what makes the keys of a run's submissions, of what `--submission` is given for each.

    `rubric` is the one by which points are worked out, without the parts that do not count; `data` is what digits were
    found, as `find_digits` calls them, `private` the folder of a teacher's own checks.
    """
    lab = fingerprints.of_lab(spec, rubric, private)
    common = Key("", lab.rubric, lab.points, lab.grader, lab.parts, spec.digits(data) if data else "", seed, options)
    return lambda path: replace(common, submission=fingerprint.of_path(path))
