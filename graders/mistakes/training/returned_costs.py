"""Misconceptions about what `train` returns: the list of its epochs' costs."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from graders.harness.base.errors import CheckFailed
from graders.harness.base.model import Named, TensorValue
from graders.harness.judge import expect
from graders.harness.judge.clues import Clue, NoClue
from graders.measuring import measure
from graders.mistakes import values
from graders.mistakes.formulas.decimals import FEW, is_rounded
from graders.mistakes.ideas import Idea

from . import train

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from graders.measuring.pieces import Lab


KINDS: dict[type, str] = {TensorValue: "Tensor"}  # what a student calls it


@dataclass(frozen=True, slots=True, eq=False)
class Returned:
    """What `train` returned for three epochs, for five and for its default number, and what costs there were."""

    values: tuple[object, ...]
    costs: tuple[tuple[float, ...], ...]
    epochs: tuple[int | None, ...]  # how many there were of three and of five, by the weights; () where nobody knows

    def all_are(self, value_of: Callable[[Sequence[float]], object]) -> bool:
        """Tell whether every training returned what a formula makes of its costs."""
        return all(_alike(got, value_of(costs)) for got, costs in zip(self.values, self.costs, strict=True))

    @property
    def counts(self) -> list[int | None]:
        """How many costs each returned, all of them right as far as they go; None where they are not."""
        pairs = zip(self.values, self.costs, strict=True)
        return [len(got) if isinstance(got, list) and _begins(got, costs) else None for got, costs in pairs]


def _begins(got: list[object], costs: Sequence[float]) -> bool:
    return all(_alike(a, b) for a, b in zip(got, costs, strict=False))


def _alike(got: object, wanted: object) -> bool:
    if isinstance(wanted, list):
        return isinstance(got, list) and len(got) == len(wanted) and all(map(_alike, got, wanted))
    number = expect.as_number(got)
    return number is not None and isinstance(wanted, float) and abs(number - wanted) <= measure.COST_ATOL


def look_returned(lab: Lab) -> Returned:
    """Train for three epochs, for five and for the default number."""
    seen = [measure.trained(lab, "train", steps=2, epochs=epochs) for epochs in (*train.ASKED[:2], None)]
    costs = tuple(tuple(epoch.cost for epoch in one.expected) for one in seen)
    try:
        epochs = tuple(lab.seen(train.look).counts)
    except (CheckFailed, NoClue):
        epochs = ()
    return Returned(tuple(one.evidence.value for one in seen), costs, epochs)


def _pairs_of_values(seen: Returned) -> Iterator[tuple[str, Named]]:
    """Yield a value of the wrong kind together with an epoch too few, which shows in the value."""
    too_few = Named("epochs-miscounted", train.details([train.EPOCHS - 1]))
    if seen.all_are(lambda costs: costs[-2]):
        yield "train-returns-one-cost", too_few
    if seen.all_are(lambda costs: float(np.mean(costs[:-1]))):
        yield "train-returns-the-mean-cost", too_few


LIST = Clue((train.DEFAULT,), look_returned, _pairs_of_values)


@LIST.mistake("train-returns-nothing", Idea.TRAINING)
def _nothing(seen: Returned) -> bool:
    return all(value is None for value in seen.values)


@LIST.mistake("train-returns-one-cost", Idea.TRAINING)
def _one(seen: Returned) -> bool:
    return seen.all_are(lambda costs: costs[-1]) or seen.all_are(lambda costs: costs[0])


@LIST.mistake("train-keeps-one-cost", Idea.TRAINING)
def _last_of_the_list(seen: Returned) -> bool:
    return seen.all_are(lambda costs: [costs[-1]])


@LIST.mistake("train-list-empty", Idea.TRAINING)
def _empty(seen: Returned) -> bool:
    return seen.all_are(lambda _: [])


@LIST.mistake("train-returns-the-mean-cost", Idea.TRAINING)
def _mean(seen: Returned) -> bool:
    return seen.all_are(lambda costs: float(np.mean(costs)))


@LIST.mistake("train-returns-no-list", Idea.TRAINING)
def _no_list(seen: Returned) -> dict[str, object] | bool:
    """Recognise the right costs in something else that holds several."""
    kinds = {type(value) for value in seen.values}
    if len(kinds) != 1:
        return False
    kind = kinds.pop()
    held = Returned(tuple(_held(value) for value in seen.values), seen.costs, seen.epochs)
    return kind is not list and held.all_are(list) and {"kind": KINDS.get(kind, kind.__name__)}


def _held(value: object) -> list[object]:
    """Return what a tuple, an array or a dictionary's values are. Raises NoClue for anything else."""
    if isinstance(value, (dict, tuple)):
        return list(value.values() if isinstance(value, dict) else value)
    if isinstance(value, (np.ndarray, TensorValue)):
        array = value.array if isinstance(value, TensorValue) else value
        if array.ndim:
            return list(array.astype(float).tolist())
    raise NoClue


