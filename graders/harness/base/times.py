"""The time, as reports and gradebooks have it."""

from __future__ import annotations

from datetime import UTC, datetime


def utc() -> str:
    """Return the time now in ISO 8601, UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
