"""The catalogue of misconceptions: which known mistake would have produced just what a failed check saw."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from graders.harness.errors import CheckFailed, HarnessFault, Unwritten
from graders.harness.grading import Notes

from . import (
    data,
    drawing,
    epoch,
    epoch_costs,
    evaluation,
    evaluation_rest,
    evaluation_stop,
    fetching,
    loader,
    loss,
    loss_labels,
    measuring,
    model,
    model_result,
    prediction,
    printed,
    reshape,
    returned,
    slowness,
    steps,
    train,
)

if TYPE_CHECKING:
    from graders.harness.model import Failure, Named
    from graders.pieces import Lab

    from .catalogue import Clue

MODULES = (
    *(data, fetching, loader, reshape, returned, model, model_result, loss, loss_labels, steps),
    *(epoch, epoch_costs, train, printed, evaluation, evaluation_rest, evaluation_stop, measuring),
    *(prediction, drawing, slowness),
)
CLUES: tuple[Clue, ...] = tuple(clue for module in MODULES for clue in module.CLUES)
IDEAS = {mistake.name: mistake.idea for clue in CLUES for mistake in clue.mistakes}
# There is nothing to ask any more; what is "unproven" is no matter of speed, and part training names its mistake.
SILENT = ("timeout", "crashed", "unreadable", "missing", "missing_but_similar", "unproven")


def name(lab: Lab, check: str, failure: Failure) -> Failure:
    """Return the failure of a check with the mistakes that explain it, where known ones do."""
    if failure.key in SILENT:
        return failure
    lab = replace(lab, notes=Notes())  # what is asked here is no business of the check's
    clues = [clue for clue in CLUES if check in clue.checks]
    for chosen in ([c for c in clues if not c.fallback], [c for c in clues if c.fallback]):
        found = {tuple(n.name for n in names): names for c in chosen if (names := _explained(c, lab))}
        if found:
            return replace(failure, mistakes=_placed(*found.values())) if len(found) == 1 else failure
    return failure


def _placed(mistakes: tuple[Named, ...]) -> tuple[Named, ...]:
    """Return mistakes with the lesson's ideas that they belong to."""
    return tuple(replace(named, idea=IDEAS.get(named.name, "")) for named in mistakes)


def _explained(clue: Clue, lab: Lab) -> tuple[Named, ...]:
    """Return what explains a clue; each is looked into once a run, however many checks fail."""
    explained = lab.shared.explained
    if clue not in explained:
        explained[clue] = ()
        # Whatever the submission does while it is looked at again, its verdict stands already.
        with suppress(CheckFailed, Unwritten, HarnessFault), np.errstate(all="ignore"):  # a formula may not fit at all
            explained[clue] = clue.explain(lab)
    return explained[clue]
