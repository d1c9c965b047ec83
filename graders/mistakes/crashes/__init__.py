"""Misconceptions that make Python, or torch, raise an exception: rules that know them by the line and its values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import calls

if TYPE_CHECKING:
    from graders.harness.judge.crashes import Rules

RULES: tuple[Rules, ...] = (calls.RULES,)
