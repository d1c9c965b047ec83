"""A conftest.py of a submission's is none of pytest's.

When pytest first looks at its arguments it does not know our options, takes the word after `--submission` for a path to
collect, and runs the conftest.py files there, above it, and in folders called test… below it. As soon as it knows us,
each of these has a place holder: under that name, pytest has loaded something already.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

OPTION = "--submission"
OURS = Path(__file__).parents[3]  # the grader's own root, and what lies above it


class PlaceHolder:
    """In the place of a module that nobody loads."""


def keep_out(pluginmanager: pytest.PytestPluginManager) -> None:
    """Have pytest load no conftest.py that lies in the submission, or above it where that is not above us."""
    config = pluginmanager.get_plugin("pytestconfig")
    assert isinstance(config, pytest.Config)  # it registers itself first of all
    for path in _conftests(config):
        if not pluginmanager.has_plugin(str(path)):
            pluginmanager.register(PlaceHolder(), str(path))


def refuse(config: pytest.Config) -> None:
    """Raise UsageError where one was loaded before pytest knew us: whatever it is, there is no grade."""
    for path in _conftests(config):
        plugin = config.pluginmanager.get_plugin(str(path))
        if plugin is not None and not isinstance(plugin, PlaceHolder):
            raise pytest.UsageError(f"{path}: pytest has run it, a file of the submission's: write {OPTION}=PATH")


def _conftests(config: pytest.Config) -> Iterator[Path]:
    """Yield the paths under which pytest would load a conftest.py for the sake of the submission."""
    words = [str(word) for word in config.invocation_params.args]
    for option, given in itertools.pairwise(words):
        if option != OPTION:
            continue
        path = Path(os.path.abspath(config.invocation_params.dir / given))  # noqa: PTH100  # as pytest does, links kept
        folders = [path, *path.parents]
        with contextlib.suppress(OSError):
            folders += path.glob("test*")
        for folder in folders:
            if not OURS.is_relative_to(folder):
                yield folder / "conftest.py"
