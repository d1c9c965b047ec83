"""Misconceptions about one epoch of training: what each makes of the weights, from the same start and batches.

The order of a loop's operations is read off the notes of a watched run. A name is given where the loop in that order,
with at most one slip more, leaves just the weights that were seen.
"""

from __future__ import annotations

import itertools
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np

from graders.harness.judge.clues import Clue, NoClue
from graders.measuring import inputs, measure
from graders.mistakes import values
from graders.mistakes.formulas.costs import after, sigmoid, softmax
from graders.mistakes.formulas.loops import (
    Loop,
    Penalty,
    clipped,
    divided,
    exchanged,
    relu_first,
    same,
    shifted,
    shortened,
    sigmoid_first,
    softmax_first,
    tanh_first,
    times,
    zeroed,
)
from graders.mistakes.ideas import Idea

from .watched_loop import RATE_SET, groups, look, operations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .watched_loop import Watched

WEIGHTS = ("test_one_batch_is_one_step_down_its_gradient", "test_every_batch_starts_from_a_fresh_gradient")
COSTS = ("test_epoch_returns_the_mean_of_the_batch_costs", "test_epoch_uses_the_criterion_it_is_given")


# ---- slips beside the order of operations


def _without(first: int, last: int) -> Loop:
    return Loop(batches=lambda batches: batches[first : len(batches) - last])


