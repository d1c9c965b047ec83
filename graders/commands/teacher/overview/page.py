"""The page of a class: one file that opens from disk and loads nothing. A teacher reads it first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from graders.harness.judge.messages import MESSAGES, Messages
from graders.harness.render import markup
from graders.spec import SPEC

from . import charts, rows, sections

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graders.harness.judge.spec import LabSpec

    from .class_data import ClassData

HERE = Path(__file__).parent
FIRST_ROWS = 100  # of the table, that are there without a script; the script shows as many at a time
MAX_COMMON = 15  # mistakes that are told in full
MAX_RARE = 100  # that are told in a line
MAX_WHO = 40  # students that are named beside a mistake; the table has all of them
MAX_GROUPS = 50


def messages_in(language: str, spec: LabSpec = SPEC) -> Messages:
    """Return the messages of engine, lab and this page. Raises ConfigurationError where there are none in it."""
    return Messages([MESSAGES, spec.folder / "messages", HERE / "messages"], language)


def ideas_of(spec: LabSpec = SPEC) -> dict[str, str]:
    """Return the idea of the lesson that each known mistake belongs to, both by key."""
    known = [*(mistake for clue in spec.clues() for mistake in clue.mistakes), *spec.crashes()]
    return {mistake.name: mistake.idea for mistake in known}


def render(data: ClassData, messages: Messages, at: str = "") -> str:
    """Return the page. `at` tells when the results are from; whatever submissions and files' names say is text."""
    words = messages.section("overview")
    style, script = markup.style(HERE), (HERE / "page.js").read_text(encoding="utf-8")
    both = [one for one in data.students if one.ratio is not None and one.accuracy is not None]
    order = rows.by_name(data.students)
    marked = rows.flags(data)
    mistakes = rows.common(data.mistakes)
    waiting = sum(one.outcome in ("waiting", "partial") for one in data.students)
    page: str = _template().render(
        data=data,
        words=words,
        language=messages.language,
        at=at,
        style=style,
        script=script,
        policy=_policy(style, script),
        waiting=waiting,
        histogram=charts.histogram(data.points, data.most, words) if data.points and data.most else "",
        scatter=charts.scatter(both, words) if both else "",
        extremes=list(sections.extremes(both)),
        notices=sections.notices(data, words, messages.section("notes")),
        hardest=sections.hardest(data),
        common=mistakes[:MAX_COMMON],
        rare=mistakes[MAX_COMMON : MAX_COMMON + MAX_RARE],
        mistakes=mistakes,
        groups=data.groups[:MAX_GROUPS],
        first=[(data.students[place], marked[place]) for place in order[:FIRST_ROWS]],
        payload=rows.payload(data, words),
        outcomes=_outcomes(data, words),
        limits={"who": MAX_WHO, "rows": FIRST_ROWS},
    )
    return page


def _outcomes(data: ClassData, words: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what the table can be filtered by: what became of hand-ins and what is marked, as far as there are any."""
    there = {one.outcome for one in data.students}
    marked = {flag for flags in rows.flags(data) for flag in flags}
    return [
        *((f"outcome:{place}", rows.outcome(name, words)) for place, name in enumerate(rows.OUTCOMES) if name in there),
        *((f"flag:{place}", words[f"flag_{name}"]) for place, name in enumerate(rows.FLAGS) if name in marked),
    ]


def _policy(style: str, script: str) -> str:
    """Return the content security policy: this style sheet, this script, and nothing else."""
    own, run = markup.source(style), markup.source(script)
    return f"default-src 'none'; style-src {own}; script-src {run}; base-uri 'none'; form-action 'none'"


def _template() -> Any:
    from markupsafe import Markup

    environment = markup.environment(HERE)
    environment.filters |= {
        "raw": Markup,  # of our own files, and of JSON that is made for it
        "address": rows.address,
        "said": rows.said,
        "told": rows.told,
        "number": charts.number,
        "bar": charts.bar,
        "plain": lambda text: text.replace("`", ""),
        "percent": lambda share: f"{100 * share:.0f}",
    }
    environment.globals |= {"outcome": rows.outcome}
    return environment.get_template("page.html.jinja")
