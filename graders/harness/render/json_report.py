"""report.json, schema version 1: the Report as machines read it, and back."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..model import CheckResult, Report, Suspicion, Where

SCHEMA = 1


def render(report: Report) -> str:
    """Return the report as JSON with a final newline."""
    return json.dumps(to_dict(report), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def to_dict(report: Report) -> dict[str, Any]:
    """Return the report as plain JSON values, in the order in which a reader wants them."""
    return {
        "schema": SCHEMA,
        "lab": report.lab,
        "submission": report.submission,
        "status": report.status,
        "score": report.score,
        "max_score": report.max_score,
        "isolation": report.isolation,
        "unsandboxed": report.unsandboxed,
        "data": report.data,
        "seed": report.seed,
        "duration_s": round(report.duration_s, 2),
        "versions": dict(report.versions),
        "parts": [
            {
                "name": part.name,
                "status": part.status.value,
                "points": part.points,
                "max_points": part.max_points,
                "checks": [_check(check) for check in part.checks],
            }
            for part in report.parts
        ],
        "throughput": [asdict(timed) for timed in report.throughput],
        "suspicions": [_suspicion(suspicion) for suspicion in report.suspicions],
    }


def _place(where: Where | None) -> dict[str, Any] | None:
    return {"file": where.file, "line": where.line} if where else None


def _suspicion(suspicion: Suspicion) -> dict[str, Any]:
    return {"kind": suspicion.kind, "what": suspicion.what, "where": _place(suspicion.where)}


def _check(check: CheckResult) -> dict[str, Any]:
    return {
        "name": check.name,
        "status": check.status.value,
        "message": check.message.replace("\t", ": "),
        "mistake": " + ".join(check.mistakes) or None,
        "hint": check.hint,
        "where": _place(check.where),
        "standins": list(check.standins),
        "duration_s": round(check.duration_s, 3),
    }
