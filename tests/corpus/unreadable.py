"""What may lie where a submission should: links in circles, devices, pipes, folders without end, bytes of any kind."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

DEEP = 1_500  # folders


def _circle(at: Path) -> None:
    (at.parent / "other").symlink_to(at)
    at.symlink_to(at.parent / "other")


def _socket(at: Path) -> None:
    here = Path.cwd()
    os.chdir(at.parent)  # a socket's path has at most 108 letters
    try:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(at.name)
    finally:
        os.chdir(here)


def _sparse(at: Path) -> None:
    with at.open("wb") as file:
        file.truncate(10 * 2**30)


def _deep(at: Path) -> None:
    here = os.open(".", os.O_RDONLY)
    at.mkdir()
    os.chdir(at)
    try:
        for _ in range(DEEP):
            os.mkdir("folder")  # noqa: PTH102  # one path of all would be longer than a path may be
            os.chdir("folder")
    finally:
        os.fchdir(here)
        os.close(here)


# By name: what is put where lab.py should be, or where the submission itself should, and what it is then said to be.
LINKS_AND_DEVICES: dict[str, tuple[Callable[[Path], object], str]] = {
    "itself": (lambda at: at.symlink_to(at.name), "no_plain_file"),
    "circle": (_circle, "no_plain_file"),
    "dead-link": (lambda at: at.symlink_to("nothing"), "no_plain_file"),
    "device": (lambda at: at.symlink_to("/dev/zero"), "no_plain_file"),
    "null": (lambda at: at.symlink_to("/dev/null"), "no_plain_file"),
    "pipe": (os.mkfifo, "no_plain_file"),
    "socket": (_socket, "no_plain_file"),
}
FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "folder": (lambda at: at.mkdir(), "no_file"),
    "deep-folder": (_deep, "no_file"),
    "enormous": (_sparse, "source_too_large"),
    "null-bytes": (lambda at: at.write_bytes(b"x\0\0\0\n"), "not_utf8"),
    "utf-16": (lambda at: at.write_text("x = 1\n", encoding="utf-16"), "not_utf8"),
    "latin-1": (lambda at: at.write_bytes(b"x = '\xe9'\n"), "not_utf8"),
    "random-bytes": (lambda at: at.write_bytes(bytes(range(255, 0, -1))), "not_utf8"),
    "empty": (lambda at: at.touch(), "empty_file"),
}
