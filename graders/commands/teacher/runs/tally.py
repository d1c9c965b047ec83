"""How far a run has come: counts, the rate, the time that is left."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import TYPE_CHECKING

from .work import Now

if TYPE_CHECKING:
    from collections.abc import Callable

    from .work import Landed


class Tally:
    """Counts students as something becomes of them; threads may ask meanwhile.

    A student who waits for the timing is one of those that are left, at the timing's own rate.
    """

    def __init__(self, students: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.students = students
        self._clock, self._began = clock, clock()
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._judged = self._timed = 0
        self._seconds_timed = 0.0

    def count(self, landed: Landed, outcome: str) -> None:
        """Count a student; one who was judged, by what stands in the gradebook now."""
        with self._lock:
            if landed.alone:
                self._counts[Now.TO_TIME] -= 1
                self._timed += 1
                self._seconds_timed += landed.seconds
            elif landed.now in (Now.JUDGED, Now.TO_TIME) and landed.seconds:
                self._judged += 1
            self._counts[landed.now if landed.now is not Now.JUDGED else outcome] += 1

    @property
    def done(self) -> int:
        """How many students have nothing left to be done, but for the timing."""
        with self._lock:
            return sum(self._counts.values())

    @property
    def counts(self) -> dict[str, int]:
        """How many students there are of each kind, in the order in which kinds came."""
        with self._lock:
            return {kind: count for kind, count in self._counts.items() if count}

    @property
    def rate(self) -> float:
        """Judged submissions a minute, without those of the timing."""
        with self._lock:
            minutes = (self._clock() - self._began - self._seconds_timed) / 60
            return self._judged / minutes if minutes > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Return how long the rest takes at this rate; None where nothing tells."""
        rate, left = self.rate, self.students - self.done
        to_time = self.counts.get(Now.TO_TIME, 0)
        with self._lock:
            each = self._seconds_timed / self._timed if self._timed else None
        if (left and not rate) or (to_time and each is None):
            return None
        return (60 * left / rate if left else 0.0) + to_time * (each or 0.0)