@LIST.mistake("cost-divided-by-epochs", Idea.TRAINING)
def _divided(seen: Returned) -> bool:
    return seen.all_are(lambda costs: [cost / len(costs) for cost in costs])


@LIST.mistake("sum-never-reset", Idea.TRAINING)
def sums(seen: Returned) -> bool:
    """Recognise costs each of which has those of all earlier epochs in it."""
    return seen.all_are(lambda costs: list(itertools.accumulate(costs)))


@LIST.mistake("train-returns-tensors", Idea.TRAINING)
def _tensors(seen: Returned) -> bool:
    items = seen.values[0] if isinstance(seen.values[0], list) else []
    return bool(items) and all(isinstance(item, TensorValue) for item in items) and seen.all_are(list)


@LIST.mistake("train-returns-text", Idea.TRAINING)
def _text(seen: Returned) -> bool:
    items = seen.values[0] if isinstance(seen.values[0], list) else []
    return len(items) == train.EPOCHS and all(isinstance(item, str) for item in items)


@LIST.mistake("cost-rounded", Idea.TRAINING)
def _rounded(seen: Returned) -> dict[str, object] | bool:
    if seen.all_are(list):
        return False
    places = [n for n in FEW if all(map(partial(_are_rounded, n), seen.values, seen.costs))]
    return bool(places) and {"places": places[0]}


def _are_rounded(places: int, got: object, costs: Sequence[float]) -> bool:
    """Tell whether a list has these costs, rounded to so many decimals."""
    numbers = [values.finite(values.number(one)) for one in got] if isinstance(got, list) else []
    near = (is_rounded(number, cost, places, measure.COST_ATOL) for number, cost in zip(numbers, costs, strict=False))
    return len(numbers) == len(costs) and all(near)


def _is_of_epochs(seen: Returned) -> bool:
    """Tell whether there are as many costs as there were epochs: `return costs[:-1]` is no matter of the loop."""
    return all(count == epochs for count, epochs in zip(seen.counts, seen.epochs, strict=False))


for _name, _explains in (
    ("epochs-miscounted", train.miscounted),
    ("epochs-repeated", train.repeated),
    ("training-epochs-ignored", train.fixed),
):

    @LIST.mistake(_name, Idea.TRAINING)
    def _wrong_count(seen: Returned, explains: Callable[[train.Counts], bool] = _explains) -> dict[str, object] | bool:
        return _is_of_epochs(seen) and explains(seen.counts) and train.details(seen.counts)


@LIST.mistake("costs-left-out", Idea.TRAINING)
def _left_out(seen: Returned) -> dict[str, object] | bool:
    """Recognise a list that ends, or begins and ends, before the epochs do, all of which there were."""
    *given, _ = seen.counts
    few = [count is not None and 0 < count < asked for count, asked in zip(given, train.ASKED, strict=False)]
    complete = seen.epochs == train.ASKED[:2]
    return complete and all(few) and {"count": given[0], "epochs": train.ASKED[0]}


@LIST.mistake("training-ends-early", Idea.TRAINING)
def _left(seen: Returned) -> bool:
    return _is_of_epochs(seen) and train.left_early(seen.counts) and not _last_of_the_list(seen)


@LIST.mistake("default-epochs-changed", Idea.TRAINING)
def _another_default(seen: Returned) -> dict[str, object] | bool:
    """Recognise a number of epochs that is honoured where it is given."""
    *given, default = seen.counts
    return given == list(train.ASKED[:2]) and default not in (None, train.ASKED[2]) and {"count": default}


CLUES = (LIST,)
