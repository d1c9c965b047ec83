"""Parses a submission's texts at any depth that Python itself runs."""

from __future__ import annotations

import ast
import threading
from functools import partial
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def parse(text: bytes, file: str) -> ast.Module:
    """Parse a file, however deep it is. Raises as ast.parse does."""
    parsed: Callable[[], ast.Module] = partial(ast.parse, text, filename=file)
    return apart(parsed)


def apart(work: Callable[[], T]) -> T:
    """Do some work in a thread of its own: so that all that Python would run can be read, however deep pytest stands.

    Python counts the frames that it stands on with what a sum of a thousand terms takes. Raises what the work does.
    """
    outcome: list[T | BaseException] = []

    def run() -> None:
        try:
            outcome.append(work())
        except BaseException as error:  # it is raised where it was asked for
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]
