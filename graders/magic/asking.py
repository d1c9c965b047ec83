"""What somebody wants who types `%grade …`."""

from __future__ import annotations

import argparse
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from graders.harness.base.errors import ConfigurationError
from graders.harness.judge.messages import Messages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from graders.harness.judge.rubric import Rubric
    from graders.harness.judge.spec import LabSpec

DESCRIPTION = """\
Grade the functions of this notebook as they stand now, in a process of their own.

  %grade                   everything, but for the speed of the training
  %grade reshape           one part
  %grade flatten_images    the part of one function
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be graded: `parts` of the rubric, all where there are none. `timed` ones only where it says so."""

    parts: tuple[str, ...] = ()
    timing: bool = False
    language: str = "en"
    seed: int = 0

    def options(self, spec: LabSpec) -> Iterator[str]:
        """Yield the options of `pytest graders` for it."""
        timing = self.timing or bool(set(self.parts) & set(spec.tiers))
        yield from ("--language", self.language, "--grading-seed", str(self.seed))
        yield from ("-p", "benchmark") if timing else ()
        for path in sorted(spec.folder.glob("test_*.py")):
            if self.parts and path.stem.rpartition("_")[2] not in self.parts:
                yield f"--ignore={path}"


class _Told(Exception):
    """The line asked for help, which was given."""


class _Line(argparse.ArgumentParser):
    """Reads a magic's line; a slip in it is told by an exception, for no program ends here."""

    def error(self, message: str) -> NoReturn:
        raise ConfigurationError(f"%grade: {message}")

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        raise _Told


def understand(line: str, spec: LabSpec, rubric: Rubric) -> Asked | None:
    """Return what a line asks for; None where that was help. Raises ConfigurationError where there is no such thing."""
    parser = _Line(
        prog="%grade", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter, add_help=True
    )
    parser.add_argument("names", nargs="*", metavar="PART", help="a part or a function (default: all)")
    parser.add_argument("--timing", action="store_true", help="time the training, too, which takes some seconds")
    parser.add_argument("--language", default="en", metavar="LANG", help="of the messages: en, ko (default: en)")
    parser.add_argument("--seed", default="0", metavar="N", help="of every random input (default: 0)")
    try:
        given = parser.parse_args(shlex.split(line))
    except ValueError as error:  # a quotation mark without its other one
        raise ConfigurationError(f"%grade {line}: {error}") from None
    except _Told:
        return None
    if not given.seed.isdecimal():
        raise ConfigurationError(f"%grade: --seed {given.seed}: a seed is a whole number from 0")
    parts = tuple(dict.fromkeys(_part(name, rubric, spec, given.language) for name in given.names))
    return Asked(parts, given.timing, given.language, int(given.seed))


def _part(name: str, rubric: Rubric, spec: LabSpec, language: str) -> str:
    """Return the part of that name, or the one that asks for the function of that name."""
    for part in rubric.parts:
        if name == part.name or name in part.functions:
            return part.name
    messages = Messages.of_lab(spec.folder, language)
    parts: Sequence[str] = [part.name for part in rubric.parts]
    known = {"parts": ", ".join(parts), "functions": ", ".join(rubric.functions)}
    raise ConfigurationError(messages.text("magic", "unknown", asked=f"%grade {name}", **known))
