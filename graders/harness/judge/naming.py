"""Names the mistake behind a failed check: the one in the lab's catalogue that would have produced just that."""

from __future__ import annotations

import ast
import itertools
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from graders.harness.base.errors import StaleHandle
from graders.harness.base.model import Where

from . import crashes, faults

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graders.harness.base.model import Failure, Named, Raised

    from .clues import Clue
    from .lab import Lab

# There is nothing to ask any more; what is "unproven" is no matter of speed, and its own part names its mistake.
SILENT = (
    *("timeout", "crashed", "unreadable", "missing", "missing_but_similar", "not_found", "decorated_away"),
    *("unproven", "upset"),
)


def name(lab: Lab, check: str, failure: Failure) -> Failure:
    """Return the failure of a check with the mistakes that explain it, where known ones do."""
    if failure.key in SILENT:
        return failure
    lab = lab.aside()
    clues = [clue for clue in lab.spec.clues() if check in clue.checks]
    first, last = [c for c in clues if not c.fallback], [c for c in clues if c.fallback]
    for look in (partial(_seen, lab, first), partial(_crashed, lab, failure), partial(_seen, lab, last)):
        if found := look():
            return _named(lab, failure, *found) if len(found) == 1 else failure
    return failure


def name_crash(lab: Lab, failure: Failure) -> Failure:
    """Return the failure of a submission that cannot be loaded with the mistake behind its exception."""
    found = _crashed(lab, failure)
    return _named(lab, failure, *found) if found else failure


def _seen(lab: Lab, clues: Sequence[Clue]) -> list[tuple[Named, ...]]:
    """Return what clues explain, each explanation once."""
    return list({tuple(n.name for n in names): names for c in clues if (names := _explained(c, lab))}.values())


def _crashed(lab: Lab, failure: Failure) -> list[tuple[Named, ...]]:
    """Return what the rules for exceptions make of one; each is looked into once a run, however many checks fail."""
    if failure.raised is None or failure.key not in crashes.NAMED:
        return []
    explained, raised = lab.shared.explained, (failure.key, repr(failure.raised))
    if raised not in explained:
        explained[raised] = _explained_crash(lab, failure.raised, failure.key)
    return [explained[raised]] if explained[raised] else []


def _explained_crash(lab: Lab, raised: Raised, key: str) -> tuple[Named, ...]:
    source = lab.submission.source
    try:
        # What a library's own line raised may yet be explained by what the file gave to the library.
        module = source.parsed(raised.where.file if raised.where else source.path.name)
        crash = crashes.Crash.of(raised, key in crashes.AT_IMPORT, module)
        return crashes.explain(lab.spec.crashes(), crash)
    except Exception as error:  # as with clues
        faults.tell(faults.NamingFault, "the rules for exceptions name nothing: {fault}; no points hang on it", error)
        return ()


def _named(lab: Lab, failure: Failure, mistakes: tuple[Named, ...]) -> Failure:
    """Return a failure with its mistakes, and with the place of the first that has one of its own."""
    where = next((place for named in mistakes if (place := _line(lab, failure.where, named.name))), failure.where)
    return replace(failure, mistakes=_placed(lab, mistakes), where=where)


def _line(lab: Lab, where: Where | None, name: str) -> Where | None:
    """Return the line that does a mistake in the function around a place, None where it is not known."""
    find = lab.spec.places().get(name)
    if find is None or where is None or where.file != lab.submission.source.path.name:
        return None
    functions = (node for node in lab.submission.source.tree.body if isinstance(node, ast.FunctionDef))
    around = next((node for node in functions if node.lineno <= where.line <= (node.end_lineno or 0)), None)
    line = find(around) if around else None
    return Where(where.file, line) if line else None


def _placed(lab: Lab, mistakes: tuple[Named, ...]) -> tuple[Named, ...]:
    """Return mistakes with the lesson's ideas that they belong to."""
    known = itertools.chain(lab.spec.crashes(), *(clue.mistakes for clue in lab.spec.clues()))
    ideas = {mistake.name: mistake.idea for mistake in known}
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
