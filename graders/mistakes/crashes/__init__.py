"""Misconceptions that make Python, or torch, raise an exception: rules that know them by the line and its values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import axes, calls, dtypes, graphs, labels, layers, lists, loading, matrices, optimizers, single_numbers

if TYPE_CHECKING:
    from graders.harness.judge.crashes import Rules

TORCH = (matrices, axes, labels, dtypes, single_numbers, lists, graphs, optimizers, layers, loading)
RULES: tuple[Rules, ...] = (calls.RULES, *(module.RULES for module in TORCH))
