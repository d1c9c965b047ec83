"""Print which clues are followed where a check fails, and which mistakes each of them can name."""

from __future__ import annotations

import argparse
import difflib
import sys
from typing import TYPE_CHECKING

from graders.harness.base.errors import ConfigurationError
from graders.harness.judge.messages import Messages
from graders.harness.judge.rubric import load_rubric
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from graders.harness.judge.clues import Clue, Mistake
    from graders.harness.judge.rubric import Part
    from graders.harness.judge.spec import LabSpec

NO_CLUE = "  no clue: the plain difference is shown"
RAISED = "whatever raises, in any check:"


def table(spec: LabSpec, language: str = "en", wanted: str = "") -> str:
    """Return the checks of a lab in the rubric's order, their clues, and the mistakes of these with their titles.

    What is known of exceptions comes last. `wanted` is a check or a part, "" for all. Raises ConfigurationError where
    it is neither.
    """
    parts = load_rubric(spec.folder / "rubric.toml", spec.thresholds, spec.tiers).parts
    chosen = [(part, [check for check in part.checks if wanted in ("", part.name, check)]) for part in parts]
    if not any(checks for _, checks in chosen):
        raise ConfigurationError(_unknown(parts, wanted))
    messages = Messages.of_lab(spec.folder, language)
    checks_titles, titles = messages.titles("checks"), messages.titles("mistakes")
    lines = []
    for part, checks in chosen:
        for check in checks:
            clues = [clue for clue in spec.clues() if check in clue.checks]
            lines.append(f"{part.name}: {check}, {checks_titles.get(check, '')}".rstrip(", "))
            lines += [line for clue in clues for line in _lines(clue, titles)] or [NO_CLUE]
            lines.append("")
    if not wanted and spec.crashes():
        lines += [RAISED, *_named(spec.crashes(), titles), ""]
    return "\n".join(lines)


def _lines(clue: Clue, titles: Mapping[str, str]) -> Iterator[str]:
    notes = [
        *(["two of its mistakes are named together, too"] if clue.pairs else []),
        *(["followed where no other clue explains anything"] if clue.fallback else []),
    ]
    yield f"  {clue.look.__module__}.{clue.look.__qualname__}" + (f" ({'; '.join(notes)})" if notes else "")
    yield from _named(clue.mistakes, titles)


def _named(mistakes: Sequence[Mistake], titles: Mapping[str, str]) -> Iterator[str]:
    names = dict.fromkeys(mistake.name for mistake in mistakes)  # one that shows in two ways has two entries
    width = max(map(len, names), default=0)
    yield from (f"    {name:<{width}}  {titles[name]}" for name in names)


def _unknown(parts: Sequence[Part], wanted: str) -> str:
    known = [name for part in parts for name in (part.name, *part.checks)]
    close = difflib.get_close_matches(wanted, known)
    hint = f"did you mean {' or '.join(close)}?" if close else f"parts are {', '.join(part.name for part in parts)}"
    return f"{wanted}: there is no such check and no such part; {hint}"


def main(arguments: Sequence[str]) -> int:
    """Run `python -m graders mistakes [CHECK]`."""
    parser = argparse.ArgumentParser(prog="python -m graders mistakes", description=__doc__)
    parser.add_argument("check", nargs="?", default="", metavar="CHECK", help="a check or a part (default: all)")
    parser.add_argument("--language", default="en", metavar="LANG", help="the language of the titles (default: en)")
    options = parser.parse_args(arguments)
    text = table(SPEC, options.language, options.check)
    sys.stdout.buffer.write(text.encode("utf-8"))  # whatever the terminal's encoding is
    return 0
