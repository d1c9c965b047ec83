"""A machine that several coordinators, or Dask's workers, share: whoever takes a time has it alone. Linux.

What each is at is a name that it says (`link/names`). Containers and other users know nothing of each other, and
elsewhere every coordinator minds its own alone.
"""

from __future__ import annotations

import os
import secrets
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from graders.harness.link import names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOOK_SECONDS = 0.1  # between two looks whether the others have ended


@contextmanager
def held(alone: bool, goes_on: Callable[[], bool], prefix: str = "graders") -> Iterator[bool]:
    """Have this machine alone, or beside others that do not need it alone, once they let it be had so.

    Yields whether it is: not where `goes_on` says no meanwhile.
    """
    if sys.platform != "linux":
        yield goes_on()
        return
    timing, judging = (f"{prefix}-{what}-{os.geteuid()}-" for what in ("timing", "judging"))
    claim = None
    try:
        while goes_on():
            # Said first, and then looked at what others say: so of two that begin at once one sees the other.
            claim = claim or names.say(timing if alone else judging + secrets.token_hex(8))
            if claim and not names.is_said(judging if alone else timing):
                yield True
                return
            if claim and not alone:
                claim.close()  # whoever takes a time goes first
                claim = None
            time.sleep(LOOK_SECONDS)
        yield False
    finally:
        if claim:
            claim.close()
