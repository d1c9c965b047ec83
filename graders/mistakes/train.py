"""Misconceptions about the whole training: how many epochs, what `train` returns, what it prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graders import measure, oracle
from graders.harness import expect
from graders.harness.model import Named, TensorValue

from .catalogue import Clue, Idea
from .epoch import Watched, watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from graders.pieces import Lab


EPOCHS = 3
MOST_EPOCHS = 20  # tried for how many epochs there were
DECAYS = (0.1, 0.5, 0.9, 0.95, 0.99)  # of the learning rate, after each epoch
GIVEN, DEFAULT = "test_training_goes_through_every_epoch", "test_training_returns_one_cost_an_epoch"

# ---- how many epochs


def look(lab: Lab) -> Watched:
    """Watch a training of three epochs. Raises ValueError where it breaks off: then nothing was counted."""
    seen = watch(lab, "train", EPOCHS)
    if seen.raised:
        raise ValueError(seen.raised)
    return seen


COUNT = Clue((GIVEN,), look)
FOLLOWING = Clue((DEFAULT, "test_training_prints_a_line_an_epoch"), look, fallback=True)  # what comes of it


def _after(seen: Watched, epochs: int, decay: float = 1.0) -> oracle.Affine:
    model = seen.start
    for epoch in range(epochs):
        model = oracle.train(model, seen.batches, measure.LEARNING_RATE * decay**epoch).model
    return model


@COUNT.mistake("epochs-miscounted", Idea.TRAINING)
def _miscounted(seen: Watched) -> dict[str, object] | bool:
    counts = [count for count in (2, 4, 5, 6) if seen.ended_at(_after(seen, count))]
    return bool(counts) and not _untouched(seen) and {"count": counts[0], "asked": EPOCHS}


@COUNT.mistake("training-epochs-ignored", Idea.TRAINING)
def _fixed(seen: Watched) -> dict[str, object] | bool:
    counts = [count for count in range(7, MOST_EPOCHS + 1) if seen.ended_at(_after(seen, count))]
    return bool(counts) and {"count": counts[0], "asked": EPOCHS}


@COUNT.mistake("training-ends-early", Idea.TRAINING)
def _early(seen: Watched) -> bool:
    return seen.ended_at(_after(seen, 1))


@COUNT.mistake("learning-rate-changed-between-epochs", Idea.DESCENT)
def _decayed(seen: Watched) -> bool:
    return any(seen.ended_at(_after(seen, EPOCHS, decay)) for decay in DECAYS)


@COUNT.mistake("model-rebuilt-every-epoch", Idea.TRAINING)
def _another_model(seen: Watched) -> bool:
    """Recognise epochs that train some model, but not the one that was given."""
    return _untouched(seen) and "cost" in seen.notes


def _untouched(seen: Watched) -> bool:
    return seen.unmoved and "forward" not in seen.notes and not seen.raised


# ---- what is returned


@dataclass(frozen=True, slots=True, eq=False)
class Returned:
    """What `train` returned for three epochs and for its default number, and the costs that there were in each."""

    given: object
    default: object
    costs: tuple[float, ...]
    default_costs: tuple[float, ...]

    def both(self, value_of: Callable[[Sequence[float]], object]) -> bool:
        """Tell whether both trainings returned what a formula makes of their costs."""
        return _alike(self.given, value_of(self.costs)) and _alike(self.default, value_of(self.default_costs))


def _alike(got: object, wanted: object) -> bool:
    if isinstance(wanted, list):
        return isinstance(got, list) and len(got) == len(wanted) and all(map(_alike, got, wanted))
    number = expect.as_number(got)
    return number is not None and isinstance(wanted, float) and abs(number - wanted) <= measure.COST_ATOL


def look_returned(lab: Lab) -> Returned:
    """Train for three epochs and for the default number."""
    given, default = (measure.trained(lab, "train", steps=2, epochs=epochs) for epochs in (EPOCHS, None))
    costs = [tuple(epoch.cost for epoch in seen.expected) for seen in (given, default)]
    return Returned(given.evidence.value, default.evidence.value, *costs)


def _pairs_of_values(seen: Returned) -> Iterator[tuple[str, Named]]:
    """Yield a value of the wrong kind together with an epoch too few, which shows in the value."""
    too_few = Named("epochs-miscounted", {"count": EPOCHS - 1, "asked": EPOCHS})
    if seen.both(lambda costs: costs[-2]):
        yield "train-returns-one-cost", too_few
    if seen.both(lambda costs: float(np.mean(costs[:-1]))):
        yield "train-returns-the-mean-cost", too_few


LIST = Clue((DEFAULT,), look_returned, _pairs_of_values)


@LIST.mistake("train-returns-nothing", Idea.TRAINING)
def _nothing(seen: Returned) -> bool:
    return seen.given is None and seen.default is None


@LIST.mistake("train-returns-one-cost", Idea.TRAINING)
def _one(seen: Returned) -> bool:
    return seen.both(lambda costs: costs[-1]) or seen.both(lambda costs: costs[0])


@LIST.mistake("train-returns-the-mean-cost", Idea.TRAINING)
def _mean(seen: Returned) -> bool:
    return seen.both(lambda costs: float(np.mean(costs)))


@LIST.mistake("train-returns-tensors", Idea.TRAINING)
def _tensors(seen: Returned) -> bool:
    items = seen.given if isinstance(seen.given, list) else []
    tensors = bool(items) and all(isinstance(item, TensorValue) for item in items)
    return tensors and seen.both(list)


@LIST.mistake("train-returns-text", Idea.TRAINING)
def _text(seen: Returned) -> bool:
    items = seen.given if isinstance(seen.given, list) else []
    return len(items) == EPOCHS and all(isinstance(item, str) for item in items)


@LIST.mistake("epochs-miscounted", Idea.TRAINING)
def _too_many_or_few(seen: Returned) -> dict[str, object] | bool:
    """Recognise an epoch too few or too many, for any number of them."""
    lengths = [len(costs) if isinstance(costs, list) else -1 for costs in (seen.given, seen.default)]
    off = lengths[0] - EPOCHS
    consistent = off == lengths[1] - len(seen.default_costs) and off != 0 and lengths[0] >= 0
    return consistent and _first_costs(seen.given, seen.costs) and {"count": lengths[0], "asked": EPOCHS}


@LIST.mistake("training-epochs-ignored", Idea.TRAINING)
def _always(seen: Returned) -> dict[str, object] | bool:
    lengths = {len(costs) if isinstance(costs, list) else -1 for costs in (seen.given, seen.default)}
    fixed = len(lengths) == 1 and min(lengths) > EPOCHS
    return fixed and _first_costs(seen.given, seen.costs) and {"count": lengths.pop(), "asked": EPOCHS}


@LIST.mistake("training-ends-early", Idea.TRAINING)
def _left(seen: Returned) -> bool:
    """Recognise a loop that is left after the same number of epochs, fewer than any that was asked for."""
    lengths = {len(costs) if isinstance(costs, list) else -1 for costs in (seen.given, seen.default)}
    return len(lengths) == 1 and 0 < min(lengths) < EPOCHS and _first_costs(seen.given, seen.costs)


@LIST.mistake("default-epochs-changed", Idea.TRAINING)
def _another_default(seen: Returned) -> dict[str, object] | bool:
    """Recognise a number of epochs that is honoured where it is given."""
    right = _alike(seen.given, list(seen.costs)) and isinstance(seen.default, list)
    count = len(seen.default) if isinstance(seen.default, list) else 0
    other = count != len(seen.default_costs) and _first_costs(seen.default, seen.default_costs)
    return right and other and {"count": count}


def _first_costs(got: object, costs: Sequence[float]) -> bool:
    """Tell whether as many costs as both have are the same."""
    return isinstance(got, list) and all(_alike(a, b) for a, b in zip(got, costs, strict=False))


FOLLOWING.mistakes.extend(COUNT.mistakes)
CLUES = (COUNT, FOLLOWING, LIST)
