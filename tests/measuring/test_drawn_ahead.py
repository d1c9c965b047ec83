"""What judges find drawn, since what they are forked from drew it by their seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from graders.measuring import ahead, arranged, batches, inputs, trainings

if TYPE_CHECKING:
    from collections.abc import Callable

SEED = 2**40 + 1  # nobody else's here
ASKED: dict[str, tuple[Any, Callable[[], object]]] = {
    "batches": (batches.chosen, lambda: batches.chosen(SEED)),
    "their images": (batches.dense, lambda: [batch.images(SEED) for batch in batches.chosen(SEED)]),
    "the largest one": (batches.dense, lambda: batches.dense(SEED, batches.huge(SEED))),
    "training digits": (inputs.tiny_split, lambda: inputs.tiny_split(SEED, True, False)),
    "other test digits": (inputs.tiny_split, lambda: inputs.tiny_split(SEED, False, True)),
    "lines": (inputs.written, lambda: inputs.written(SEED, batches.LESSONS_BATCH)),
    "a long epoch": (
        inputs.random_images,
        lambda: inputs.training_batches(SEED, trainings.long_epoch(SEED), trainings.FEW),
    ),
    "what evaluate is examined with": (arranged.drawn, lambda: arranged.drawn(SEED)),
}


@pytest.mark.parametrize("what", ASKED)
def test_what_is_drawn_ahead_is_not_drawn_again(what: str) -> None:
    ahead.draw(str(SEED))
    drawing, ask = ASKED[what]
    before = drawing.cache_info().misses
    ask()
    assert drawing.cache_info().misses == before


def test_what_checks_share_cannot_be_changed() -> None:
    """One check's inputs are another's, and another judge's."""
    images = batches.dense(SEED, 3)
    with pytest.raises(ValueError, match="read-only"):
        images[:] = 0
