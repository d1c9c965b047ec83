"""Digits that the judge arranged to examine `evaluate`: it knows the model's answer to each, scaled and raw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from graders.digits.idx import Split
from graders.harness.base.errors import CheckFailed, Unloadable
from graders.harness.base.model import TensorValue
from graders.harness.judge.looks import remembered

from . import inputs, oracle

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from graders.harness.base.model import Evidence, Handle

    from .pieces import Lab

    Condition = tuple[dict[str, TensorValue], object]  # state, and which parameters can be trained

POOL = 1_800  # images to choose from
FULL = 3  # every third one is nearly all white, so that what it lacks, its inverse, has answers of all kinds, too
WHITE = (0.8, 0.97)  # of its pixels
WHOLE_BATCHES = 200  # digits: two of the lesson's batches
# With an incomplete last batch, whatever size people test with: two batches and a bit, and many.
RAGGED, MANY = ([n for n in numbers if n % 2 and n % 5] for numbers in (range(231, 298), range(1_103, 1_198)))
SPREAD = 0.3  # of the noise on the model's parameters: bias and pixels then weigh about the same
MARGIN = 0.02  # by which the largest logit leads, so that float32 and float64 agree on it
# How many of two hundred labels are right; where the scale matters more, so that no seed makes the two accuracies one.
RIGHT, RIGHT_BY_SCALE = (90, 148), (156, 192)
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
    seed: int
    model: oracle.Affine

    @property
    def is_rich(self) -> bool:
        """Whether there are digits to examine with: some whose answer hangs on their scale, and others."""
        agreeing = int(np.sum(self.scaled == self.raw))
        return min(agreeing, len(self.images) - agreeing) >= FEWEST


@lru_cache(maxsize=1)
def drawn(seed: int) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Draw images of all brightnesses, so that scaling matters, and return them also as rows.

    Every examination of a run chooses from the same ones.
    """
    dice = np.random.default_rng(seed + 30)
    dim = dice.uniform(0.05, 1, (POOL, 1, 1))
    images = np.rint(inputs.random_images(seed + 30, POOL)[:, 0] * dim * 255).astype(np.uint8)
    full = images[::FULL]
    full[...] = 255 * (dice.random(full.shape) < dice.uniform(*WHITE, (len(full), 1, 1)))
    return images, oracle.flatten(images).astype(np.float64)


def make_pool(seed: int, model: oracle.Affine) -> Pool:
    """Keep those of the drawn images that the model is sure of."""
    return _pool(seed, model.weights.tobytes(), model.bias.tobytes())


@lru_cache(maxsize=1)
def _pool(seed: int, weights: bytes, bias: bytes) -> Pool:
    """Most models start the same for the same seed, and then every examination has the same pool."""
    model = oracle.Affine(np.frombuffer(weights).reshape(10, -1), np.frombuffer(bias))
    images, rows = drawn(seed)
    raw = model.logits(rows)
    scaled = (raw - model.bias) / 255 + model.bias
    sure = (lead(scaled) > MARGIN) & (lead(raw) > MARGIN)
    return Pool(images[sure], scaled[sure].argmax(axis=1), raw[sure].argmax(axis=1), seed, model)


def lead(logits: NDArray[Any]) -> NDArray[Any]:
    """Return by how much the largest of each row of logits is larger than the next, `[N]`."""
    ranked = np.sort(logits, axis=1)
    return cast("NDArray[Any]", ranked[:, -1] - ranked[:, -2])


@dataclass(frozen=True, slots=True, eq=False)
class Arrangement:
    """Digits to be examined with, and which of their labels are the model's answers."""

    split: Split
    right: NDArray[np.bool_]


