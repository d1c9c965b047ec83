"""Part `evaluation`: `evaluate` on digits that the judge arranged, with a model whose answers it knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest

from graders import inputs
from graders.harness import expect
from graders.idx import Split

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from graders import oracle
    from graders.harness.model import Evidence, TensorValue
    from graders.pieces import Lab

pytestmark = pytest.mark.part("evaluation")

POOL = 1_200  # images to choose from
WHOLE_BATCHES, RAGGED = 200, 257  # digits: two of the lesson's batches; two and a bit
SPREAD = 0.3  # of the noise on the model's parameters: bias and pixels then weigh about the same
MARGIN = 0.02  # by which the largest logit leads, so that float32 and float64 agree on it
SHARE_RIGHT = 0.7  # of the arranged labels
ACCURACY_ATOL = 1e-6  # of a share of a few hundred: float32 eps is 6e-8 below 1
STATE = ("state", "parameters")  # the probes that tell whether a model is as it was
GRADIENT = 0.5  # left in every .grad before the call


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Images `[N, 28, 28]` uint8 and what a model answers to them: scaled to [0, 1], and raw."""

    images: NDArray[np.uint8]
    scaled: NDArray[np.int64]
    raw: NDArray[np.int64]


def make_pool(seed: int, model: oracle.Affine) -> Pool:
    """Draw images of all brightnesses, so that scaling matters, and keep those that the model is sure of."""
    dim = np.random.default_rng(seed + 30).uniform(0.05, 1, (POOL, 1, 1))
    images = np.rint(inputs.random_images(seed + 30, POOL)[:, 0] * dim * 255).astype(np.uint8)
    scaled, raw = model.logits(images / 255), model.logits(images)
    sure = (_lead(scaled) > MARGIN) & (_lead(raw) > MARGIN)
    return Pool(images[sure], scaled[sure].argmax(axis=1), raw[sure].argmax(axis=1))


def _lead(logits: NDArray[Any]) -> NDArray[Any]:
    ranked = np.sort(logits, axis=1)
    return cast("NDArray[Any]", ranked[:, -1] - ranked[:, -2])


def arrange(pool: Pool, chosen: NDArray[np.bool_], right: NDArray[np.bool_]) -> Split:
    """Take the chosen images; label them with the model's answer where `right`, with another digit elsewhere."""
    indices = np.flatnonzero(chosen)[: len(right)]
    answers = pool.scaled[indices]
    return Split(pool.images[indices], np.where(right[: len(indices)], answers, (answers + 3) % 10).astype(np.uint8))


def share_right(count: int) -> NDArray[np.bool_]:
    """Return which of `count` answers shall be right: scattered, and fewer in the incomplete last batch.

    Whoever leaves that batch out, or counts it as a whole one, then gets another share.
    """
    chance = np.random.default_rng(0).random(count)
    return np.asarray(chance < np.where(np.arange(count) < WHOLE_BATCHES, SHARE_RIGHT, SHARE_RIGHT / 2), bool)


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    """What `evaluate` said about some digits, and the model's state around it."""

    evidence: Evidence
    split: Split
    before: dict[str, TensorValue]
    after: dict[str, TensorValue]
    trainable_before: object
    trainable_after: object


def evaluated(lab: Lab, choose: Callable[[Pool], Split], observe: bool = False) -> Evaluated:
    """Ask `evaluate` about digits that `choose` arranges for a model."""
    lab.require("evaluate")
    model = lab.model(spread=SPREAD)
    split = choose(make_pool(lab.seed, lab.affine(model)))
    lab.probe("set_gradients", model, GRADIENT, of="build_model")
    pieces = (model, lab.dataset(split), lab.device())
    before, trainable_before = (lab.probe(name, model, of="build_model").value for name in STATE)
    seen = lab.call("evaluate", *pieces, observe=observe, asked="evaluate(model, dataset, device)")
    after, trainable_after = (lab.probe(name, model, of="build_model").value for name in STATE)
    states = cast("dict[str, TensorValue]", before), cast("dict[str, TensorValue]", after)
    return Evaluated(seen, split, *states, trainable_before, trainable_after)


