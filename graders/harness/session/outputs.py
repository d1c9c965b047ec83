"""Where a run's results go besides the terminal: files, and what a CI system reads. Here each format gets its place."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from graders.harness.base import files
from graders.harness.base.errors import ConfigurationError
from graders.harness.render import csv_row, github, gitlab, json_report, junit, markdown

from . import following

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

    from graders.harness.base.exhibits import Picture
    from graders.harness.base.tamed import Tamed
    from graders.harness.judge.grading import Grading


def add_options(group: pytest.OptionGroup) -> None:
    """Add the options that say where results go."""
    group.addoption("--report-dir", metavar="DIR", help="also write DIR/report.json and DIR/report.html")
    group.addoption("--no-page", action="store_true", help="with --report-dir: no report.html, which takes a second")
    group.addoption("--csv", metavar="FILE", help="also put the student's row into a gradebook's table")
    group.addoption("--student", metavar="ID", help="whose submission it is (default: its name)")


class Outputs:
    """Writes one run's report. What cannot be written is told in `problems`; the rest is written all the same.

    What only lacks a picture is written, and `remarks` say so.
    """

    def __init__(self, grading: Grading, config: pytest.Config) -> None:
        self._grading, self._config = grading, config
        self._token = secrets.token_hex(16) if os.environ.get("GITHUB_ACTIONS") == "true" else ""
        self.problems: list[str] = []
        self.remarks: list[str] = []

    @property
    def opening(self) -> str:
        """What to print before anything of a submission may be printed, which GitHub would else take for commands."""
        return github.pause(self._token) if self._token else ""

    def closing(self, report: Tamed | None) -> str:
        """Return what to print after everything else."""
        if not self._token:
            return ""
        commands = github.render(report, self._grading.messages.words) if report else ""
        return f"{github.resume(self._token)}\n{commands}".rstrip("\n")

    def write(self, report: Tamed, with_junit: bool) -> None:
        """Write every format that was asked for, or that the system at hand reads."""
        for path, make in self._wanted(report, with_junit):
            self._try(path, lambda path=path, make=make: files.write(path, make()))  # type: ignore[misc]  # mypy infers no lambda with defaults
        if self._config.getoption("follow"):
            following.write(report)
        if table := self._path("csv"):
            self._put_row(table, report)
        if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
            self._try(Path(summary), lambda: self._add_summary(Path(summary), report))

    def _wanted(self, report: Tamed, with_junit: bool) -> Iterator[tuple[Path, Callable[[], str]]]:
        words = self._grading.messages.words
        if folder := self._path("report_dir"):
            yield folder / "report.json", lambda: json_report.render(report, words)
            if not self._config.getoption("no_page"):
                yield folder / "report.html", lambda: self._page(report)
            if os.environ.get("GITLAB_CI"):
                yield folder / "gl-code-quality-report.json", lambda: gitlab.render(report, words)
        if with_junit and (xml := self._config.getoption("xmlpath", None)):
            yield Path(xml), lambda: junit.render(report, words)

    def _try(self, path: Path, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError as error:
            self.problems.append(f"{path}: cannot be written ({error.strerror})")
        except ConfigurationError as error:
            self.problems.append(str(error))

    def _page(self, report: Tamed) -> str:
        from graders.harness.render import html

        return html.render(report, self._grading.messages.words, self._pictures(report))

    def _pictures(self, report: Tamed) -> tuple[Picture, ...]:
        """Draw the pictures; a page without them is better than none."""
        draw = self._grading.spec.draw
        try:
            return draw(report, self._grading.messages.section("pictures"), self._miss) if draw else ()
        except Exception as error:  # matplotlib cannot be imported, say: the grade stands
            self.remarks.append(f"the page has no pictures: {type(error).__name__}")
            return ()

    def _miss(self, name: str, error: Exception) -> None:
        self.remarks.append(f"the page lacks the picture {name}: {type(error).__name__}")

    def _path(self, option: str) -> Path | None:
        """Return an option's path, from the folder that pytest was started in: a submission may have gone elsewhere."""
        given = self._config.getoption(option)
        return self._config.invocation_params.dir / given if given else None

    def expect_table(self) -> None:
        """Raise ConfigurationError where a row could not be put into the table that was asked for."""
        if table := self._path("csv"):
            files.expect_table(table, self._columns())

    def _columns(self) -> str:
        rubric = self._grading.rubric
        return csv_row.header(rubric.lab, [part.name for part in rubric.parts])

    def _put_row(self, table: Path, report: Tamed) -> None:
        """Put the student's row into the table; some of the checks make none, which would take the grade away."""
        if report.status == "partial":
            self.remarks.append(f"{table.name} has no row of this run, which is no whole one")
            return
        folder = self._config.getoption("report_dir")
        has_page = folder and not self._config.getoption("no_page")
        page = Path(folder, "report.html").as_posix() if has_page else ""
        row = csv_row.render(report, page, [part.name for part in self._grading.rubric.parts])
        language = self._grading.options.language
        self._try(table, lambda: files.put_rows(table, self._columns(), [row], language))

    def _add_summary(self, path: Path, report: Tamed) -> None:
        with path.open("a", encoding="utf-8") as summary:
            summary.write(markdown.render(report, self._grading.messages.words))
