"""A class that nobody taught: reports of as many students as are asked for, alike from run to run."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from graders.commands.teacher.overview import facts
from graders.commands.teacher.overview.gathered import Row, gather
from graders.commands.teacher.overview.marks import DTYPE, MOST
from graders.commands.teacher.overview.page import ideas_of, messages_in
from graders.harness.base.errors import HarnessFault
from graders.harness.judge.rubric import load_rubric
from graders.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from graders.commands.teacher.overview.class_data import ClassData
    from graders.harness.judge.rubric import Rubric

FAMILIES = ("김", "이", "박", "최", "정", "강", "조", "윤", "Müller", "O'Brien", "Nguyễn", "García", "Иванов")
GIVEN = ("민수", "서연", "지우", "하은", "도윤", "Anna", "José", "Zoë", "Li", "Дмитрий")
RAISED = ("RuntimeError", "TypeError", "NameError", "AttributeError", "ValueError", "IndexError")


@dataclass
class Made:
    """One student's report.json as plain values: what is wrong in it, the rest is right."""

    failed: Sequence[str] = ()  # checks
    mistakes: Sequence[tuple[str, str]] = ()  # names, and as they were told; one a failed check
    raised: str = ""
    failure: str = "number"
    speed: float | None = 1.0
    accuracy: float | None = 0.88
    suspicions: Sequence[dict[str, Any]] = ()
    unloadable: str = ""
    status: str = "graded"
    changes: dict[str, Any] = field(default_factory=dict)

    @property
    def report(self) -> dict[str, Any]:
        """The report; what the schema asks for and the page does not read is left out."""
        rubric = _rubric()
        parts: list[dict[str, Any]] = []
        named = iter(self.mistakes)
        for part in rubric.parts:
            wrong = [check for check in part.checks if check in self.failed or self.unloadable]
            lost = sum(part.checks[check] for check in wrong) / sum(part.checks.values())
            checks = [self._check(check, next(named, None) if check in wrong else None) for check in part.checks]
            status = "failed" if wrong else "passed"
            points = round(part.points * (1 - lost), 2)
            parts.append(
                {"name": part.name, "status": status, "points": points, "max_points": part.points, "checks": checks}
            )
        timed = {"samples_per_second": 1e6 * (self.speed or 0), "ratio": self.speed}
        return {
            "schema": 1,
            "lab": rubric.lab,
            "status": self.status,
            "score": None if self.status == "void" else round(sum(part["points"] for part in parts), 2),
            "max_score": 100,
            "parts": parts,
            "throughput": [timed] if self.speed else [],
            "suspicions": list(self.suspicions),
            **self.changes,
        }

    def _check(self, name: str, mistake: tuple[str, str] | None) -> dict[str, Any]:
        wrong = name in self.failed or bool(self.unloadable)
        rows = [{"key": "got", "text": self.unloadable or "3"}] if wrong else []
        rows += [{"key": "mistake", "text": mistake[1]}] if mistake else []
        return {
            "name": name,
            "status": "failed" if wrong else "passed",
            "rows": rows,
            "mistake": mistake[0] if mistake else None,
            "failure": self.failure if wrong else "",
            "raised": self.raised if wrong else "",
            "unloadable": bool(self.unloadable),
            "figures": {"accuracy": self.accuracy} if name.startswith("test_short_training") and self.accuracy else {},
        }


@cache
def _rubric() -> Rubric:
    return load_rubric(SPEC.folder / "rubric.toml", SPEC.thresholds, SPEC.tiers)


def row(student: str, made: Made | None = None, **rest: Any) -> Row:
    """Return a student's row, graded where there is a report."""
    if made is None:
        return Row(student, **{"outcome": "missing", **rest})
    report = made.report
    known = {"points": report["score"], "judged": report["score"], "most": report["max_score"]}
    known |= {"page": f"{student}/report.html", "facts": facts.of(report, facts.order())}
    return Row(student, **{**known, **rest})


def data_of(rows: Iterable[Row], language: str = "en", others: Sequence[tuple[str, str]] = ()) -> ClassData:
    """Return a class of rows."""
    return gather(rows, facts.order(), messages_in(language), ideas_of(), others)


def class_of(count: int, seed: int = 0) -> Iterator[Row]:
    """Yield a large class with something of everything; every hundredth has the marks of the one before."""
    chance = random.Random(seed)
    checks = [check for _, check in facts.order()]
    titles = messages_in("en").titles("mistakes")
    known = sorted(titles)
    marks = b""
    for number in range(count):
        name = f"{chance.choice(FAMILIES)} {chance.choice(GIVEN)} {number}"
        marks = marks if number % 100 == 99 else _marks(seed * count + number)
        luck = chance.random()
        if luck < 0.03:
            outcome = chance.choice(("missing", "timed_out", "void", "waiting", "not_loadable"))
            yield row(name, outcome=outcome, why="no report: the judge has gone" if outcome == "void" else "")
            continue
        failed = chance.sample(checks, min(int(chance.expovariate(0.3)), len(checks)))
        names = [known[min(int(chance.expovariate(0.05)), len(known) - 1)] for _ in failed]
        made = Made(
            failed,
            [(each, _filled(titles[each])) for each in names],
            raised=chance.choice(RAISED) if luck < 0.2 else "",
            speed=chance.lognormvariate(0, 0.4),
            accuracy=min(max(chance.gauss(0.87, 0.02), 0.1), 0.93),
            suspicions=[{"kind": "network", "what": "socket", "where": None}] if luck > 0.97 else (),
        )
        notes = ("Talked about it on Friday.",) if chance.random() < 0.02 else ()
        yield row(name, made, late=chance.random() < 0.05, notes=notes, marks=marks)


def _filled(title: str) -> str:
    try:
        return title.format_map(dict.fromkeys(("name", "likely", "function", "code", "kind", "attribute"), "images"))
    except (KeyError, HarnessFault):
        return title


def _marks(seed: int) -> bytes:
    """Return marks of which a third is common to many."""
    chance = np.random.default_rng(seed)
    common = chance.integers(0, 400, MOST // 3)
    own = chance.integers(400, 2**32, MOST - len(common))
    return np.unique(np.concatenate((common, own))).astype(DTYPE).tobytes()