def agreeing(pool: Pool) -> Split:
    """Whole batches of digits that get the same answer scaled and raw."""
    return arrange(pool, pool.scaled == pool.raw, share_right(WHOLE_BATCHES))


def share(seen: Evidence, count: int, expected: float) -> float:
    """Return the share that an accuracy stands for, forgiving percent and counts, which are judged elsewhere."""
    number = expect.number(seen)
    return min((number, number / 100, number / count), key=lambda form: abs(form - expected))


def test_accuracy_is_the_share_of_right_answers(lab: Lab) -> None:
    """The largest logit is the answer, and right answers are counted."""
    _expect_share(evaluated(lab, agreeing))


def test_accuracy_is_a_fraction(lab: Lab) -> None:
    """A float between 0 and 1: neither percent nor a count nor a tensor."""
    seen = evaluated(lab, agreeing).evidence
    number = expect.plain_float(seen)
    expect.that(0 <= number <= 1, seen, "no_fraction", got=f"{number:.6g}")


def test_every_image_counts_equally(lab: Lab) -> None:
    """An incomplete last batch counts as much as it holds, no more and no less."""

    def ragged(pool: Pool) -> Split:
        return arrange(pool, pool.scaled == pool.raw, share_right(RAGGED))

    _expect_share(evaluated(lab, ragged))


def _expect_share(seen: Evaluated) -> None:
    count = len(seen.split.labels)
    expected = float(np.mean(share_right(count)))
    expect.close(seen.evidence, share(seen.evidence, count, expected), expected, ACCURACY_ATOL)


def test_pixels_are_scaled_as_in_training(lab: Lab) -> None:
    """Digits whose answer changes with the scale of their pixels get the answer of the scale of training."""

    def disagreeing(pool: Pool) -> Split:
        return arrange(pool, pool.scaled != pool.raw, np.ones(WHOLE_BATCHES, bool))

    seen = evaluated(lab, disagreeing)
    count = len(seen.split.labels)
    got = share(seen.evidence, count, 1.0)
    expect.that(abs(got - 1) <= ACCURACY_ATOL, seen.evidence, "other_pixels", got=f"{got:.6g}", count=count)


def test_no_gradients_are_tracked_meanwhile(lab: Lab) -> None:
    """No torch call inside `evaluate` hangs its result on a graph."""
    seen = evaluated(lab, agreeing, observe=True).evidence
    expect.that(seen.transcript, seen.beside, "nothing_computed")
    tracking = [call for call in seen.transcript if call.tracks_gradients]
    if tracking:
        first = tracking[0]
        expect.fail(seen, "gradients_tracked", where=first.where, got=f"{first.name}({list(first.shapes[0])})")


def test_gradients_work_again_afterwards(lab: Lab) -> None:
    """Gradient tracking is on after the call, as it was before, and the parameters can still be trained."""
    seen = evaluated(lab, agreeing)
    expect.that(seen.evidence.grad_enabled_after, seen.evidence.beside, "gradients_left_off")
    expect.that(seen.trainable_after == seen.trainable_before, seen.evidence.beside, "parameters_frozen")


def test_model_comes_back_as_it_was(lab: Lab) -> None:
    """Weights, buffers and gradients are untouched."""
    seen = evaluated(lab, agreeing)
    changed = _changed(seen.before, seen.after)
    expect.that(not changed, seen.evidence.beside, "model_changed", got=", ".join(changed))


def _changed(before: dict[str, TensorValue], after: dict[str, TensorValue]) -> list[str]:
    return sorted(
        name
        for name in before.keys() | after.keys()
        if name not in before or name not in after or not np.array_equal(before[name].array, after[name].array)
    )
