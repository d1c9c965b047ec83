"""The catalogue of misconceptions: which known mistake would have produced just what a failed check saw."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from graders.harness.errors import CheckFailed, HarnessFault, Unwritten

from . import (
    data,
    drawing,
    epoch,
    epoch_costs,
    evaluation,
    evaluation_rest,
    evaluation_stop,
    loader,
    loss,
    measuring,
    model,
    model_result,
    prediction,
    printed,
    reshape,
    steps,
    train,
)

if TYPE_CHECKING:
    from graders.harness.model import Failure, Named
    from graders.pieces import Lab

    from .catalogue import Clue

MODULES = (
    *(data, loader, reshape, model, model_result, loss, steps, epoch, epoch_costs, train, printed),
    *(evaluation, evaluation_rest, evaluation_stop, measuring, prediction, drawing),
)
CLUES: tuple[Clue, ...] = tuple(clue for module in MODULES for clue in module.CLUES)
SILENT = ("timeout", "crashed", "unreadable", "missing", "missing_but_similar")  # there is nothing to ask any more


def name(lab: Lab, check: str, failure: Failure) -> Failure:
    """Return the failure of a check with the mistakes that explain it, where known ones do."""
    if failure.key in SILENT:
        return failure
    clues = [clue for clue in CLUES if check in clue.checks]
    for chosen in ([c for c in clues if not c.fallback], [c for c in clues if c.fallback]):
        found = {tuple(n.name for n in names): names for c in chosen if (names := _explained(c, lab, failure))}
        if found:
            return replace(failure, mistakes=next(iter(found.values()))) if len(found) == 1 else failure
    return failure


def _explained(clue: Clue, lab: Lab, failure: Failure) -> tuple[Named, ...]:
    """Return what explains a clue; each is looked into once a run, however many checks fail."""
    key = (clue, failure.key, str(failure.params.get("text")))
    if key not in lab.shared.explained:
        lab.shared.explained[key] = ()
        # Whatever the submission does while it is looked at again, its verdict stands already.
        with suppress(CheckFailed, Unwritten, HarnessFault):
            lab.shared.explained[key] = clue.explain(lab, failure)
    return lab.shared.explained[key]
