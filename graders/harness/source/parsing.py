"""Parses a submission's texts at any depth that Python itself runs."""

from __future__ import annotations

import ast
import threading


def parse(text: bytes, file: str) -> ast.Module:
    """Parse a file in a thread of its own: so that all that Python would run can be read, however deep pytest stands.

    Python counts the frames that it stands on with what a sum of a thousand terms takes. Raises as ast.parse does.
    """
    outcome: list[ast.Module | BaseException] = []

    def run() -> None:
        try:
            outcome.append(ast.parse(text, filename=file))
        except BaseException as error:  # it is raised where it was asked for
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]
