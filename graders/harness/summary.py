"""The end of a run: gathers the results, prints the summary, writes report.json, sets the exit code."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .grading import from_plain
from .render import json_report, terminal

if TYPE_CHECKING:
    from .grading import Grading
    from .model import Report


class Summary:
    """A plugin object for one grading run. pytest-xdist's workers leave printing and writing to their controller."""

    def __init__(self, grading: Grading, config: pytest.Config) -> None:
        self._grading = grading
        self._folder = None if hasattr(config, "workerinput") else config.getoption("report_dir")
        self._report: Report | None = None
        self._problem = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gather a result, from this process or from pytest-xdist's workers."""
        plain = getattr(report, "grading", None)
        if plain is not None:
            self._grading.results.append(from_plain(plain))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Close the verdict: exit code 3, pytest's for an internal error, says that there is none."""
        self._grading.submission.close()  # first: nothing of the submission's runs when the report is written
        if not self._grading.results:
            return
        self._report = self._grading.report()
        if self._report.status == "void":
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
        if self._folder:
            self._write(session, Path(self._folder))

    def _write(self, session: pytest.Session, folder: Path) -> None:
        target, fresh = folder / "report.json", folder / f"report.json.{os.getpid()}"
        try:
            fresh.write_text(json_report.render(self._require()), encoding="utf-8")
            fresh.replace(target)  # a reader sees the old report or the new one, never half of one
        except OSError as error:
            fresh.unlink(missing_ok=True)
            self._problem = f"{target}: cannot be written ({error.strerror})"
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR

    def _require(self) -> Report:
        assert self._report is not None
        return self._report

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print what to fix and the table of parts."""
        if self._report is None:
            return
        messages, tw = self._grading.messages, terminalreporter._tw
        style = terminal.Style(
            messages.section("notes"), messages.section("labels"), tw.hasmarkup, tw.fullwidth, messages.section("parts")
        )
        terminalreporter.section(self._report.title)
        terminalreporter.write_line(terminal.render(self._report, style))
        if self._problem:
            terminalreporter.write_line(self._problem, red=True)
