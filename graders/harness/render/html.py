"""The student's page: one file, without a script, that opens from disk and shows everything the report holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any

from graders.harness.base import seeds
from graders.harness.base.model import Status

from . import markup, telling
from .svg import inline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graders.harness.base.exhibits import Picture
    from graders.harness.base.model import CheckResult, PartResult
    from graders.harness.base.tamed import Tamed
    from graders.harness.base.words import Words

    from .telling import Cause

FOLDER = Path(__file__).parent
# How a page shows a failed check whose function is still to be written, and one of a file that could not be loaded.
UNWRITTEN, UNGRADED = "unwritten", "ungraded"
SIGNS = {"passed": "✓", "failed": "✗", UNWRITTEN: "○", UNGRADED: "?", "blocked": "…", "skipped": "-", "void": "!"}
PICTURES = re.compile(r'<section aria-labelledby="pictures">.*?</section>\n', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Row:
    """A part as the page's table shows it."""

    part: PartResult
    kind: str  # of SIGNS
    points: str
    passed: str
    reason: str
    share: int  # of its points, in percent


def render(report: Tamed, words: Words, pictures: Sequence[Picture] = (), earlier: str = "") -> str:
    """Return the page. Whatever a submission said is text in it: it is escaped, and the page's policy has no scripts.

    `pictures` are drawn by the lab, from the report's exhibits; where there are none, those of an earlier page of the
    same exhibits are kept.
    """
    causes = telling.causes(report, words)
    style = markup.style(FOLDER)
    page: str = template().render(
        report=report,
        called=_called(report),
        words=words,
        style=style,
        policy=_policy(style),
        heading=_heading(causes, words),
        total=telling.total(report),
        share=_share(report.score or 0, report.max_score),
        alarm=telling.alarm(report, words),
        verdict=telling.verdict(report, words),
        rows=[_row(part, words) for part in report.parts],
        causes=causes,
        pictures=pictures,
        kept=_pictures_of(earlier),
        footnotes=list(telling.footnotes(report, words)),
        signs=SIGNS,
        seed_is_known=seeds.is_known(report.seed),  # any other is nothing that a student should know
    )
    return page


def _called(report: Tamed) -> str:
    """Return what a page calls its submission: the path as it was typed, but of a whole one whose it is alone.

    Where on somebody's machine a class lies is no matter of a student's.
    """
    given = report.submission
    if not any(kind(given).is_absolute() for kind in (PurePosixPath, PureWindowsPath)):
        return given
    return report.student or PureWindowsPath(given).name


def _pictures_of(page: str) -> str:
    """Return a page's section of pictures, or nothing: whatever else stands in a page is escaped."""
    found = PICTURES.search(page)
    return found[0] if found else ""


@cache
def template() -> Any:
    """Return the page's template, compiled once."""
    from markupsafe import Markup

    def drawn(picture: Picture) -> Markup:
        return Markup(inline(picture))

    environment = markup.environment(FOLDER)
    environment.filters |= {"drawn": drawn, "raw_style": Markup, "kind": _kind}
    return environment.get_template("page.html.jinja")


def _policy(style: str) -> str:
    """Return the content security policy: this style sheet, pictures inside the page, and nothing else."""
    return f"default-src 'none'; style-src {markup.source(style)}; img-src data:; base-uri 'none'; form-action 'none'"


def _heading(causes: Sequence[Cause], words: Words) -> str:
    ours = all(cause.first.status is Status.VOID for cause in causes)
    return words.page["broken" if ours else "fix"]


def _row(part: PartResult, words: Words) -> Row:
    points = telling.points(part)
    share = _share(part.points, part.max_points)
    lost = {_kind(check) for check in part.checks if check.status is Status.FAILED}
    kind = lost.pop() if lost in ({UNWRITTEN}, {UNGRADED}) else part.status.value
    return Row(part, kind, points, telling.passed(part), telling.reason(part, words), share)


def _kind(check: CheckResult) -> str:
    if check.status is not Status.FAILED:
        return check.status.value
    if check.unloadable:
        return UNGRADED
    return UNWRITTEN if check.unwritten else check.status.value


def _share(points: float, most: float) -> int:
    return round(100 * points / most) if most else 0
