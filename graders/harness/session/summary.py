"""The end of a run: gathers the results, prints the summary, has the formats written, sets the exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graders.harness.render import terminal
from graders.harness.render.tame import tame

from .outputs import Outputs

if TYPE_CHECKING:
    from collections.abc import Generator

    from graders.harness.base.model import CheckResult
    from graders.harness.base.tamed import Tamed
    from graders.harness.judge.grading import Grading


class Summary:
    """A plugin object for one grading run. pytest-xdist's workers leave printing and writing to their controller.

    Raises ConfigurationError where what was asked for cannot be written.
    """

    def __init__(self, grading: Grading, config: pytest.Config) -> None:
        self._grading = grading
        self._outputs = None if hasattr(config, "workerinput") else Outputs(grading, config)
        if self._outputs:
            self._outputs.expect_table()
        self._only_checks = True
        self._report: Tamed | None = None

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Keep what is printed from now on from being taken for commands."""
        self._print(session.config, self._outputs.opening if self._outputs else "")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Mind what is no check: where a module cannot be imported, pytest's own JUnit file has more to say."""
        self._only_checks &= not report.failed

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gather a result, from this process or from pytest-xdist's workers."""
        result: CheckResult | None = getattr(report, "grading", None)
        if result is not None:
            self._grading.results.append(result)
        elif report.when == "call":
            self._only_checks = False

    @pytest.hookimpl(wrapper=True, trylast=True)  # after pytest's JUnit file is written, before its closing lines
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, None, None]:
        """Close the verdict: exit code 3, pytest's for an internal error, says that there is none."""
        self._grading.close()  # first: nothing of the submission's runs when the report is written
        yield
        if not self._grading.results:
            return
        self._report = tame(self._grading.report())
        if self._outputs:
            self._outputs.write(self._report, self._only_checks)
        if self._report.status == "void" or (self._outputs and self._outputs.problems):
            session.exitstatus = pytest.ExitCode.INTERNAL_ERROR

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print what to fix and the table of parts."""
        if self._report is None:
            return
        tw = terminalreporter._tw
        terminalreporter.section(self._report.title)
        style = terminal.Style(self._grading.messages.words, tw.hasmarkup, tw.fullwidth)
        terminalreporter.write_line(terminal.render(self._report, style))
        for remark in self._outputs.remarks if self._outputs else ():
            terminalreporter.write_line(remark, yellow=True)
        for problem in self._outputs.problems if self._outputs else ():
            terminalreporter.write_line(problem, red=True)

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        """Print the last, when nobody else prints any more."""
        self._print(config, self._outputs.closing(self._report) if self._outputs else "")

    def _print(self, config: pytest.Config, text: str) -> None:
        reporter = config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None and text:
            reporter.ensure_newline()
            reporter.write_line(text)
