"""Misconceptions about what a measurement may leave behind: gradients, the grad mode, the model; and its type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graders.harness.judge import expect
from graders.harness.judge.clues import Clue
from graders.measuring import arranged
from graders.mistakes.ideas import Idea

if TYPE_CHECKING:
    from graders.measuring.arranged import Evaluated
    from graders.measuring.pieces import Lab

FRACTION = "test_accuracy_is_a_fraction"
NOTHING_CHECKS = (
    "test_accuracy_is_the_share_of_right_answers",
    FRACTION,
    "test_every_image_counts_equally",
    "test_pixels_are_scaled_as_in_training",
)
CUTS = ("detach", "detach_")  # take a result out of its graph, once there is one


def look(lab: Lab) -> Evaluated:
    """Examine with an observer."""
    return arranged.evaluated(lab, arranged.agreeing, observe=True)


TRACKED = Clue(("test_no_gradients_are_tracked_meanwhile",), look)
AFTER = Clue(("test_gradients_work_again_afterwards",), look)
MODEL = Clue(("test_model_comes_back_as_it_was",), look)
TYPE = Clue((FRACTION,), look)
NOTHING = Clue(NOTHING_CHECKS, look)


def _tracks(seen: Evaluated) -> bool:
    return any(call.tracks_gradients for call in seen.evidence.transcript)


def _detaches(seen: Evaluated) -> bool:
    return any(call.name in CUTS and call.grad_enabled for call in seen.evidence.transcript)


@TRACKED.mistake("detach-for-no-grad", Idea.GRADIENT)
def _cut(seen: Evaluated) -> bool:
    """Recognise results that are taken out of a graph that was built first."""
    return _tracks(seen) and _detaches(seen)


@TRACKED.mistake("gradients-on-in-evaluation", Idea.GRADIENT)
def _on(seen: Evaluated) -> bool:
    """Recognise graphs that are built and left alone: every call ran with the grad mode on."""
    on = all(call.grad_enabled for call in seen.evidence.transcript if call.tracks_gradients)
    return _tracks(seen) and on and not _detaches(seen)


@AFTER.mistake("gradients-left-off", Idea.GRADIENT)
def _off(seen: Evaluated) -> bool:
    return not seen.evidence.grad_enabled_after


@AFTER.mistake("parameters-frozen-by-evaluation", Idea.EVALUATION)
def _frozen(seen: Evaluated) -> bool:
    return seen.evidence.grad_enabled_after and seen.trainable_after != seen.trainable_before


@MODEL.mistake("gradients-cleared-by-evaluation", Idea.EVALUATION)
def _cleared(seen: Evaluated) -> bool:
    """Recognise .grad that is gone or zero in every parameter, and nothing else that changed."""
    grads = {name for name in seen.before if name.endswith(".grad")}
    return set(seen.changed) == grads and not any(seen.after[name].array.any() for name in grads & seen.after.keys())


@MODEL.mistake("backward-in-evaluation", Idea.EVALUATION)
def _backward(seen: Evaluated) -> bool:
    """Recognise .grad that was added to, and nothing else that changed."""
    only = all(name.endswith(".grad") and name in seen.after for name in seen.changed)
    return only and any(seen.after[name].array.any() for name in seen.changed)


@MODEL.mistake("weights-changed-by-evaluation", Idea.EVALUATION)
def _weights(seen: Evaluated) -> bool:
    return any(not name.endswith(".grad") for name in seen.changed)


@TYPE.mistake("accuracy-not-a-float", Idea.EVALUATION)
def _no_float(seen: Evaluated) -> bool:
    """Recognise a right accuracy as a tensor or a NumPy number."""
    value = seen.evidence.value
    number = expect.as_number(value)
    return type(value) is not float and number is not None and abs(number - seen.share) <= 1e-6


@NOTHING.mistake("accuracy-not-returned", Idea.EVALUATION)
def _nothing(seen: Evaluated) -> bool:
    return seen.evidence.value is None


CLUES = (TRACKED, AFTER, MODEL, TYPE, NOTHING)
