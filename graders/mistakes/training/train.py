"""Misconceptions about the whole training: how many epochs, what `train` returns, what it prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from graders.harness.base.model import Named, TensorValue
from graders.harness.judge import expect
from graders.harness.judge.clues import Clue, NoClue
from graders.measuring import measure, oracle
from graders.mistakes.ideas import Idea

from .watched_loop import Watched, watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graders.measuring.pieces import Lab


EPOCHS = 3
ASKED = (EPOCHS, 5, measure.LESSONS_EPOCHS)
FEWEST = 3  # epochs of a loop that does not heed how many are asked for; one with fewer was left early
FEW_STEPS = 3  # an epoch; enough to count epochs by
MOST_EPOCHS = 20  # tried for how many epochs there were
DECAYS = (0.1, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)  # of the learning rate, after each epoch
GIVEN, DEFAULT = "test_training_goes_through_every_epoch", "test_training_returns_one_cost_an_epoch"

# ---- how many epochs


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """A watched training of three epochs, and how many there were where three and where five were asked for.

    None stands for weights that no number of epochs leaves.
    """

    watched: Watched
    counts: tuple[int | None, int | None]


def look(lab: Lab) -> Counted:
    """Watch trainings of three and of five epochs. Raises NoClue where one breaks off: nothing was counted then."""
    three, five = (
        watch(lab, "train", asked, steps=FEW_STEPS, rate=measure.other_rate(lab.seed)) for asked in ASKED[:2]
    )
    if three.raised or five.raised:
        raise NoClue
    return Counted(three, (_count(three), _count(five)))


def _count(seen: Watched) -> int | None:
    """Return after how many epochs the model is what it became."""
    model = seen.start
    for count in range(1, MOST_EPOCHS + 1):
        model = oracle.train(model, seen.batches, seen.rate).model
        if seen.ended_at(model):
            return count
    return None


COUNT = Clue((GIVEN,), look)
FOLLOWING = Clue((DEFAULT, "test_training_prints_a_line_an_epoch"), look, fallback=True)  # what comes of it

# What a wrong number of epochs is called, by how many there were for three, five and, where it was seen, by default.
Counts = Sequence[int | None]


def miscounted(counts: Counts) -> bool:
    """Tell whether there were always as many epochs too few, or too many."""
    off = {count - asked for count, asked in zip(counts, ASKED, strict=False) if count is not None}
    return None not in counts and len(off) == 1 and off != {0}


def repeated(counts: Counts) -> bool:
    """Tell whether there were always twice as many, or three times."""
    times = {count / asked for count, asked in zip(counts, ASKED, strict=False) if count is not None}
    return None not in counts and times in ({2}, {3})


def fixed(counts: Counts) -> bool:
    """Tell whether there were always equally many, and no fewer than a loop that is left early has."""
    return len(set(counts)) == 1 and (counts[0] or 0) >= FEWEST


def left_early(counts: Counts) -> bool:
    """Tell whether there were always equally many, and very few."""
    return len(set(counts)) == 1 and 0 < (counts[0] or 0) < FEWEST


def _details(counts: Counts) -> dict[str, object]:
    return {"count": counts[0], "asked": EPOCHS}


@COUNT.mistake("epochs-miscounted", Idea.TRAINING)
def _miscounted(seen: Counted) -> dict[str, object] | bool:
    return miscounted(seen.counts) and _details(seen.counts)


@COUNT.mistake("epochs-repeated", Idea.TRAINING)
def _repeated(seen: Counted) -> dict[str, object] | bool:
    return repeated(seen.counts) and _details(seen.counts)


@COUNT.mistake("training-epochs-ignored", Idea.TRAINING)
def _fixed(seen: Counted) -> dict[str, object] | bool:
    return fixed(seen.counts) and _details(seen.counts)


@COUNT.mistake("training-ends-early", Idea.TRAINING)
def _early(seen: Counted) -> bool:
    return left_early(seen.counts)


def _after(seen: Watched, epochs: int, decay: float) -> oracle.Affine:
    model = seen.start
    for epoch in range(epochs):
        model = oracle.train(model, seen.batches, seen.rate * decay**epoch).model
    return model


@COUNT.mistake("learning-rate-changed-between-epochs", Idea.DESCENT)
def _decayed(seen: Counted) -> bool:
    watched = seen.watched
    return any(watched.ended_at(_after(watched, EPOCHS, decay)) for decay in DECAYS)


@COUNT.mistake("criterion-ignored", Idea.TRAINING)
def _own_criterion(seen: Counted) -> bool:
    return seen.watched.own_criterion


@COUNT.mistake("optimizer-ignored", Idea.TRAINING)
def _own_optimizer(seen: Counted) -> bool:
    return seen.watched.own_optimizer and not seen.watched.own_criterion


@COUNT.mistake("model-rebuilt-every-epoch", Idea.TRAINING)
def _another_model(seen: Counted) -> bool:
    """Recognise epochs that train some model, but not the one that was given."""
    notes = seen.watched.notes
    return seen.watched.unmoved and "forward" not in notes and "cost" in notes


# ---- what is returned


@dataclass(frozen=True, slots=True, eq=False)
class Returned:
    """What `train` returned for three epochs, for five and for its default number, and the costs that there were."""

    values: tuple[object, ...]
    costs: tuple[tuple[float, ...], ...]

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
    seen = [measure.trained(lab, "train", steps=2, epochs=epochs) for epochs in (*ASKED[:2], None)]
    costs = tuple(tuple(epoch.cost for epoch in one.expected) for one in seen)
    return Returned(tuple(one.evidence.value for one in seen), costs)


def _pairs_of_values(seen: Returned) -> Iterator[tuple[str, Named]]:
    """Yield a value of the wrong kind together with an epoch too few, which shows in the value."""
    too_few = Named("epochs-miscounted", {"count": EPOCHS - 1, "asked": EPOCHS})
    if seen.all_are(lambda costs: costs[-2]):
        yield "train-returns-one-cost", too_few
    if seen.all_are(lambda costs: float(np.mean(costs[:-1]))):
        yield "train-returns-the-mean-cost", too_few


LIST = Clue((DEFAULT,), look_returned, _pairs_of_values)


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
    held = Returned(tuple(_held(value) for value in seen.values), seen.costs)
    return kind is not list and held.all_are(list) and {"kind": kind.__name__}


def _held(value: object) -> list[object]:
    """Return what a tuple, an array or a dictionary's values are. Raises NoClue for anything else."""
    if isinstance(value, (dict, tuple)):
        return list(value.values() if isinstance(value, dict) else value)
    if isinstance(value, (np.ndarray, TensorValue)):
        array = value.array if isinstance(value, TensorValue) else value
        if array.ndim:
            return list(array.astype(float).tolist())
    raise NoClue


