"""Names that a process says as long as it lives, of sockets without a file: unix(7). Linux, in a network namespace."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

SAID = Path("/proc/net/unix")  # proc(5): a name without a file begins with @


def say(name: str) -> socket.socket | None:
    """Say a name until what is returned is closed, be it by this process's end; None where somebody says it."""
    if sys.platform != "linux":
        return None
    saying = socket.socket(socket.AF_UNIX)
    try:
        saying.bind(f"\0{name}")
    except OSError:
        saying.close()
        return None
    return saying


def is_said(beginning: str) -> bool:
    """Tell whether anybody says a name that begins so."""
    try:
        return f" @{beginning}" in SAID.read_text(encoding="ascii", errors="replace")
    except OSError:  # hidden here
        return False
