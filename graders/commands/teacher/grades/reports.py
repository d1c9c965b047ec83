"""Texts of report.json, as the gradebook keeps them, put together and scored anew."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from graders.harness.judge.messages import Messages
from graders.harness.render import json_report
from graders.harness.render.tame import tame
from graders.spec import SPEC

from . import merging

if TYPE_CHECKING:
    from pathlib import Path

    from graders.harness.base.model import Report
    from graders.harness.base.tamed import Tamed
    from graders.harness.judge.rubric import Rubric
    from graders.harness.judge.spec import LabSpec


def read(text: str, spec: LabSpec = SPEC) -> Report:
    """Return the report that a judge of ours wrote. Raises UnreadableReport for what is none."""
    return json_report.parse(text, lambda language: _messages(spec.folder, language).section("labels"), ours=True)


def write(report: Report, spec: LabSpec) -> str:
    """Return a report as report.json has it."""
    return written(tame(report), spec)


def written(report: Tamed, spec: LabSpec) -> str:
    """Return a tamed report as report.json has it."""
    return json_report.render(report, messages_of(report, spec).words)


def messages_of(report: Report | Tamed, spec: LabSpec) -> Messages:
    """Return the messages of the report's own language."""
    return _messages(spec.folder, report.language)


@lru_cache(maxsize=4)  # read once for all of a class
def _messages(lab: Path, language: str) -> Messages:
    return Messages.of_lab(lab, language)


def merged(whole: str | None, partial: str, rubric: Rubric, spec: LabSpec) -> str:
    """Return a report.json in which what a later, partial one has judged has taken its place."""
    before, anew = None if whole is None else read(whole, spec), read(partial, spec)
    return write(merging.merged(before, anew, rubric, messages_of(anew, spec).section("parts")), spec)


def rescored(text: str, rubric: Rubric, spec: LabSpec) -> Tamed:
    """Return the report of a report.json with its points by a rubric."""
    report = read(text, spec)
    return tame(merging.rescored(report, rubric, messages_of(report, spec).section("parts")))
