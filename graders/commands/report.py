"""Render an old report.json again, as a page, for a CI system, for Gradescope or for a gradebook."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from graders.harness.base import files
from graders.harness.base.errors import ConfigurationError
from graders.harness.judge.messages import Messages
from graders.harness.render import csv_row, github, gitlab, gradescope, json_report, junit, markdown, shown
from graders.harness.render.tame import tame
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from graders.harness.base.tamed import Tamed
    from graders.harness.judge.spec import LabSpec


def read(path: Path, spec: LabSpec = SPEC) -> Tamed:
    """Read a report.json of a lab's. Raises ConfigurationError where it is none, or of another schema version."""
    try:
        return tame(json_report.parse(path.read_text(encoding="utf-8"), partial(labels, spec)))
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError as error:  # no UTF-8, or what json_report refuses
        raise ConfigurationError(f"{path}: {error}") from None


def labels(spec: LabSpec, language: str) -> Mapping[str, str]:
    """Return the labels of rows in a language."""
    return Messages.of_lab(spec.folder, language).section("labels")


def messages_for(report: Tamed, spec: LabSpec = SPEC) -> Messages:
    """Return the messages of the report's own language."""
    return Messages.of_lab(spec.folder, report.language)


def page(spec: LabSpec, report: Tamed, messages: Messages) -> str:
    """Return a report's page, its pictures drawn anew. Raises ConfigurationError where one cannot be."""
    from graders.harness.render import html

    def refuse(_name: str, error: Exception) -> None:
        raise ConfigurationError(f"the report's exhibits cannot be drawn: {error}") from None

    drawn = spec.draw(report, messages.section("pictures"), refuse) if spec.draw else ()
    return html.render(report, messages.words, drawn)


def _csv(report: Tamed, _messages: Messages) -> str:
    header = csv_row.header(report.lab, [part.name for part in report.parts])
    return files.mark(report.language) + header + csv_row.render(report)


def formats(spec: LabSpec) -> dict[str, Callable[[Tamed, Messages], str]]:
    """Return what renders the reports of a lab, by the format's name."""
    return {**TEXTS, "html": partial(page, spec)}


TEXTS: dict[str, Callable[[Tamed, Messages], str]] = {
    "markdown": lambda report, messages: markdown.render(report, messages.words),
    "gradescope": lambda report, messages: gradescope.render(report, messages.words),
    "junit": lambda report, messages: junit.render(report, messages.words),
    "csv": _csv,
    "github": lambda report, messages: github.render(report, messages.words),
    "gitlab": lambda report, messages: gitlab.render(report, messages.words),
}
FORMATS = formats(SPEC)


def main(arguments: Sequence[str]) -> int:
    """Run `python -m graders report OUT/report.json --to FORMAT`."""
    parser = argparse.ArgumentParser(prog="python -m graders report", description=__doc__)
    parser.add_argument("report", type=Path, metavar="report.json", help="what --report-dir has written")
    parser.add_argument("--to", choices=sorted(FORMATS), required=True, help="the format")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where to (default: standard output)")
    parser.add_argument(
        "--for-students", action="store_true", help="without the parts that the rubric hides from them, and the seed"
    )
    options = parser.parse_args(arguments)
    report = read(options.report)
    if options.for_students:
        report = shown.by_students(report)
    text = FORMATS[options.to](report, messages_for(report))
    if options.output is None:
        sys.stdout.buffer.write(text.encode("utf-8"))  # whatever the terminal's encoding is
        return 0
    try:
        files.write(options.output, text)
    except OSError as error:
        raise ConfigurationError(f"{options.output}: cannot be written ({error.strerror})") from None
    return 0
