"""Where what a grading unpacks and lays out lies: in folders of its own, which its end removes."""

from __future__ import annotations

from tempfile import TemporaryDirectory


def folder() -> TemporaryDirectory[str]:
    """Make a folder that is removed with what is returned."""
    return TemporaryDirectory(prefix="submission-", ignore_cleanup_errors=True)