@LIST.mistake("train-returns-tensors", Idea.TRAINING)
def _tensors(seen: Returned) -> bool:
    items = seen.values[0] if isinstance(seen.values[0], list) else []
    return bool(items) and all(isinstance(item, TensorValue) for item in items) and seen.all_are(list)


@LIST.mistake("train-returns-text", Idea.TRAINING)
def _text(seen: Returned) -> bool:
    items = seen.values[0] if isinstance(seen.values[0], list) else []
    return len(items) == EPOCHS and all(isinstance(item, str) for item in items)


@LIST.mistake("cost-rounded", Idea.TRAINING)
def _rounded(seen: Returned) -> dict[str, object] | bool:
    if seen.all_are(list):
        return False
    places = [n for n in range(7) if seen.all_are(lambda costs, n=n: [round(c, n) for c in costs])]  # type: ignore[misc]  # a default keeps n
    return bool(places) and {"places": places[0]}


for _name, _explains in (
    ("epochs-miscounted", miscounted),
    ("epochs-repeated", repeated),
    ("training-epochs-ignored", fixed),
):

    @LIST.mistake(_name, Idea.TRAINING)
    def _wrong_count(seen: Returned, explains: Callable[[Counts], bool] = _explains) -> dict[str, object] | bool:
        return explains(seen.counts) and _details(seen.counts)


@LIST.mistake("training-ends-early", Idea.TRAINING)
def _left(seen: Returned) -> bool:
    return left_early(seen.counts) and not _last_of_the_list(seen)


@LIST.mistake("default-epochs-changed", Idea.TRAINING)
def _another_default(seen: Returned) -> dict[str, object] | bool:
    """Recognise a number of epochs that is honoured where it is given."""
    *given, default = seen.counts
    return given == list(ASKED[:2]) and default not in (None, ASKED[2]) and {"count": default}


FOLLOWING.mistakes.extend(COUNT.mistakes)
CLUES = (COUNT, FOLLOWING, LIST)
