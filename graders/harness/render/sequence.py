"""Reports on their way from a judge to the program that follows it, as a JSON text sequence (RFC 7464).

A record begins with the sign RS and ends with a line; whatever else a judge writes stands around them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from graders.harness.base.model import Report
from graders.harness.base.plain import converter

from .tame import tame

if TYPE_CHECKING:
    from graders.harness.base.tamed import Tamed

RS = "\x1e"  # JSON has no control characters, so it stands in none


def render(report: Tamed) -> str:
    """Return the report as a record, in ASCII: no program need guess an encoding."""
    return f"{RS}{json.dumps(converter().unstructure(report, Report))}\n"


def read(line: bytes) -> Tamed | None:
    """Return the report that stands in a line of a judge's, None where none does."""
    _, sign, record = line.partition(RS.encode())
    return tame(converter().structure(json.loads(record), Report)) if sign else None
