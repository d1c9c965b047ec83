"""What a watched loop's notes are made of, and how many of them the judge carries out."""

from __future__ import annotations

import numpy as np
import pytest

from graders.harness.judge.clues import NoClue
from graders.measuring import oracle
from graders.mistakes.training.watched_loop import MAX_OPERATIONS, Watched

MODEL = oracle.Affine(np.zeros((10, 784)), np.zeros(10))
BATCH = ("zero", "forward", "backward", "step")


def watched(*notes: str) -> Watched:
    """Return an epoch that left these notes."""
    return Watched(notes, "", None, MODEL, MODEL, [], 0.1)


def test_a_loops_order_is_that_of_its_batches():
    """What stands before the first forward pass is done at the end of the batch before."""
    order = watched("batch", *BATCH, "batch", *BATCH, "batch", *BATCH).order()
    assert order.script == ("forward", "backward", "step", "zero")
    assert order.last == ("forward", "backward", "step")
    assert order.before == ("zero",)


@pytest.mark.parametrize("place", ["before the loop", "before the pass", "after it"])
def test_a_loop_of_thousands_of_operations_is_not_carried_out(place):
    """Each candidate for a mistake would be carried out with all of them; a few more than usual are."""

    def notes(count: int) -> tuple[str, ...]:
        many = ("zero",) * count
        before, inside, after = (
            many if place == name else () for name in ("before the loop", "before the pass", "after it")
        )
        return (*before, *(("batch", *inside, *BATCH[1:], *after) * 3))

    assert watched(*notes(MAX_OPERATIONS - len(BATCH))).order()
    with pytest.raises(NoClue):
        watched(*notes(MAX_OPERATIONS + 1)).order()