def arrange(pool: Pool, chosen: NDArray[np.bool_], right: NDArray[np.bool_]) -> Arrangement:
    """Take the chosen images; label them with the model's answer where `right`, with another digit elsewhere.

    Where fewer are chosen than `right` has, some of them come several times, so that batches stay whole.
    """
    indices = np.resize(np.flatnonzero(chosen), len(right) if chosen.any() else 0)
    right = right[: len(indices)]
    answers = pool.scaled[indices]
    wrong = (answers + 1 + np.arange(len(indices)) % 9) % 10  # no shift makes all of them right
    return Arrangement(Split(pool.images[indices], np.where(right, answers, wrong).astype(np.uint8)), right)


def drawn_right(seed: int, what: str, count: int, of_two_hundred: tuple[int, int] = RIGHT) -> NDArray[np.bool_]:
    """Return which of `count` answers shall be right: scattered, as many as the seed chooses, fewer in the rest.

    Whoever leaves the incomplete last batch out, or counts it as a whole one, then gets another share.
    """
    right, rest = inputs.between(seed, f"{what}: right", *of_two_hundred), max(count - WHOLE_BATCHES, 0)
    generator = inputs.generator(seed, f"{what}: which")
    chosen = np.arange(count)
    chosen[:WHOLE_BATCHES] = generator.permutation(chosen[:WHOLE_BATCHES])
    chosen[WHOLE_BATCHES:] = generator.permutation(rest)
    return np.where(np.arange(count) < WHOLE_BATCHES, chosen < right, chosen < rest * right / WHOLE_BATCHES / 2)


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    """What `evaluate` said about some digits, and the model's state around it."""

    evidence: Evidence
    model: oracle.Affine
    split: Split
    right: NDArray[np.bool_]
    before: dict[str, TensorValue]
    after: dict[str, TensorValue]
    trainable_before: object
    trainable_after: object
    digits_changed: bool

    @property
    def share(self) -> float:
        """The accuracy: the share of right answers."""
        return float(np.mean(self.right))

    @property
    def changed(self) -> list[str]:
        """The names of all parameters, buffers and gradients that are not as they were."""
        names = self.before.keys() | self.after.keys()
        return sorted(name for name in names if not _same(self.before.get(name), self.after.get(name)))


def _same(before: TensorValue | None, after: TensorValue | None) -> bool:
    return before is not None and after is not None and np.array_equal(before.array, after.array)


@remembered
def evaluated(
    lab: Lab,
    choose: Callable[[Pool], Arrangement],
    observe: bool = False,
    other_model: int = 0,
    between: bool = False,
    again: bool = False,
) -> Evaluated:
    """Ask `evaluate` about digits that `choose` arranges for a model; with `other_model`, of another one, by number.

    With `between`, other digits are loaded between these and the question; with `again`, it is the same question anew.

    It is a stand-in where the student's answers leave nothing to examine with: all of them alike, say.
    """
    lab.require("evaluate")
    model = lab.piece("build_model")
    affine, before = _examined(lab, model)
    if not make_pool(lab.seed, affine).is_rich and "build_model" not in lab.notes.own:
        lab.notes.standins.add("build_model")
        model = lab.standin("build_model")
        affine, before = _examined(lab, model)
    arrangement = choose(make_pool(lab.seed, affine))
    split = arrangement.split
    if other_model:
        lab.probe("stir", model, lab.told + other_model, 2 * SPREAD, of="build_model")
    pieces = (model, dataset := lab.dataset(split), lab.device())
    if between:
        lab.dataset(inputs.tiny_split(lab.seed, train=False))
    digits = _items(lab, dataset, split)
    seen = lab.call("evaluate", *pieces, observe=observe, asked="evaluate(model, dataset, device)")
    after = cast("Condition", lab.probe("condition", model, of="build_model").value)
    differs = _items(lab, dataset, split) != digits
    return Evaluated(seen, affine, split, arrangement.right, before[0], after[0], before[1], after[1], differs)


