"""Measures what judges do: a pytest plugin that tests give to the judges that they have forked from a nursery.

coverage.py starts itself where a Python starts, which for these was long ago, when nobody knew what they would be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import coverage

if TYPE_CHECKING:
    import pytest

RUNNING = coverage.process_startup()  # None where nobody asked for coverage, or where it runs already


def pytest_unconfigure(config: pytest.Config) -> None:
    """Write down what was run: a fork ends without anything that Python does at its end."""
    del config
    if RUNNING is not None:
        RUNNING.stop()
        RUNNING.save()
