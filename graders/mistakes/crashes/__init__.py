"""Misconceptions that make Python, or torch, raise an exception: rules that know them by the line and its values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import (
    arguments,
    attributes,
    axes,
    called,
    calls,
    classes,
    dtypes,
    ends,
    files,
    formats,
    graphs,
    imports,
    items,
    labels,
    layers,
    lists,
    loading,
    matrices,
    names,
    nothing,
    numbers,
    optimizers,
    single_numbers,
    spent,
    unbound,
    uncalled,
    unpacking,
)

if TYPE_CHECKING:
    from graders.harness.judge.crashes import Rules

PYTHON = (
    *(names, unbound, attributes, imports, classes, calls, uncalled, called, arguments, nothing),
    *(unpacking, items, spent, numbers, formats, ends, files),
)
TORCH = (matrices, axes, labels, dtypes, single_numbers, lists, graphs, optimizers, layers, loading)
RULES: tuple[Rules, ...] = tuple(module.RULES for module in (*PYTHON, *TORCH))
