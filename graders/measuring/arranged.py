"""Digits that the judge arranged to examine `evaluate`: it knows the model's answer to each, scaled and raw."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from graders.digits.idx import Split
from graders.harness.base.model import TensorValue
from graders.harness.judge.looks import remembered

from . import inputs, measure, oracle

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from graders.harness.base.model import Evidence, Handle

    from .pieces import Lab

    Condition = tuple[dict[str, TensorValue], object]  # state, and which parameters can be trained

POOL = 1_200  # images to choose from
WHOLE_BATCHES, RAGGED, MANY = 200, 257, 1_130  # digits: two of the lesson's batches; two and a bit; many
SPREAD = 0.3  # of the noise on the model's parameters: bias and pixels then weigh about the same
MARGIN = 0.02  # by which the largest logit leads, so that float32 and float64 agree on it
SHARE_RIGHT = 0.7  # of the arranged labels
FEWEST = 50  # digits of either kind below; a model that reads images at all has hundreds
# Of a share: rounded or cut off to the four places that the lab prints, it is off by 1e-4 at most; one answer of 1,130
# makes nine times that.
ACCURACY_ATOL = 1.01e-4
GRADIENT = 0.5  # left in every .grad before the call


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Images `[N, 28, 28]` uint8 and what a model answers to them: scaled to [0, 1], and raw."""

    images: NDArray[np.uint8]
    scaled: NDArray[np.int64]
    raw: NDArray[np.int64]

    @property
    def is_rich(self) -> bool:
        """Whether there are digits to examine with: some whose answer hangs on their scale, and others."""
        agreeing = int(np.sum(self.scaled == self.raw))
        return min(agreeing, len(self.images) - agreeing) >= FEWEST


@lru_cache(maxsize=1)
def _drawn(seed: int) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Draw images of all brightnesses, so that scaling matters, and return them also as rows.

    Every examination of a run chooses from the same ones.
    """
    dim = np.random.default_rng(seed + 30).uniform(0.05, 1, (POOL, 1, 1))
    images = np.rint(inputs.random_images(seed + 30, POOL)[:, 0] * dim * 255).astype(np.uint8)
    return images, oracle.flatten(images).astype(np.float64)


def make_pool(seed: int, model: oracle.Affine) -> Pool:
    """Keep those of the drawn images that the model is sure of."""
    return _pool(seed, model.weights.tobytes(), model.bias.tobytes())


@lru_cache(maxsize=1)
def _pool(seed: int, weights: bytes, bias: bytes) -> Pool:
    """Most models start the same for the same seed, and then every examination has the same pool."""
    model = oracle.Affine(np.frombuffer(weights).reshape(10, -1), np.frombuffer(bias))
    images, rows = _drawn(seed)
    raw = model.logits(rows)
    scaled = (raw - model.bias) / 255 + model.bias
    sure = (_lead(scaled) > MARGIN) & (_lead(raw) > MARGIN)
    return Pool(images[sure], scaled[sure].argmax(axis=1), raw[sure].argmax(axis=1))


def _lead(logits: NDArray[Any]) -> NDArray[Any]:
    ranked = np.sort(logits, axis=1)
    return cast("NDArray[Any]", ranked[:, -1] - ranked[:, -2])


def arrange(pool: Pool, chosen: NDArray[np.bool_], right: NDArray[np.bool_]) -> Split:
    """Take the chosen images; label them with the model's answer where `right`, with another digit elsewhere."""
    indices = np.flatnonzero(chosen)[: len(right)]
    answers = pool.scaled[indices]
    wrong = (answers + 1 + np.arange(len(indices)) % 9) % 10  # no shift makes all of them right
    return Split(pool.images[indices], np.where(right[: len(indices)], answers, wrong).astype(np.uint8))


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
    model: oracle.Affine
    split: Split
    before: dict[str, TensorValue]
    after: dict[str, TensorValue]
    trainable_before: object
    trainable_after: object
    digits_changed: bool

    @property
    def changed(self) -> list[str]:
        """The names of all parameters, buffers and gradients that are not as they were."""
        names = self.before.keys() | self.after.keys()
        return sorted(name for name in names if not _same(self.before.get(name), self.after.get(name)))


