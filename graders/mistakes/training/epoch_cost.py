"""Misconceptions about what an epoch returns: the mean of the batch costs, as a float."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from graders.harness.base.errors import CheckFailed
from graders.harness.base.model import NumpyScalar, TensorValue
from graders.harness.judge import expect
from graders.harness.judge.clues import Clue, NoClue
from graders.measuring import inputs, measure, oracle, trainings
from graders.mistakes import values
from graders.mistakes.formulas.decimals import FEW, is_rounded
from graders.mistakes.formulas.loops import Loop, times
from graders.mistakes.formulas.means import means_of
from graders.mistakes.ideas import Idea

from . import watched_loop
from .epoch import COSTS, SLIPS, slips
from .watched_loop import RATE_SET

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from graders.harness.base.model import Evidence
    from graders.measuring.pieces import Lab
    from graders.mistakes.formulas.loops import Batch

    Mean = Callable[[Sequence[float]], float]  # of the batch costs

LENGTHS = (measure.STEPS, 5, 6)  # batches of the epochs: the last one's cost is then rarely the largest in all of them
MORE = (7, 9, 10, 11)  # where it is, or another formula gives what one of another mistake does
IMAGES, SMALLER = inputs.STEP_BATCH, 10  # of a batch


@dataclass(frozen=True, slots=True, eq=False)
class Epoch:
    """An epoch that was asked for: its start, batches and rate, and what the student's function returned."""

    start: oracle.Affine
    batches: list[Batch]
    rate: float
    doubled: bool  # the criterion costs twice the cross-entropy
    returned: float  # NaN where it raised or returned no number
    end: oracle.Affine

    def costs(self, loop: Loop) -> list[float]:
        """Return the batch costs of a loop, each taken before its step."""
        factor = 2 if self.doubled else 1
        doubled = loop.with_(Loop(limit=times(2))) if self.doubled else loop
        return [factor * cost for cost in doubled.run(self.start, self.batches, self.rate).costs]

    def is_(self, mean: Mean, loop: Loop) -> bool:
        """Tell whether a formula of a loop's batch costs gives what was returned; NaN only where nothing is."""
        costs = self.costs(loop)
        wanted = mean(costs) if costs else float("nan")
        return near(self.returned, wanted) or bool(np.isnan(self.returned) and np.isnan(wanted))

    def has_rounded(self, places: int) -> bool:
        """Tell whether the mean was rounded to so many decimals."""
        mean = average(self.costs(Loop()))
        return bool(np.isfinite(self.returned)) and is_rounded(self.returned, mean, places, measure.COST_ATOL)


@dataclass(frozen=True, slots=True, eq=False)
class Epochs:
    """Epochs of several batches with steps too short to matter, and of a single batch.

    `doubled` has a criterion that costs twice as much, `smaller` fewer images in a batch. `slips` tells whether a slip
    in the loop explains the weights: then it has to explain the costs too. `own_optimizer` is as Watched has it.
    """

    several: list[Epoch]
    single: Epoch
    doubled: Epoch
    smaller: Epoch
    slips: bool
    own_optimizer: bool
    rates: tuple[float, ...]  # of the steps of a watched loop, where they are not the one that it was given

    def are(self, mean: Mean, loop: Loop | None = None) -> bool:
        """Tell whether a formula of the batch costs, of a right loop or another, gives what every epoch returned."""
        return all(epoch.is_(mean, loop or Loop()) for epoch in (*self.several, self.single, self.doubled))

    @property
    def right(self) -> bool:
        """Whether every epoch returned what it should."""
        return self.are(average)


def average(costs: Sequence[float]) -> float:
    """Return the mean."""
    return float(np.mean(costs))


def near(got: float, wanted: float) -> bool:
    """Tell whether two costs are the same within float32's rounding."""
    return bool(abs(got - wanted) <= measure.COST_ATOL * max(1.0, abs(wanted)))


def look(lab: Lab) -> Epochs:
    """Ask for the cost of epochs in which the steps hardly matter, and of single batches.

    Raises NoClue where the costs are another criterion's: they say nothing about their mean then.
    """
    watched = lab.seen(watched_loop.look)
    if watched.own_criterion:
        raise NoClue
    several = [_epoch(lab, steps, measure.NO_RATE) for steps in LENGTHS]
    for steps in MORE:
        if not are_mixed_up([epoch.costs(Loop()) for epoch in several]):
            break
        several.append(_epoch(lab, steps, measure.NO_RATE))
    single, doubled = (_epoch(lab, 1, measure.LEARNING_RATE, twice) for twice in (False, True))
    smaller = _epoch(lab, measure.STEPS, measure.NO_RATE, size=SMALLER)
    return Epochs(several, single, doubled, smaller, slips(watched), watched.own_optimizer, watched.rates)


def _epoch(lab: Lab, steps: int, rate: float, doubled: bool = False, size: int = IMAGES) -> Epoch:
    criterion = lab.doubled_criterion() if doubled else None
    batches = inputs.training_batches(lab.seed, steps, size)
    try:
        seen = measure.trained(lab, "train_epoch", steps=steps, size=size, learning_rate=rate, criterion=criterion)
        return Epoch(seen.start, batches, rate, doubled, expect.number(seen.evidence), seen.got)
    except CheckFailed:  # no batch is left where the first one is skipped, say
        _, start = lab.known_model()
        return Epoch(start, batches, rate, doubled, float("nan"), start)


def are_mixed_up(epochs: Sequence[Sequence[float]]) -> bool:
    """Tell whether formulas of two mistakes give the same for the costs of every epoch."""
    given = [(name, [mean(costs) for costs in epochs]) for name, means in MEANS.items() for mean in means]
    return any(
        name != other and all(map(near, ours, theirs))
        for (name, ours), (other, theirs) in itertools.combinations(given, 2)
    )


