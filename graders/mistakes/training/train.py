"""Misconceptions about the whole training: how many epochs there are, and of what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graders.harness.base.model import Word
from graders.harness.judge.clues import Clue, NoClue
from graders.measuring import measure, oracle
from graders.mistakes.ideas import Idea

from .watched_loop import Watched, watch

if TYPE_CHECKING:
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


def details(counts: Counts) -> dict[str, object]:
    """Return what messages about a wrong number of epochs tell: none of the numbers that were asked for here."""
    count = counts[0] or 0
    return {"count": count, "off": off_by(count - EPOCHS), "times": count // EPOCHS}


def off_by(count: int) -> Word:
    """Return in words how many epochs there are too many, or with a minus too few."""
    if abs(count) == 1:
        return Word("one_epoch_more") if count > 0 else Word("one_epoch_missing")
    number = {"count": abs(count)}
    return Word("epochs_more", number) if count > 0 else Word("epochs_missing", number)


@COUNT.mistake("epochs-miscounted", Idea.TRAINING)
def _miscounted(seen: Counted) -> dict[str, object] | bool:
    return miscounted(seen.counts) and details(seen.counts)


@COUNT.mistake("epochs-repeated", Idea.TRAINING)
def _repeated(seen: Counted) -> dict[str, object] | bool:
    return repeated(seen.counts) and details(seen.counts)


@COUNT.mistake("training-epochs-ignored", Idea.TRAINING)
def _fixed(seen: Counted) -> dict[str, object] | bool:
    return fixed(seen.counts) and details(seen.counts)


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


FOLLOWING.mistakes.extend(COUNT.mistakes)
CLUES = (COUNT, FOLLOWING)
