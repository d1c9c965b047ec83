"""report.json, schema version 1: the Report as machines read it, and back.

report.schema.json tells what it holds. Fields were added since the first version, and readers of it need none of them:
a report without them can be read back.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from graders.harness.base.exhibits import Exhibit
from graders.harness.base.model import (
    CheckResult,
    Excerpt,
    PartResult,
    Report,
    Status,
    Suspicion,
    Visibility,
    Where,
)
from graders.harness.base.speed import Throughput

from .tame import tame

SCHEMA = 1
MAX_TOLD = 200  # characters of what is wrong with a report
SCHEMA_FILE = Path(__file__).with_name("report.schema.json")


class UnreadableReport(ValueError):
    """A text is no report.json, or one of another schema version; the message says which."""


def render(report: Report) -> str:
    """Return the report as JSON with a final newline."""
    return json.dumps(to_dict(tame(report)), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def to_dict(report: Report) -> dict[str, Any]:
    """Return the report as plain JSON values, in the order in which a reader wants them."""
    return {
        "schema": SCHEMA,
        "lab": report.lab,
        "title": report.title,
        "submission": report.submission,
        "student": report.student,
        "status": report.status,
        "score": report.score,
        "max_score": report.max_score,
        "isolation": report.isolation,
        "unsandboxed": report.unsandboxed,
        "data": report.data,
        "seed": report.seed,
        "language": report.language,
        "duration_s": round(report.duration_s, 2),
        "versions": dict(report.versions),
        "checks_in_rubric": report.checks_in_rubric,
        "parts": [
            {
                "name": part.name,
                "title": part.title,
                "status": part.status.value,
                "points": part.points,
                "max_points": part.max_points,
                "visibility": part.visibility.value,
                "checks": [_check(check) for check in part.checks],
            }
            for part in report.parts
        ],
        "skipped": list(report.skipped),
        "throughput": [asdict(timed) for timed in report.throughput],
        "suspicions": [asdict(suspicion) for suspicion in report.suspicions],
    }


def _check(check: CheckResult) -> dict[str, Any]:
    return {
        "name": check.name,
        "title": check.title,
        "status": check.status.value,
        "message": check.message.replace("\t", ": "),
        "mistake": " + ".join(check.mistakes) or None,
        "hint": check.hint,
        "where": asdict(check.where) if check.where else None,
        "source_line": check.source_line,
        "excerpt": asdict(check.excerpt) if check.excerpt else None,
        "unwritten": check.unwritten,
        "unloadable": check.unloadable,
        "standins": list(check.standins),
        "credit": check.credit,
        "duration_s": round(check.duration_s, 3),
        "figures": dict(check.figures),
        "exhibits": [asdict(exhibit) for exhibit in check.exhibits],
    }


def parse(text: str) -> Report:
    """Return the report that `render` wrote, now or with an earlier version.

    Raises UnreadableReport for anything else.
    """
    try:
        plain = json.loads(text, parse_constant=_no_number)
    except ValueError as error:
        raise UnreadableReport(f"is no JSON: {error}") from None
    if not isinstance(plain, dict) or "schema" not in plain:
        raise UnreadableReport("is no report: it has no schema version")
    if plain["schema"] != SCHEMA:
        raise UnreadableReport(f"has schema version {plain['schema']!r}; this grader reads version {SCHEMA}")
    _expect_schema(plain)
    return _read(plain)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number there")


def _expect_schema(plain: dict[str, Any]) -> None:
    from jsonschema import Draft202012Validator  # whoever only writes reports has no use for it
    from jsonschema.exceptions import best_match

    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    error = best_match(Draft202012Validator(schema).iter_errors(plain))
    if error:
        raise UnreadableReport(f"is no whole report: {error.json_path}: {error.message[:MAX_TOLD]}")


def _read(plain: dict[str, Any]) -> Report:
    parts = tuple(_read_part(part) for part in plain["parts"])
    return Report(
        lab=plain["lab"],
        title=plain.get("title", plain["lab"]),
        submission=plain["submission"],
        status=plain["status"],
        score=plain["score"],
        max_score=plain["max_score"],
        isolation=plain["isolation"],
        data=plain["data"],
        seed=plain["seed"],
        duration_s=plain["duration_s"],
        versions=dict(plain["versions"]),
        parts=parts,
        checks_in_rubric=plain.get("checks_in_rubric", sum(len(part.checks) for part in parts)),
        throughput=tuple(Throughput(**timed) for timed in plain.get("throughput", [])),
        skipped=tuple(plain.get("skipped", [])),
        unsandboxed=plain.get("unsandboxed", ""),
        suspicions=tuple(_read_suspicion(suspicion) for suspicion in plain.get("suspicions", [])),
        language=plain.get("language", "en"),
        student=plain.get("student", plain["submission"]),
    )


def _read_place(plain: dict[str, Any] | None) -> Where | None:
    return Where(plain["file"], plain["line"]) if plain else None


def _read_suspicion(plain: dict[str, Any]) -> Suspicion:
    return Suspicion(plain["kind"], plain["what"], _read_place(plain["where"]))


def _read_part(plain: dict[str, Any]) -> PartResult:
    return PartResult(
        name=plain["name"],
        title=plain.get("title", plain["name"]),
        status=Status(plain["status"]),
        points=plain["points"],
        max_points=plain["max_points"],
        checks=tuple(_read_check(check, plain["name"]) for check in plain["checks"]),
        visibility=Visibility(plain.get("visibility", Visibility.VISIBLE)),
    )


def _read_check(plain: dict[str, Any], part: str) -> CheckResult:
    excerpt = plain.get("excerpt")
    return CheckResult(
        name=plain["name"],
        part=part,
        status=Status(plain["status"]),
        title=plain.get("title", plain["name"]),
        message="\n".join("\t".join(row.split(": ", 1)) for row in plain["message"].split("\n")),
        hint=plain["hint"],
        mistakes=tuple(plain["mistake"].split(" + ")) if plain["mistake"] else (),
        where=_read_place(plain["where"]),
        source_line=plain.get("source_line", ""),
        excerpt=Excerpt(excerpt["first"], tuple(excerpt["lines"])) if excerpt and plain["where"] else None,
        unwritten=plain.get("unwritten"),
        unloadable=plain.get("unloadable", False),
        standins=tuple(plain.get("standins", ())),
        credit=plain.get("credit", 0.0),
        duration_s=plain["duration_s"],
        figures=dict(plain.get("figures", {})),
        exhibits=tuple(Exhibit.from_plain(exhibit) for exhibit in plain.get("exhibits", ())),
    )