def _same(before: TensorValue | None, after: TensorValue | None) -> bool:
    return before is not None and after is not None and np.array_equal(before.array, after.array)


@remembered
def evaluated(
    lab: Lab, choose: Callable[[Pool], Split], observe: bool = False, other_model: bool = False, between: bool = False
) -> Evaluated:
    """Ask `evaluate` about digits that `choose` arranges for a model; with `other_model`, for another one.

    With `between`, other digits are loaded between these and the question.

    It is a stand-in where the student's answers leave nothing to examine with: all of them alike, say.
    """
    lab.require("evaluate")
    model = lab.piece("build_model")
    affine, before = _examined(lab, model)
    if not make_pool(lab.seed, affine).is_rich and "build_model" not in lab.notes.own:
        lab.notes.standins.add("build_model")
        model = lab.standin("build_model")
        affine, before = _examined(lab, model)
    split = choose(make_pool(lab.seed, affine))
    if other_model:
        lab.probe("stir", model, lab.seed + 1, 2 * SPREAD, of="build_model")
    pieces = (model, dataset := lab.dataset(split), lab.device())
    if between:
        lab.dataset(inputs.tiny_split(lab.seed, train=False))
    seen = lab.call("evaluate", *pieces, observe=observe, asked="evaluate(model, dataset, device)")
    after = cast("Condition", lab.probe("condition", model, of="build_model").value)
    return Evaluated(seen, affine, split, before[0], after[0], before[1], after[1], _differs(lab, dataset, split))


def _differs(lab: Lab, dataset: Handle, split: Split) -> bool:
    """Tell whether some of a data set's items are not, or no longer, a split's images with their labels."""
    indices = [0, len(split.labels) // 2, len(split.labels) - 1]
    items = cast("list[Any]", lab.probe("items", dataset, indices, of="load_mnist").value)
    return not all(
        type(item) is tuple
        and len(item) == 2
        and type(item[0]) is TensorValue
        and item[0].shape == (1, 28, 28)
        and np.allclose(item[0].array, split.images[index] / 255, rtol=0, atol=measure.PIXEL_ATOL)
        and item[1] == split.labels[index]
        for index, item in zip(indices, items, strict=True)
    )


def _examined(lab: Lab, model: Handle) -> tuple[oracle.Affine, Condition]:
    """Prepare a model, and return what it computes and its state."""
    known = lab.probe("examined", model, lab.seed, SPREAD, GRADIENT, of="build_model").value
    shown, before = cast("tuple[tuple[TensorValue, TensorValue], Condition]", known)
    return oracle.Affine(*(part.array.astype(float) for part in shown)), before


def agreeing(pool: Pool) -> Split:
    """Whole batches of digits that get the same answer scaled and raw."""
    return arrange(pool, pool.scaled == pool.raw, share_right(WHOLE_BATCHES))


def ragged(pool: Pool) -> Split:
    """Digits that get the same answer scaled and raw, with an incomplete last batch."""
    return arrange(pool, pool.scaled == pool.raw, share_right(RAGGED))


def many(pool: Pool) -> Split:
    """Digits as `agreeing` has them, more than fill any usual batch, some of them several times."""
    chosen = np.flatnonzero(pool.scaled == pool.raw)
    often = np.resize(chosen, MANY)
    repeated = Pool(pool.images[often], pool.scaled[often], pool.raw[often])
    return arrange(repeated, np.ones(MANY, bool), share_right(MANY))


def disagreeing(pool: Pool) -> Split:
    """Digits whose answer changes with the scale of their pixels, each labelled with the scaled one's."""
    return arrange(pool, pool.scaled != pool.raw, np.ones(WHOLE_BATCHES, bool))
