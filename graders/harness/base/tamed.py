"""A report whose texts are fit to be shown anywhere."""

from __future__ import annotations

from typing import NewType

from .model import Report

Tamed = NewType("Tamed", Report)  # made by `render.tame` alone
