"""Results on their way to another process, as pytest-xdist has them, are plain values; nowhere else are they."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from graders.harness.base.model import CheckResult
from graders.harness.base.plain import converter

if TYPE_CHECKING:
    from collections.abc import Generator


def to_plain(result: CheckResult) -> dict[str, Any]:
    """Return a result as plain values."""
    plain: dict[str, Any] = converter().unstructure(result)
    return plain


def from_plain(plain: dict[str, Any]) -> CheckResult:
    """Return the result that `to_plain` wrote down."""
    return converter().structure(plain, CheckResult)


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, dict[str, Any] | None, dict[str, Any] | None]:
    """Make the result plain that a report carries out of this process."""
    data = yield
    if data and "grading" in data:
        data["grading"] = to_plain(data["grading"])
    return data


@pytest.hookimpl(wrapper=True)
def pytest_report_from_serializable(data: dict[str, Any]) -> Generator[None, object, object]:
    """Build the result again that a report has brought."""
    if "grading" in data:
        data["grading"] = from_plain(data["grading"])
    return (yield)
