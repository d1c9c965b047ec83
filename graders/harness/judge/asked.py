"""Whether what a rubric asks for is there: its parts and their checks, in files; functions, in the lab's contract.

A teacher's own folder of checks may have parts of its own, and these functions of their own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from graders.harness.base import packed
from graders.harness.base.errors import ConfigurationError
from graders.harness.base.nearest import known_here

from .fingerprints import part_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from .rubric import Part, Rubric
    from .spec import LabSpec

CHECK = re.compile(r"^[ \t]*(?:async +)?def +(test_\w+)", re.MULTILINE)
FUNCTION = re.compile(r"^(?:def|class) +(\w+)|^(\w+) *=", re.MULTILINE)


def expect_there(rubric: Rubric, path: Path, spec: LabSpec, private: Path | None = None) -> None:
    """Raise ConfigurationError, in one line, where the rubric at `path` asks for what nobody wrote."""
    own = _texts(private.glob("test_*.py")) if private else {}
    lab = _texts(spec.folder.glob("test_*.py"))
    loose = [*lab.get(None, ()), *own.get(None, ())]  # whose checks are of several parts
    functions = _contract(spec)
    for part in rubric.parts:
        text = "\n".join([*lab.get(part.name, ()), *own.get(part.name, ()), *loose])
        if not text:
            parts = {str(name) for name in (*lab, *own)}
            raise ConfigurationError(
                f"{path}: parts.{part.name}: there is no such part; there are: {known_here(part.name, sorted(parts))}"
            )
        _expect_checks(part, path, set(CHECK.findall(text)))
        for function in part.functions:
            # The lab's own correct functions may lack one that checks call by name: a teacher's own, say.
            spoken = re.search(rf"""["']{re.escape(function)}["']""", text)
            if functions and function not in functions and not spoken:
                raise ConfigurationError(
                    f"{path}: parts.{part.name}.functions: {function}: there is no such function; there are: "
                    f"{known_here(function, functions)}"
                )


def _expect_checks(part: Part, path: Path, known: set[str]) -> None:
    for check in part.checks:
        if check not in known:
            raise ConfigurationError(
                f"{path}: parts.{part.name}.checks.{check}: there is no such check; there are: "
                f"{known_here(check, sorted(known))}"
            )


def _texts(files: Iterable[Path]) -> Mapping[str | None, list[str]]:
    """Return the texts of files with checks, by their parts; None has those of no part, or of several."""
    found: dict[str | None, list[str]] = {}
    for file in sorted(files):
        try:
            text = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{file}: cannot be read: {error}") from None
        found.setdefault(part_of(text), []).append(text)
    return found


def _contract(spec: LabSpec) -> list[str]:
    """Return the functions that the contract asks for, of each of which the lab has a correct one."""
    try:
        text = packed.read(spec.folder / "child" / spec.correct)
    except OSError:
        return []
    return [name for pair in FUNCTION.findall(text) for name in pair if name and name[0] != "_" and name.islower()]
