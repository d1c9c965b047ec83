"""A domain for a worker and what it starts: it signals nobody outside and looks into nobody's memory. landlock(7).

Child side, Linux, standard library only. The numbers are the same on all machines.
"""

from __future__ import annotations

import ctypes

CREATE_RULESET, RESTRICT_SELF = 444, 446
ASK_VERSION = 1
FROM_VERSION = 6  # Linux 6.12: before, a ruleset cannot say anything of signals
ABSTRACT_UNIX_SOCKETS, SIGNALS = 1, 2
PR_SET_NO_NEW_PRIVS = 38


def available() -> bool:
    """Tell whether this kernel has what is used here."""
    return bool(ctypes.CDLL(None).syscall(CREATE_RULESET, None, 0, ASK_VERSION) >= FROM_VERSION)


def install() -> None:
    """Put this process, and all that it starts, into a new domain for good. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    attributes = (ctypes.c_uint64 * 3)(0, 0, ABSTRACT_UNIX_SOCKETS | SIGNALS)  # files, network, what is scoped
    ruleset = libc.syscall(CREATE_RULESET, ctypes.byref(attributes), ctypes.sizeof(attributes), 0)
    if ruleset < 0 or libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.syscall(RESTRICT_SELF, ruleset, 0):
        raise OSError(ctypes.get_errno(), "landlock")
