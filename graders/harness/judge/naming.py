"""Names the mistake behind a failed check: the one in the lab's catalogue that would have produced just that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from graders.harness.base.errors import StaleHandle

from . import faults

if TYPE_CHECKING:
    from graders.harness.base.model import Failure, Named

    from .clues import Clue
    from .lab import Lab

# There is nothing to ask any more; what is "unproven" is no matter of speed, and its own part names its mistake.
SILENT = ("timeout", "crashed", "unreadable", "missing", "missing_but_similar", "unproven", "upset")


def name(lab: Lab, check: str, failure: Failure) -> Failure:
    """Return the failure of a check with the mistakes that explain it, where known ones do."""
    if failure.key in SILENT:
        return failure
    lab = lab.aside()
    clues = [clue for clue in lab.spec.clues() if check in clue.checks]
    for chosen in ([c for c in clues if not c.fallback], [c for c in clues if c.fallback]):
        found = {tuple(n.name for n in names): names for c in chosen if (names := _explained(c, lab))}
        if found:
            return replace(failure, mistakes=_placed(lab, *found.values())) if len(found) == 1 else failure
    return failure


def _placed(lab: Lab, mistakes: tuple[Named, ...]) -> tuple[Named, ...]:
    """Return mistakes with the lesson's ideas that they belong to."""
    ideas = {mistake.name: mistake.idea for clue in lab.spec.clues() for mistake in clue.mistakes}
    return tuple(replace(named, idea=ideas.get(named.name, "")) for named in mistakes)


def _explained(clue: Clue, lab: Lab) -> tuple[Named, ...]:
    """Return what explains a clue; each is looked into once a run, however many checks fail."""
    explained = lab.shared.explained
    if clue not in explained:
        if lab.submission.hurried:
            return ()
        explained[clue] = ()
        worker = lab.submission.generation
        try:
            with np.errstate(all="ignore"):  # a formula may not fit at all
                explained[clue] = clue.explain(lab)
        except Exception as error:  # the verdict stands already, and no fault of ours may cost it
            if not isinstance(error, StaleHandle) or lab.submission.generation == worker:
                said = f"the clue {clue.name} names nothing: {{fault}}; no points hang on it"
                faults.tell(faults.NamingFault, said, error)
            # Else the submission has killed its worker while it was looked at again.
    return explained[clue]