MEANS = means_of(IMAGES)
VALUE = Clue(COSTS, look)


def _averaged(name: str, seen: Epochs) -> bool:
    return not seen.slips and not seen.right and any(seen.are(mean) for mean in MEANS[name])


def _slipped(name: str, seen: Epochs) -> bool:
    """Tell whether the costs are the right mean, of a loop that goes wrong in one thing."""
    return seen.slips and not seen.right and any(seen.are(average, slip) for slip in SLIPS[name])


for _name in MEANS:
    VALUE.mistake(_name, Idea.TRAINING)(partial(_averaged, _name))
for _name in SLIPS:
    VALUE.mistake(_name, Idea.TRAINING)(partial(_slipped, _name))


@VALUE.mistake("batch-count-hard-coded", Idea.TRAINING)
def _counted(seen: Epochs) -> dict[str, object] | bool:
    """Recognise a sum that is always divided by the same number."""
    epoch = seen.several[0]
    number = round(values.ratio(sum(epoch.costs(Loop())), epoch.returned))

    def share(costs: Sequence[float]) -> float:
        return sum(costs) / number

    return number > 1 and seen.are(share) and seen.smaller.is_(share, Loop()) and {"number": number}


@VALUE.mistake("costs-divided-by-batch-size", Idea.TRAINING)
def _per_image(seen: Epochs) -> bool:
    """Recognise a sum that is divided by how many images a batch has."""
    smaller = seen.smaller.is_(lambda costs: sum(costs) / SMALLER, Loop())
    return smaller and seen.are(lambda costs: sum(costs) / IMAGES)


@VALUE.mistake("cost-rounded", Idea.TRAINING)
def _rounded(seen: Epochs) -> dict[str, object] | bool:
    epochs = (*seen.several, seen.single, seen.doubled)
    places = [n for n in FEW if all(epoch.has_rounded(n) for epoch in epochs)]
    return not seen.right and bool(places) and {"places": places[0]}


@VALUE.mistake("cost-after-the-step", Idea.TRAINING)
def _late(seen: Epochs) -> bool:
    """Recognise costs taken when the step was done: in a single batch that shows."""
    (images, labels), *_ = seen.single.batches
    if seen.single.end.weights.shape != seen.single.start.weights.shape:
        return False  # the loop has put others into the model
    after = oracle.cross_entropy(seen.single.end.logits(images), labels)
    return not seen.single.is_(average, Loop()) and near(seen.single.returned, after)


@VALUE.mistake("criterion-ignored", Idea.TRAINING)
def _own_criterion(seen: Epochs) -> bool:
    """Recognise a cost that is the same whatever the criterion."""
    right = all(epoch.is_(average, Loop()) for epoch in (*seen.several, seen.single))
    return right and near(2 * seen.doubled.returned, average(seen.doubled.costs(Loop())))


@VALUE.mistake("optimizer-ignored", Idea.TRAINING)
def _own_optimizer(seen: Epochs) -> bool:
    """Recognise right costs of single batches, and others where the given optimizer would hardly have moved."""
    single = all(epoch.is_(average, Loop()) for epoch in (seen.single, seen.doubled))
    return not seen.right and single and seen.own_optimizer


@VALUE.mistake(RATE_SET, Idea.DESCENT)
def _other_rate(seen: Epochs) -> bool:
    """Recognise the costs of steps at one rate that the loop has set, whichever it was given."""
    rate = values.only(set(seen.rates))
    loop = Loop(rates=(rate,) * max(LENGTHS))
    return not seen.right and seen.are(average, loop)


OWN = Clue(COSTS, watched_loop.look)


@OWN.mistake("criterion-ignored", Idea.TRAINING)
def _never_asked(seen: watched_loop.Watched) -> bool:
    return seen.own_criterion


# ---- type


def returned(lab: Lab) -> Evidence:
    """Ask what an epoch returns."""
    return measure.trained(lab, "train_epoch").evidence


TYPE = Clue((*COSTS, "test_epoch_returns_a_float_without_a_graph"), returned)
FLOAT = Clue(("test_epoch_returns_a_float_without_a_graph",), returned)


@TYPE.mistake("epoch-cost-not-returned", Idea.TRAINING)
def _nothing(seen: Evidence) -> bool:
    return seen.value is None


KEPT = Clue(FLOAT.checks, trainings.held)


@KEPT.mistake("costs-added-up-with-their-graphs", Idea.GRADIENT)
def _kept(seen: trainings.Held) -> bool:
    """Recognise costs that are added up, or kept, as tensors, though a float is returned in the end."""
    return type(seen.evidence.value) is float and seen.too_many


@FLOAT.mistake("cost-keeps-its-graph", Idea.GRADIENT)
def _graph(seen: Evidence) -> bool:
    return isinstance(seen.value, TensorValue) and seen.value.requires_grad


@FLOAT.mistake("cost-not-a-float", Idea.TRAINING)
def _no_float(seen: Evidence) -> bool:
    array = seen.value.array if isinstance(seen.value, TensorValue) else seen.value
    number = isinstance(array, NumpyScalar) or (isinstance(array, np.ndarray) and array.size == 1)
    return number and not _graph(seen)


@TYPE.mistake("costs-returned-as-a-list", Idea.TRAINING)
def _list(seen: Evidence) -> bool:
    return isinstance(seen.value, list) and len(seen.value) == measure.STEPS


CLUES = (VALUE, OWN, TYPE, FLOAT, KEPT)
