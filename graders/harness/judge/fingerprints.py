"""What a grading's verdicts hang on, as fingerprints: the one place for those who grade and those who plan it."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from graders.harness.base.fingerprints import Fingerprints
from graders.harness.source import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .rubric import Part, Rubric
    from .spec import LabSpec

ENGINE = Path(__file__).parents[1]
ELSEWHERE = ("render", "messages", "commands", "magic", "pictures", "__pycache__")  # folders that move no verdict
OF_CLASSES = ("submission_seconds",)  # limits that move no verdict, but end a judge without one
PART = re.compile(r"""^pytestmark = (?:\[\s*)?pytest\.mark\.part\(["'](\w+)["']\)""", re.MULTILINE)


def of(spec: LabSpec, rubric: Rubric, submission: Path, private: Path | None = None) -> Fingerprints:
    """Return the fingerprints of a grading, all but that of its digits: those are found when they are needed."""
    return replace(of_lab(spec, rubric, private), submission=fingerprint.of_path(submission))


def of_lab(spec: LabSpec, rubric: Rubric, private: Path | None = None) -> Fingerprints:
    """Return the fingerprints that all gradings of a lab by a rubric, and a teacher's own checks, have in common."""
    files = sorted(_files(spec.folder))
    checks = {file: _part_of(file) for file in files if file.parent == spec.folder}
    rest = [file for file in files if checks.get(file) is None]
    beside = sorted(_files(private)) if private else []
    checks |= {file: _part_of(file) for file in beside}
    others = [fingerprint.of(file.name, file.read_bytes()) for file in beside if checks[file] is None]
    # The engine lies in the lab's folder or beside it, in checkouts as well as where packages are installed.
    engine = [] if ENGINE.is_relative_to(spec.folder) else [fingerprint.of_files(_files(ENGINE), ENGINE)]
    return Fingerprints(
        rubric=of_rest(rubric),
        points=of_points(rubric),
        grader=fingerprint.of(fingerprint.of_files(rest, spec.folder), *engine, *others),
        parts={
            part.name: fingerprint.of(
                *(file.read_bytes() for file, name in checks.items() if name == part.name), _asked(rubric, part)
            )
            for part in rubric.parts
        },
    )


def of_points(rubric: Rubric) -> str:
    """Return the fingerprint of what points are worked out by, and who may see them."""
    parts = [
        [p.name, float(p.points), p.visibility, sorted((c, float(w)) for c, w in p.checks.items())]
        for p in rubric.parts
    ]
    return fingerprint.of(json.dumps(parts))


def of_rest(rubric: Rubric) -> str:
    """Return the fingerprint of the rest of a rubric, but for what is one part's alone."""
    tiers = {name: [list(map(float, tier)) for tier in tiers] for name, tiers in rubric.tiers.items()}
    limits = {name: float(value) for name, value in asdict(rubric.limits).items() if name not in OF_CLASSES}
    thresholds = {name: float(value) for name, value in rubric.thresholds.items()}
    return fingerprint.of(json.dumps([rubric.lab, rubric.file, limits, thresholds, tiers], sort_keys=True))


def _asked(rubric: Rubric, part: Part) -> str:
    """Return what a part asks: its functions, its checks, and which of those are not asked of every file."""
    return json.dumps(
        [list(part.functions), sorted(part.checks), sorted(rubric.not_asked_outlined & part.checks.keys())]
    )


def _files(folder: Path) -> Iterator[Path]:
    """Yield the Python files below a folder that can move a verdict."""
    for entry in folder.iterdir():
        if entry.suffix == ".py":
            yield entry
        elif not entry.suffix and entry.name not in ELSEWHERE and entry.is_dir():
            yield from _files(entry)


def _part_of(file: Path) -> str | None:
    """Return the part that all of a file's checks belong to; None where it is no part's, or not one's alone."""
    return part_of(file.read_text(encoding="utf-8-sig"))


def part_of(text: str) -> str | None:
    """Return the part that all checks of a module's text belong to; None where there is none, or more than one."""
    found = set(PART.findall(text))
    return found.pop() if len(found) == 1 else None