@remembered
def makes_graphs(lab: Lab) -> bool:
    """Tell whether `evaluate` makes graphs, by what torch itself counts.

    Pieces are the grader's own, as far as `evaluate` needs nothing that the student's alone have.
    """
    lab.require("evaluate")
    # More digits than a test's batch has as a rule: who drops an incomplete one has nothing to divide by else.
    split, needed = inputs.tiny_split(lab.seed, train=True), lab.spec.needs["evaluate"]
    try:
        return _makes_graphs(lab, lab.standin("build_model"), lab.pairs(split), needed)
    except CheckFailed as failed:
        if isinstance(failed, Unloadable):
            raise
    return _makes_graphs(lab, lab.model(), lab.dataset(split), needed)


def _makes_graphs(lab: Lab, model: Handle, dataset: Handle, replaced: tuple[str, ...]) -> bool:
    asked = "evaluate(model, dataset, device)"
    seen = lab.probe("graphs_made", model, dataset, lab.device(), of="evaluate", asked=asked, replaced=replaced)
    return any(cast("tuple[int, int, int]", seen.value))


def _items(lab: Lab, dataset: Handle, split: Split) -> list[bytes]:
    """Return the pixels of some of a data set's items, in whatever order it has them."""
    indices = [0, len(split.labels) // 2, len(split.labels) - 1]
    items = cast("list[Any]", lab.probe("items", dataset, indices, of="load_mnist").value)
    return [part.array.tobytes() for item in items for part in item[:1] if type(part) is TensorValue]


def _examined(lab: Lab, model: Handle) -> tuple[oracle.Affine, Condition]:
    """Prepare a model, and return what it computes and its state."""
    known = lab.probe("examined", model, lab.told, SPREAD, GRADIENT, of="build_model").value
    shown, before = cast("tuple[tuple[TensorValue, TensorValue], Condition]", known)
    return oracle.Affine(*(part.array.astype(float) for part in shown)), before


def agreeing(pool: Pool) -> Arrangement:
    """Whole batches of digits that get the same answer scaled and raw."""
    return arrange(pool, pool.scaled == pool.raw, drawn_right(pool.seed, "agreeing", WHOLE_BATCHES))


def agreeing_too(pool: Pool) -> Arrangement:
    """More whole batches of such digits, with another share of right answers: one of them can be guessed."""
    count = WHOLE_BATCHES + 100
    return arrange(pool, pool.scaled == pool.raw, drawn_right(pool.seed, "agreeing, too", count))


def chosen_anew(turn: int, pool: Pool) -> Arrangement:
    """As many digits as `agreeing` has, others as far as there are any, with another share of right answers."""
    agreeing = pool.scaled == pool.raw
    order = inputs.generator(pool.seed, f"agreeing, {turn}").permutation(np.flatnonzero(agreeing))
    shuffled = replace(pool, images=pool.images[order], scaled=pool.scaled[order], raw=pool.raw[order])
    return arrange(shuffled, np.ones(len(order), bool), drawn_right(pool.seed, f"agreeing, {turn}", WHOLE_BATCHES))


def ragged(pool: Pool) -> Arrangement:
    """Digits that get the same answer scaled and raw, with an incomplete last batch."""
    count = RAGGED[inputs.between(pool.seed, "ragged", 0, len(RAGGED) - 1)]
    return arrange(pool, pool.scaled == pool.raw, drawn_right(pool.seed, "ragged digits", count))


def many(pool: Pool) -> Arrangement:
    """Digits as `agreeing` has them, more than fill any usual batch, some of them several times."""
    count = MANY[inputs.between(pool.seed, "many", 0, len(MANY) - 1)]
    return arrange(pool, pool.scaled == pool.raw, drawn_right(pool.seed, "many digits", count))


def disagreeing(pool: Pool) -> Arrangement:
    """Digits whose answer changes with the scale of their pixels, most of them labelled with the scaled one's."""
    right = drawn_right(pool.seed, "disagreeing", WHOLE_BATCHES, RIGHT_BY_SCALE)
    return arrange(pool, pool.scaled != pool.raw, right)


# A share by chance is the same for two choices of digits once in a dozen, for all of these hardly ever.
OTHERS: tuple[Callable[[Pool], Arrangement], ...] = (disagreeing, *(partial(chosen_anew, turn) for turn in range(3)))
