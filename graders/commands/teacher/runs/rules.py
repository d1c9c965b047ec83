"""How keys are found and reports put together, for one rubric and one lab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graders.commands import report as single_report
from graders.commands.teacher.grades import pages, reports
from graders.commands.teacher.grades.keys import keys_of_run
from graders.harness.render.tame import tame

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from graders.commands.teacher.grades.keys import Key
    from graders.commands.teacher.grades.results import Result
    from graders.commands.teacher.handed_in.hand_in import HandIn
    from graders.harness.base.tamed import Tamed
    from graders.harness.judge.rubric import Rubric
    from graders.harness.judge.spec import LabSpec


class LabRules:
    """The Rules of a lab: by a rubric, by the data that checks ask with, a seed, and other options that matter.

    `private` is the folder of a teacher's own checks.
    """

    def __init__(
        self,
        spec: LabSpec,
        rubric: Rubric,
        data: str,
        seed: int,
        options: Mapping[str, str],
        private: Path | None = None,
    ) -> None:
        self._spec, self._rubric = spec, rubric
        self._last: tuple[str, Tamed] | None = None  # the report that is shown next, so that it is read once
        self._key = keys_of_run(spec, rubric, data=data, seed=seed, options=options, private=private)

    def key(self, hand_in: HandIn) -> Key:
        """Return what a hand-in's grade hangs on."""
        return self._key(hand_in.path)

    def merged(self, whole: str, partial: str) -> str:
        """Return a report in which what was judged anew has taken its place."""
        return reports.merged(whole, partial, self._rubric, self._spec)

    def rescored(self, text: str) -> str:
        """Return a report with its points worked out anew."""
        report = reports.rescored(text, self._rubric, self._spec)
        self._last = reports.written(report, self._spec), report
        return self._last[0]

    def standing(self, text: str, result: Result | None) -> str:
        """Return a report as it stands by a teacher's word, the same one where there is none."""
        return pages.standing_text(text, result, self._spec)

    def page(self, text: str, earlier: str = "") -> str:
        """Return the page of a report: with its pictures drawn, or with those of an earlier page."""
        from graders.harness.render import html

        known, report = self._last or ("", None)
        if report is None or known != text:
            report = tame(reports.read(text, self._spec))
        messages = reports.messages_of(report, self._spec)
        if earlier:
            return html.render(report, messages.words, (), earlier)
        return single_report.page(self._spec, report, messages)
