"""What a class's page needs of one report, small enough to be kept beside each of 100,000 results."""

from __future__ import annotations

import json
import tomllib
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from graders.harness.base.model import Status
from graders.harness.base.plain import converter
from graders.harness.render.tame import name as tamed
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from graders.harness.judge.spec import LabSpec

VERSION = 1  # of what `dump` writes
MAX_SAID = 120  # characters of a mistake as one student was told it, and of what is suspicious
MAX_PLACES = 5  # suspicions that are told one by one
LETTERS = {status.value: status.value[0] for status in Status}  # of a check's outcome; "-" where it was not asked
# Why student code came to no answer, where it raised nothing: keys of messages.
ENDINGS = (
    *("timeout", "timeout_at_import", "timeout_in_cell", "out_of_time"),
    *("crashed", "too_much_memory", "too_many_processes", "too_much_disk"),
)

Order: TypeAlias = "tuple[tuple[str, str], ...]"


@dataclass(frozen=True, slots=True)
class PartFacts:
    """A part's outcome: its name, its points and what it can give."""

    name: str
    points: float
    most: float


@dataclass(frozen=True, slots=True)
class Facts:
    """What the page needs of a report. Texts are tamed; speed is in training samples a second, accuracy in [0, 1]."""

    status: str = "graded"  # graded, partial or void
    score: float | None = None
    most: float = 0.0
    letters: str = ""  # a letter for each of the lab's checks
    more: tuple[tuple[str, str, str], ...] = ()  # part, name and letter of checks that only the class's rubric has
    parts: tuple[PartFacts, ...] = ()
    mistakes: tuple[tuple[str, str], ...] = ()  # the name in the catalogue, and as it was told
    raised: tuple[str, ...] = ()  # types of exceptions, and of ENDINGS what came
    unloadable: str = ""  # why nothing of it could be loaded
    speed: float | None = None
    ratio: float | None = None  # to the yardstick's speed
    accuracy: float | None = None
    suspicions: tuple[tuple[str, str, str], ...] = ()  # kind, what, and where
    suspicious: int = 0  # how many there are


def order(spec: LabSpec = SPEC) -> Order:
    """Return a lab's checks, each with its part, as its own rubric has them: a class's may leave some out."""
    path = spec.folder / "rubric.toml"
    return _order(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _order(rubric: Path, changed: int) -> Order:
    """Return the order in a rubric that was last changed then; it is asked for with every result."""
    parts = tomllib.loads(rubric.read_text(encoding="utf-8-sig"))["parts"]
    return tuple((part, check) for part, said in parts.items() for check in said["checks"])


# ---- kept


def dump(facts: Facts, spec: LabSpec = SPEC) -> str:
    """Return facts as a line of JSON."""
    kept = {field: value for field, value in converter().unstructure(facts, Facts).items() if value or field == "score"}
    return json.dumps({"v": _version(order(spec)), **kept}, ensure_ascii=False, separators=(",", ":"))


def load(text: str, spec: LabSpec = SPEC) -> Facts | None:
    """Return the facts of a line that `dump` wrote; None where it did so for other checks, or in another form."""
    plain = json.loads(text)
    if plain.pop("v", None) != _version(order(spec)):
        return None
    return converter().structure(plain, Facts)


@lru_cache(maxsize=4)
def _version(checks: Order) -> str:
    return f"{VERSION}-{zlib.crc32(repr(checks).encode()):08x}"


# ---- found


def of(report: Mapping[str, Any], checks: Order) -> Facts:
    """Return the facts of a report.json's content. Fields that came after the first version may be missing."""
    found = [check for part in report["parts"] for check in part["checks"]]
    letters = {(part["name"], c["name"]): LETTERS[c["status"]] for part in report["parts"] for c in part["checks"]}
    failed = [check for check in found if check["status"] == Status.FAILED]
    known = frozenset(checks)
    timed = next(iter(report.get("throughput", ())), None)
    suspicions = report.get("suspicions", ())
    figures = [check.get("figures", {}) for check in found]
    return Facts(
        status=report["status"],
        score=report["score"],
        most=report["max_score"],
        letters="".join(letters.get(check, "-") for check in checks),
        more=tuple((tamed(p), tamed(c), letter) for (p, c), letter in letters.items() if (p, c) not in known),
        parts=tuple(PartFacts(tamed(p["name"]), p["points"], p["max_points"]) for p in report["parts"]),
        mistakes=tuple(dict(_each(failed, _mistakes)).items()),
        raised=tuple(dict.fromkeys(_each(failed, _raised))),
        unloadable=next((tamed(_row(check, "got")) for check in failed if check.get("unloadable")), ""),
        speed=timed["samples_per_second"] if timed else None,
        ratio=timed["ratio"] if timed else None,
        accuracy=next((each["accuracy"] for each in figures if "accuracy" in each), None),
        suspicions=tuple(_suspicion(one) for one in suspicions[:MAX_PLACES]),
        suspicious=len(suspicions),
    )


def _each(checks: Sequence[Mapping[str, Any]], told: Callable[[Mapping[str, Any]], Iterator[Any]]) -> Iterator[Any]:
    for check in checks:
        yield from told(check)


def _mistakes(check: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    names = check["mistake"].split(" + ") if check["mistake"] else []
    said = tamed(_row(check, "mistake"))[:MAX_SAID] if len(names) == 1 else ""
    yield from ((tamed(name), said) for name in names)


def _raised(check: Mapping[str, Any]) -> Iterator[str]:
    if check.get("raised"):
        yield tamed(check["raised"])
    elif check.get("failure") in ENDINGS:
        yield check["failure"]


def _row(check: Mapping[str, Any], key: str) -> str:
    return next((row["text"] for row in check.get("rows", ()) if row["key"] == key), "")


def _suspicion(one: Mapping[str, Any]) -> tuple[str, str, str]:
    where = one.get("where")
    place = f"{where['file']}:{where['line']}" if where else ""
    return tamed(one["kind"]), tamed(one["what"])[:MAX_SAID], tamed(place)
