"""Measures what judges do: a pytest plugin that tests give to the judges that they have forked from a nursery.

coverage.py starts itself where a Python starts, which for these was long ago, when nobody knew what they would be.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

import coverage

from graders.harness.worker import loading
from graders.spec import SPEC

if TYPE_CHECKING:
    import pytest

RUNNING = coverage.process_startup()  # None where nobody asked for coverage, or where it runs already


def import_text(name: str, text: str) -> ModuleType:
    """Import a text as the worker does, under the path of the file that it comes from, by which coverage knows it."""
    module = ModuleType(name)
    sys.modules[name] = module
    path = SPEC.folder / f"{name.partition('.')[2].replace('.', '/')}.py"
    exec(compile(text, str(path), "exec"), module.__dict__)
    return module


if RUNNING is not None:
    loading.import_text = import_text  # of use with `--isolation none`, where probes run in the judge


def pytest_unconfigure(config: pytest.Config) -> None:
    """Write down what was run: a fork ends without anything that Python does at its end."""
    del config
    if RUNNING is not None:
        RUNNING.stop()
        RUNNING.save()
