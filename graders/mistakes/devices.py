"""Misconceptions about devices: what a function leaves on the CPU where the model is on a GPU."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from graders.harness.judge import expect
from graders.harness.judge.clues import Clue, NoClue
from graders.measuring import arranged, devices, measure, trainings

from .ideas import Idea
from .prediction import predicted

if TYPE_CHECKING:
    from graders.measuring.devices import Elsewhere
    from graders.measuring.pieces import Lab


# Each asks on a pretended device, where it is noted what is moved; what else the check wants has to be right.


def look_at_epoch(lab: Lab) -> Elsewhere:
    """Train an epoch elsewhere."""
    seen = trainings.doubled(lab, "train_epoch", measure.LEARNING_RATE)
    expect.close(seen.evidence, expect.number(seen.evidence), 2 * seen.expected[0].cost, 2 * measure.COST_ATOL)
    return devices.elsewhere(lab, "train_epoch", pretended=True)


def look_at_accuracy(lab: Lab) -> Elsewhere:
    """Ask for an accuracy elsewhere."""
    evidence = arranged.evaluated(lab, arranged.agreeing).evidence
    if not 0 <= expect.plain_float(evidence) <= 1:
        raise NoClue
    return devices.elsewhere(lab, "evaluate", pretended=True)


def look_at_prediction(lab: Lab) -> Elsewhere:
    """Ask for a prediction elsewhere."""
    if not all(type(value) is int for value in lab.seen(predicted.look).values):
        raise NoClue
    return devices.elsewhere(lab, "predict", pretended=True)


CLUES = (
    Clue(("test_epoch_uses_the_criterion_it_is_given",), look_at_epoch),
    Clue(("test_accuracy_is_a_fraction",), look_at_accuracy),
    Clue(("test_prediction_is_an_int",), look_at_prediction),
)


def _left(seen: Elsewhere, what: str) -> bool:
    return seen.fault == "left_behind" and seen.left == what


def _own(seen: Elsewhere) -> bool:
    """Recognise images that were sent to a device, which was not the given one."""
    return _left(seen, "images") and seen.noted("other", "images") and not seen.noted("moved", "images")


def _dropped(seen: Elsewhere) -> bool:
    """Recognise that what was left on the CPU was moved once, as a whole, and not back."""
    left = next(note for note in seen.notes if note.kind == "left") if seen.fault == "left_behind" else None
    if left is None or not left.what or seen.noted("back", left.what):
        return False
    moved = [note for note in seen.notes if note.kind == "moved" and note.what == left.what]
    return len(moved) == 1 and math.prod(moved[0].shape) == math.prod(left.shape)


def _images(seen: Elsewhere) -> bool:
    """Recognise images that were sent to no device at all."""
    return _left(seen, "images") and not any(seen.noted(kind, "images") for kind in ("moved", "other"))


def _labels(seen: Elsewhere) -> bool:
    """Recognise that the images alone were moved."""
    stay = not any(seen.noted(kind, "labels") for kind in ("moved", "other"))
    return _left(seen, "labels") and stay and seen.noted("moved", "images")


def _array(seen: Elsewhere) -> bool:
    return seen.fault == "array_elsewhere"


def _model(seen: Elsewhere) -> bool:
    return seen.fault == "model_elsewhere"


for _clue in CLUES:
    _clue.mistake("device-of-its-own", Idea.DEVICE)(_own)
    _clue.mistake("moved-tensor-unused", Idea.DEVICE)(_dropped)
    _clue.mistake("images-left-on-the-cpu", Idea.DEVICE)(_images)
    _clue.mistake("labels-left-on-the-cpu", Idea.DEVICE)(_labels)
    _clue.mistake("array-of-a-device-tensor", Idea.DEVICE)(_array)
    _clue.mistake("model-moved-away", Idea.DEVICE)(_model)
