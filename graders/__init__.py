"""Automatic grader for Lab 7-2, MNIST softmax regression."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell


def load_ipython_extension(ipython: InteractiveShell) -> None:
    """Make `%grade` known to a notebook; this is what `%load_ext graders` calls."""
    from graders.magic import extension

    extension.load(ipython)


def unload_ipython_extension(ipython: InteractiveShell) -> None:
    """Take `%grade` away again; this is what `%unload_ext graders` calls."""
    from graders.magic import extension

    extension.unload(ipython)
