"""Whether a dictionary was changed, told by Python's own count instead of a look at all that is in it. Child side.

CPython 3.11 and 3.12 number every change of every dictionary (PEP 509), no two alike. Reading that number touches none
of the thousands of objects in torch's modules, each of whose pages a fork would have to copy first.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PLACE = 3 * ctypes.sizeof(ctypes.c_ssize_t)  # behind the count of references, the type and the count of entries
# Made once and read often: what reads memory anew each time is told to the hooks that listen to the interpreter.
NUMBER = ctypes.c_uint64


def counter_of(mapping: Mapping[str, object]) -> Callable[[], int]:
    """Return what tells a number that changes with a dictionary, or with the one behind a view; 0 where nobody counts.

    It holds as long as the dictionary lives.
    """
    if not COUNTED:
        return int
    held = mapping if type(mapping) is dict else next(one for one in gc.get_referents(mapping) if type(one) is dict)
    number = NUMBER.from_address(id(held) + PLACE)
    return lambda: number.value


def _is_counted() -> bool:
    """Tell whether this Python counts, by a try; where it lays out dictionaries otherwise is not read at all."""
    if sys.implementation.name != "cpython" or sys.version_info[:2] not in ((3, 11), (3, 12)):
        return False
    tried: dict[str, int] = {}
    number = NUMBER.from_address(id(tried) + PLACE)
    seen = [number.value]
    for value in (1, 2):
        tried["a"] = value
        seen.append(number.value)
    _ = tried["a"]
    return len(set(seen)) == len(seen) and number.value == seen[-1]


COUNTED = _is_counted()
