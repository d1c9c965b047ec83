"""The workers of one grading: walled in as was chosen, and all forked from one nursery, which the first of them starts.

Its start is hardly slower than that of a worker of their own; the yardstick's, and each that takes the place of one
that died, then takes no import of torch.
"""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

from graders.harness.walls.plan import Maker

from .launcher import transport_for

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from graders.harness.base.limits import Limits
    from graders.harness.walls.levels import Chosen

    from .launcher import Target
    from .transport import Transport


class Workers:
    """Makes ways to new workers. `nursery` is the socket of a running one; without, `modules` are imported once."""

    def __init__(self, chosen: Chosen, modules: Sequence[str], nursery: Path | None, fresh: bool) -> None:
        self._chosen, self._modules, self._nursery = chosen, modules, nursery
        # bubblewrap starts a program, so what a nursery has imported is lost on its workers
        forks = chosen.isolation != "none" and chosen.maker is not Maker.BUBBLEWRAP
        self._wanted = forks and not fresh and nursery is None
        self._running = contextlib.ExitStack()

    def make(self, target: Target, limits: Limits) -> Transport:
        """Make a way to a new worker."""
        return transport_for(self._chosen.isolation, target, limits, self.nursery, self._chosen.maker)

    @property
    def nursery(self) -> Path | None:
        """The nursery's socket; None where every worker imports for itself."""
        if sys.platform == "linux" and self._wanted:
            from .nursery import Kind, nursery

            self._wanted = False
            with contextlib.suppress(OSError):
                self._nursery = self._running.enter_context(nursery(Kind.WORKERS, self._modules))
        return self._nursery

    def close(self) -> None:
        """End the nursery; its workers end as ever, with their leases."""
        self._running.close()
