"""Introduces the lab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .spec import SPEC

if TYPE_CHECKING:
    import pytest

    from graders.harness.judge.spec import LabSpec


def pytest_lab(config: pytest.Config) -> LabSpec:
    """Introduce the lab to the engine."""
    return SPEC
