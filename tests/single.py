"""Grade one submission in a judge of its own, as a class's are, and keep its report."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graders.commands import judging
from graders.harness.base.errors import ConfigurationError
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from graders.commands.judging import Nurseries
    from graders.harness.judge.spec import LabSpec

CODES = (0, 1, 3)  # pytest's exit codes that leave a report behind


@dataclass(frozen=True, slots=True)
class Graded:
    """One submission's outcome. `report` is report.json's content, None where the judge left none behind."""

    name: str
    report: dict[str, Any] | None
    output: str


def grade(
    name: str,
    path: Path,
    out: Path,
    options: Sequence[str] = (),
    warm: Nurseries = judging.COLD,
    spec: LabSpec = SPEC,
) -> Graded:
    """Grade a submission into `out`/NAME/report.json. Raises ConfigurationError for an option that is refused."""
    folder = out / name
    report = folder / "report.json"
    report.unlink(missing_ok=True)  # an old grade must not stand in for a new one
    timing = [] if "no:benchmark" in options else ["-p", "benchmark"]  # it would undo the option
    arguments = judging.arguments(path, warm, spec, "--report-dir", str(folder.resolve()), *timing, *options)
    code, output = judging.run(arguments, warm, spec)
    if code == judging.USAGE:
        raise ConfigurationError(judging.refusal(output))
    usable = code in CODES and report.is_file()
    return Graded(name, json.loads(report.read_text(encoding="utf-8")) if usable else None, output)
