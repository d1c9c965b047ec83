"""Part `evaluation`: `evaluate` on digits that the judge arranged, with a model whose answers it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from graders.harness.judge import expect
from graders.measuring import devices
from graders.measuring.arranged import (
    ACCURACY_ATOL,
    agreeing,
    agreeing_too,
    disagreeing,
    evaluated,
    makes_graphs,
    many,
    ragged,
)
from graders.measuring.work import expect_examination

if TYPE_CHECKING:
    from graders.harness.base.model import Evidence
    from graders.harness.judge.messages import Messages
    from graders.measuring.arranged import Evaluated
    from graders.measuring.pieces import Lab

pytestmark = pytest.mark.part("evaluation")


def share(seen: Evidence, count: int, expected: float) -> float:
    """Return the share that an accuracy stands for, forgiving percent and counts, which are judged elsewhere."""
    number = expect.number(seen)
    return min((number, number / 100, number / count), key=lambda form: abs(form - expected))


def test_accuracy_is_the_share_of_right_answers(lab: Lab) -> None:
    """The largest logit is the answer, and right answers are counted."""
    for choose in (agreeing, agreeing_too):
        _expect_share(evaluated(lab, choose))
    expect_examination(lab)


def test_accuracy_is_a_fraction(lab: Lab, words: Messages) -> None:
    """A float between 0 and 1: neither percent nor a count nor a tensor; also where the model is on another device."""
    seen = evaluated(lab, agreeing).evidence
    number = expect.plain_float(seen)
    expect.that(0 <= number <= 1, seen, "no_fraction", got=f"{number:.6g}")
    expect_examination(lab)
    devices.expect_device(lab, "evaluate", words)


def test_every_image_counts_equally(lab: Lab) -> None:
    """An incomplete last batch counts as much as it holds, no more and no less, be the batches small or large."""
    for choose in (ragged, many):
        _expect_share(evaluated(lab, choose), lab)
    _expect_share(evaluated(lab, ragged, between=True), lab)  # none counts that was only loaded, later say
    expect_examination(lab)


def _expect_share(seen: Evaluated, lab: Lab | None = None) -> None:
    """Expect the share of right answers; with `lab`, a wrong one that follows from the first check refers to it."""
    got = share(seen.evidence, len(seen.split.labels), seen.share)
    if lab and abs(got - seen.share) > ACCURACY_ATOL and _is_wrong_anyway(lab):
        expect.fail(seen.evidence, "share_follows", expected=f"{seen.share:.9g}", got=f"{got:.9g}")
    expect.close(seen.evidence, got, seen.share, ACCURACY_ATOL)


def _is_wrong_anyway(lab: Lab) -> bool:
    """Tell whether the share is wrong for digits in whole batches whose answers do not hang on their scale, too."""
    seen = evaluated(lab, agreeing)
    return not abs(share(seen.evidence, len(seen.split.labels), seen.share) - seen.share) <= ACCURACY_ATOL


def test_pixels_are_scaled_as_in_training(lab: Lab) -> None:
    """Digits whose answer changes with the scale of their pixels get the answer of the scale of training."""
    seen = evaluated(lab, disagreeing)
    count = len(seen.split.labels)
    got = share(seen.evidence, count, seen.share)
    off = not abs(got - seen.share) <= ACCURACY_ATOL  # NaN is off, too
    key = "other_pixels_follow" if off and _is_wrong_anyway(lab) else "other_pixels"
    expect.that(not off, seen.evidence, key, expected=f"{seen.share:.6g}", got=f"{got:.6g}", count=count)
    expect_examination(lab)


def test_no_gradients_are_tracked_meanwhile(lab: Lab) -> None:
    """No torch call inside `evaluate` hangs its result on a graph."""
    seen = evaluated(lab, agreeing, observe=True).evidence
    expect.that(seen.transcript, seen.beside, "nothing_computed")
    tracking = [call for call in seen.transcript if call.tracks_gradients]
    if tracking:
        first = tracking[0]
        # What is given tensors in a list, torch.cat say, has no shapes of its own.
        shown = "".join(str(list(shape)) for shape in first.shapes[:1])
        expect.fail(seen, "gradients_tracked", where=first.where, got=f"{first.name}({shown})")
    expect.that(not makes_graphs(lab), seen.beside, "graphs_made")
    expect_examination(lab)


def test_gradients_work_again_afterwards(lab: Lab) -> None:
    """Gradient tracking is on after the call, as it was before, and the parameters can still be trained."""
    seen = evaluated(lab, agreeing)
    expect.that(seen.evidence.grad_enabled_after, seen.evidence.beside, "gradients_left_off")
    expect.that(seen.trainable_after == seen.trainable_before, seen.evidence.beside, "parameters_frozen")
    expect_examination(lab)


def test_model_comes_back_as_it_was(lab: Lab) -> None:
    """Weights, buffers and gradients are untouched, and so are the digits."""
    seen = evaluated(lab, agreeing)
    expect.that(not seen.changed, seen.evidence.beside, "model_changed", got=", ".join(seen.changed))
    expect.that(not seen.digits_changed, seen.evidence.beside, "argument_changed", argument="dataset")
    expect_examination(lab)