SLIPS: dict[str, tuple[Loop, ...]] = {
    "batches-skipped": (
        _without(1, 0),
        _without(0, 1),
        Loop(batches=lambda batches: batches[::2]),
        Loop(batches=lambda batches: batches[1::2]),
        Loop(batches=lambda batches: batches[: len(batches) // 2]),
        Loop(batches=lambda batches: batches[len(batches) // 2 :]),
    ),
    "loop-left-after-one-batch": (Loop(batches=lambda batches: batches[:1]),),
    "only-the-last-batch-trained": (Loop(batches=lambda batches: batches[-1:]),),
    "batches-repeated": (
        Loop(batches=lambda batches: [*batches, *batches]),
        Loop(batches=lambda batches: [*batches, *batches, *batches]),
        Loop(batches=lambda batches: [batch for batch in batches for _ in range(2)]),
    ),
    "iterator-restarted": (Loop(batches=lambda batches: batches[:1] * len(batches)),),
    "pixels-changed-in-training": (
        Loop(images=times(1 / 255)),
        Loop(images=times(255)),
        Loop(images=lambda images: (images - 0.1307) / 0.3081),
        Loop(images=lambda images: images * 2 - 1),
        Loop(images=lambda images: 1 - images),
        Loop(images=lambda images: images.swapaxes(-1, -2)),
    ),
    "labels-shifted-in-training": tuple(Loop(labels=shifted(k)) for k in range(1, 10)),
    "labels-changed-in-training": (
        *(Loop(labels=zeroed(stride)) for stride in range(2, 11)),
        *(Loop(labels=exchanged(*pair)) for pair in itertools.permutations(range(10), 2)),
        *(Loop(labels=divided(parts)) for parts in (2, 3, 5)),
    ),
    "softmax-twice-in-training": (Loop(cost=after(softmax), gradient=softmax_first),),
    "activation-in-training": (
        Loop(cost=after(lambda z: np.maximum(z, 0)), gradient=relu_first),
        Loop(cost=after(sigmoid), gradient=sigmoid_first),
        Loop(cost=after(np.tanh), gradient=tanh_first),
    ),
    "gradient-clipped": (
        *(Loop(limit=clipped(bound)) for bound in (0.001, 0.005, 0.01, 0.05, 0.1)),
        *(Loop(limit=shortened(norm)) for norm in (0.01, 0.1, 0.25, 0.5, 1.0, 2.0)),
    ),
    "gradient-scaled": tuple(
        Loop(limit=times(factor))
        for factor in (
            1 / measure.STEPS,
            1 / inputs.STEP_BATCH,
            1 / (measure.STEPS * inputs.STEP_BATCH),
            measure.STEPS,
            inputs.STEP_BATCH,
            0.5,
            0.1,
            0.01,
            10,
            -1,
        )
    ),
    "model-reset": (Loop(start=np.zeros_like), Loop(start=np.ones_like)),
    "penalty-in-the-cost": (
        *(
            Loop(penalty=Penalty(share, bias, told))
            for told in (True, False)
            for share in (0.5, 0.1, 0.05, 0.025, 0.01, 0.005, 0.0025, 0.001, 0.0005)
            for bias in (True, False)
        ),
        *(
            Loop(penalty=Penalty(share, True, told, squared=False))
            for told in (True, False)
            for share in (0.1, 0.01, 0.001, 0.0001)
        ),
    ),
}


PAIRED = 3  # variants of each slip that are tried beside another: 400 loops take a third of a second


NAMES_OF_ORDERS = (
    "zero-grad-forgotten", "zero-grad-once-an-epoch", "gradient-thrown-away", "step-before-backward", "no-step",
    "no-backward", "backward-twice", "steps-repeated", "step-once-an-epoch", "graph-cut",
    "backward-once-an-epoch", RATE_SET,
)  # fmt: skip


def _in_order(name: str, seen: Watched) -> bool:
    """Tell whether the order alone explains the weights, and only this is wrong with it."""
    return seen.faults == {name} and seen.left_by(seen.order())


def slips(seen: Watched) -> bool:
    """Tell whether one slip beside the order explains the weights."""
    try:
        return bool(_explaining(seen))
    except NoClue:  # the loop has no one order
        return False


def _slipped(name: str, seen: Watched) -> bool:
    """Tell whether one slip beside a right order explains the weights."""
    return name in _explaining(seen)


@lru_cache(maxsize=1)
def _explaining(seen: Watched) -> frozenset[str]:
    """Return the slips each of which explains the weights; two clues ask. Raises NoClue as `order` does."""
    loop = seen.order()
    if seen.faults or seen.left_by(loop):
        return frozenset()
    fits = (name for name, loops in SLIPS.items() if any(seen.left_by(loop.with_(slip)) for slip in loops))
    return frozenset(fits)


def _pairs(seen: Watched) -> Iterator[tuple[str, str]]:
    """Yield two faults of the order, or one with a slip, or two slips. Raises NoClue as `order` does."""
    loop = seen.order()
    names = sorted(seen.faults)
    if len(names) == 2 and seen.left_by(loop):
        yield names[0], names[1]
    if seen.left_by(loop) or len(names) > 1:
        return
    for name, slips in SLIPS.items():
        others = names or [other for other in SLIPS if other < name]
        for other in others:
            beside = (Loop(),) if names else SLIPS[other][:PAIRED]
            if any(seen.left_by(loop.with_(slip).with_(more)) for slip in slips[:PAIRED] for more in beside):
                yield name, other


EPOCH = Clue(WEIGHTS, look, _pairs)

for _name in NAMES_OF_ORDERS:
    EPOCH.mistake(_name, Idea.GRADIENT if "zero" in _name or "backward" in _name or "graph" in _name else Idea.DESCENT)(
        partial(_in_order, _name)
    )
for _name in SLIPS:
    EPOCH.mistake(_name, Idea.TRAINING)(partial(_slipped, _name))


# ---- what leaves the given model alone, or stops


@EPOCH.mistake("another-model-trained", Idea.TRAINING)
def _another_model(seen: Watched) -> bool:
    """Recognise a loop that never asks the model that it was given."""
    return seen.unmoved and "forward" not in seen.notes and "cost" in seen.notes and not seen.raised


@EPOCH.mistake("criterion-ignored", Idea.TRAINING)
def _own_criterion(seen: Watched) -> bool:
    return seen.own_criterion


@EPOCH.mistake("optimizer-ignored", Idea.TRAINING)
def _own_optimizer(seen: Watched) -> bool:
    return seen.own_optimizer and not seen.own_criterion


def _period(seen: Watched) -> int:
    """Return for one batch in how many a step is taken, regularly. Raises NoClue where it is not."""
    stepping = ["step" in group for group in groups(seen.notes)]
    steps = [number for number, stepped in enumerate(stepping) if stepped]
    strides = {b - a for a, b in itertools.pairwise(steps)}
    period = values.only(strides)
    if len(stepping) != len(seen.batches) or period < 2 or steps[0] >= period or len(stepping) - steps[-1] > period:
        raise NoClue
    return period


def _zeroing(seen: Watched) -> int:
    """Return in how many of the batches gradients are cleared, be it before the first forward pass."""
    return operations(seen.notes).count("zero")


@EPOCH.mistake("step-every-second-batch", Idea.DESCENT)
def _every_second(seen: Watched) -> dict[str, object] | bool:
    """Recognise a step for one batch in so many, and gradients that are cleared for every one of them."""
    period = _period(seen)
    return _zeroing(seen) >= len(seen.batches) and seen.left_by(seen.replayed()) and {"count": period}


@EPOCH.mistake("steps-end-early", Idea.DESCENT)
def _end_early(seen: Watched) -> dict[str, object] | bool:
    """Recognise a step for each of the first few batches, and none for those behind them."""
    stepping = ["step" in group for group in groups(seen.notes)]
    count = sum(stepping)
    few = 1 < count < len(stepping) == len(seen.batches) and all(stepping[:count])
    return few and seen.left_by(seen.replayed()) and {"count": count}


@EPOCH.mistake("gradients-gathered-over-batches", Idea.DESCENT)
def _gathered(seen: Watched) -> dict[str, object] | bool:
    """Recognise gradients that are left to add up until the next step, as they are or each divided by their number."""
    period, loop = _period(seen), seen.replayed()
    steps, zeroes = (operations(seen.notes).count(note) for note in ("step", "zero"))
    gathers = steps - 1 <= zeroes <= steps + 1
    fits = any(seen.left_by(loop.with_(Loop(limit=limit))) for limit in (same, times(1 / period)))
    return gathers and fits and {"count": period}


CUT = Clue((*WEIGHTS, *COSTS, "test_epoch_returns_a_float_without_a_graph"), look)


@CUT.mistake("graph-cut", Idea.GRADIENT)
def _cut(seen: Watched) -> bool:
    """Recognise logits or a cost without their graph, though model and criterion build one, and nothing raises."""
    return seen.ran and "cut" in seen.notes and seen.unmoved and "argmax" not in seen.notes


@CUT.mistake("argmax-before-the-cost", Idea.GRADIENT)
def _digits(seen: Watched) -> bool:
    """Recognise the digits with the largest logits, which the criterion is given in the logits' place."""
    return seen.ran and seen.unmoved and "argmax" in seen.notes


CLUES = (EPOCH, CUT)
