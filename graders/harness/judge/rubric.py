"""The rubric: points, weights, thresholds and limits, read from TOML; every error names its key."""

from __future__ import annotations

import itertools
import tomllib
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from graders.harness.base.errors import ConfigurationError
from graders.harness.base.limits import Limits
from graders.harness.base.model import Visibility
from graders.harness.base.nearest import known_here

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

Number = int | float
SECONDS = (0.1, 3600.0)
LIMIT_RANGES = {
    "start_seconds": SECONDS,
    "import_seconds": SECONDS,
    "call_seconds": SECONDS,
    "grading_seconds": SECONDS,
    "submission_seconds": (1.0, 86_400.0),
    "memory_megabytes": (0, 2**20),
    "disk_megabytes": (0, 2**20),
    "processes": (0, 10_000),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the lab: its points, the functions it asks for, its checks and their weights, who sees its result."""

    name: str
    points: float
    functions: tuple[str, ...]
    checks: Mapping[str, float]
    visibility: Visibility = Visibility.VISIBLE


@dataclass(frozen=True, slots=True)
class Rubric:
    """All that an instructor tunes."""

    lab: str
    file: str
    limits: Limits
    parts: tuple[Part, ...]
    not_asked_outlined: frozenset[str] = (
        frozenset()
    )  # checks of functions that a file does not define, but is made into
    thresholds: Mapping[str, float] = field(default_factory=dict)
    tiers: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)  # (from this value on, share)

    def part(self, name: str) -> Part:
        """Return the part called `name`. Raises KeyError."""
        return {part.name: part for part in self.parts}[name]

    def expect_parts(self, option: str, names: Iterable[str]) -> None:
        """Raise ConfigurationError for a part that an option names and the rubric does not know."""
        known = [part.name for part in self.parts]
        for name in names:
            if name not in known:
                raise ConfigurationError(
                    f"{option} {name}: there is no such part; there are: {known_here(name, known)}"
                )

    def without(self, names: Collection[str]) -> Rubric:
        """Return the rubric without some parts. Raises ConfigurationError for one that it does not know, or for all."""
        self.expect_parts("--without", names)
        if not {part.name for part in self.parts}.difference(names):
            raise ConfigurationError(f"--without {','.join(names)}: leaves no part")
        return replace(self, parts=tuple(part for part in self.parts if part.name not in names))

    @property
    def functions(self) -> tuple[str, ...]:
        """Every function that the lab asks for, in the order of the parts."""
        return tuple(dict.fromkeys(function for part in self.parts for function in part.functions))


def load_rubric(path: Path, thresholds: Mapping[str, tuple[float, float]], tiers: Sequence[str] = ()) -> Rubric:
    """Read a rubric; `thresholds` names the lab's own numbers and their ranges, both ends included, whole for counts.

    `tiers` names the lab's lists of (value, share of the points).

    Raises ConfigurationError, which names the file and the key, for whatever is missing, unknown or out of range.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: is no TOML: {error}") from None
    return _Reader(path, table).rubric(thresholds, tiers)


class _Reader:
    """Walks the parsed table; knows the path of the file for its messages."""

    def __init__(self, path: Path, table: dict[str, Any]) -> None:
        self._path, self._table = path, table

    def rubric(self, thresholds: Mapping[str, tuple[float, float]], tiers: Sequence[str]) -> Rubric:
        self._only(self._table, "", {"lab", "limits", "thresholds", "tiers", "parts", "outlined"})
        lab = self._section("lab", {"name", "file"})
        parts = self._parts()
        return Rubric(
            lab=self._text(lab, "lab.name"),
            file=self._text(lab, "lab.file"),
            limits=self._limits(),
            parts=parts,
            not_asked_outlined=self._not_asked_outlined(parts),
            thresholds=self._thresholds(thresholds),
            tiers={name: self._tiers(name) for name in self._section("tiers", set(tiers)) or tiers},
        )

    def _fail(self, key: str, problem: str) -> ConfigurationError:
        return ConfigurationError(f"{self._path}: {key}: {problem}")

    def _only(self, table: object, prefix: str, known: set[str]) -> dict[str, Any]:
        if not isinstance(table, dict):
            raise self._fail(prefix or "the file", "must be a table")
        for name in table.keys() - known:
            key = f"{prefix}.{name}" if prefix else name
            raise self._fail(key, f"is unknown; known here: {known_here(name, sorted(known))}")
        return table

    def _section(self, name: str, known: set[str]) -> dict[str, Any]:
        return self._only(self._table.get(name, {}), name, known)

    def _text(self, table: dict[str, Any], key: str) -> str:
        value = table.get(key.rpartition(".")[2])
        if not isinstance(value, str) or not value:
            raise self._fail(key, f"must be a text, not {value!r}" if value is not None else "is missing")
        return value

    def _number(self, value: object, key: str, low: float, high: float) -> float:
        if value is None:
            raise self._fail(key, "is missing")
        if isinstance(value, bool) or not isinstance(value, Number):
            raise self._fail(key, f"must be a number, not {value!r}")
        if not low <= value <= high:  # also refuses nan
            raise self._fail(key, f"must be between {low:g} and {high:g}, not {value!r}")
        if isinstance(low, int) and value != int(value):  # a count, as its range says
            raise self._fail(key, f"must be a whole number, not {value!r}")
        return value

    def _limits(self) -> Limits:
        known = {f.name: f.default for f in fields(Limits)}
        table = self._section("limits", set(known))
        read = {k: self._number(table.get(k, d), f"limits.{k}", *LIMIT_RANGES[k]) for k, d in known.items()}
        return Limits(
            start_seconds=read["start_seconds"],
            import_seconds=read["import_seconds"],
            call_seconds=read["call_seconds"],
            grading_seconds=read["grading_seconds"],
            memory_megabytes=int(read["memory_megabytes"]),
            disk_megabytes=int(read["disk_megabytes"]),
            processes=int(read["processes"]),
            submission_seconds=read["submission_seconds"],
        )

    def _thresholds(self, known: Mapping[str, tuple[float, float]]) -> dict[str, float]:
        table = self._section("thresholds", set(known))
        return {name: self._number(table.get(name), f"thresholds.{name}", *ends) for name, ends in known.items()}

    def _tiers(self, name: str) -> tuple[tuple[float, float], ...]:
        """Read a list of [value, share of the points], the best first, its share 1."""
        rows, key = self._table.get("tiers", {}).get(name), f"tiers.{name}"
        if not isinstance(rows, list) or not rows or not all(isinstance(row, list) and len(row) == 2 for row in rows):
            raise self._fail(key, "must be a list of [value, share of the points]")
        tiers = tuple(
            (self._number(value, key, 0.0, 1000.0), self._number(share, key, 0.0, 1.0)) for value, share in rows
        )
        falling = all(a[0] > b[0] and a[1] > b[1] for a, b in itertools.pairwise(tiers))
        if not falling or tiers[0][1] != 1:
            raise self._fail(key, "must begin with share 1 and fall from row to row, in value and in share")
        return tiers

    def _not_asked_outlined(self, parts: Sequence[Part]) -> frozenset[str]:
        """Read a list of checks; each is one of the parts', and none of them loses all of its weight."""
        checks, key = self._section("outlined", {"not_asked"}).get("not_asked", []), "outlined.not_asked"
        if not isinstance(checks, list) or not all(isinstance(check, str) for check in checks):
            raise self._fail(key, "must be a list of names of checks")
        for check in checks:
            if not any(check in part.checks for part in parts):
                raise self._fail(key, f"{check}: there is no such check")
        for part in parts:
            if not sum(weight for check, weight in part.checks.items() if check not in checks):
                raise self._fail(key, f"leaves nothing of parts.{part.name}")
        return frozenset(checks)

    def _parts(self) -> tuple[Part, ...]:
        table = self._table.get("parts")
        if not isinstance(table, dict) or not table:
            raise self._fail("parts", "must be a table with at least one part")
        return tuple(self._part(name, part) for name, part in table.items())

    def _part(self, name: str, table: object) -> Part:
        key = f"parts.{name}"
        part = self._only(table, key, {"points", "functions", "checks", "visibility"})
        functions = part.get("functions", [])
        if not isinstance(functions, list) or not all(isinstance(f, str) for f in functions):
            raise self._fail(f"{key}.functions", "must be a list of function names")
        checks = part.get("checks")
        if not isinstance(checks, dict) or not checks:
            raise self._fail(f"{key}.checks", "must be a table: name of the check = weight")
        weights = {c: self._number(w, f"{key}.checks.{c}", 0.0, 1000.0) for c, w in checks.items()}
        if not sum(weights.values()):
            raise self._fail(f"{key}.checks", "must not all weigh 0")
        points = self._number(part.get("points"), f"{key}.points", 0.0, 1000.0)
        return Part(name, points, tuple(functions), weights, self._visibility(part, f"{key}.visibility"))

    def _visibility(self, part: dict[str, Any], key: str) -> Visibility:
        value = part.get("visibility", Visibility.VISIBLE)
        if value not in list(Visibility):
            raise self._fail(key, f"must be one of {', '.join(Visibility)}, not {value!r}")
        return Visibility(value)
