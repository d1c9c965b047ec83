"""Misconceptions about evaluation: which number each makes of the same model and digits.

An accuracy comes about in four steps: pixels, an answer to each image, a share of right ones, the form it is given.
Each step may go wrong by itself; one wrong step, or two, have to give just the numbers that were seen.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from graders.digits.idx import Split
from graders.harness.judge import expect
from graders.harness.judge.clues import Clue
from graders.measuring import arranged, inputs, oracle
from graders.mistakes.formulas import batchwise, image_changes
from graders.mistakes.formulas.costs import chosen, softmax
from graders.mistakes.ideas import Idea

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from graders.measuring.pieces import Lab

    Pixels = NDArray[np.float64]
    Answer = Callable[[NDArray[np.float64], NDArray[np.int64]], NDArray[np.float64]]  # logits, labels: score of each
    Share = Callable[[NDArray[np.float64]], float]  # of the scores
    Form = Callable[[float, int], float]  # of a share, and of how many images

VALUES = (
    "test_accuracy_is_the_share_of_right_answers",
    "test_accuracy_is_a_fraction",
    "test_every_image_counts_equally",
    "test_pixels_are_scaled_as_in_training",
)


def perfect(pool: arranged.Pool) -> arranged.Arrangement:
    """Arrange digits all of which the model reads rightly: what is cut to whole numbers shows here alone."""
    return arranged.arrange(pool, pool.scaled == pool.raw, np.ones(arranged.WHOLE_BATCHES, bool))


def faint(pool: arranged.Pool) -> arranged.Arrangement:
    """Arrange black images with dots of 1 in 255, whose raw pixels get other answers once they are normalised besides.

    All are labelled with what is answered to their raw pixels. Brighter pixels hardly mind what is subtracted there.
    """
    dots = inputs.generator(pool.seed, "faint digits").integers(0, 2, (FAINT, 28, 28), np.uint8)
    (normalise,), pixels = image_changes.NORMALISED_RAW, dots / 255
    raw, normalised, scaled = map(pool.model.logits, (dots, normalise(pixels), pixels))
    sure = np.all([arranged.lead(logits) > arranged.MARGIN for logits in (raw, normalised, scaled)], axis=0)
    chosen = sure & (raw.argmax(axis=1) != normalised.argmax(axis=1))
    if not chosen.any():  # a model that answers the same to whatever is shown
        return perfect(pool)
    # Again and again, so that whoever leaves an incomplete batch out is left with some.
    which = np.resize(np.flatnonzero(chosen), arranged.WHOLE_BATCHES)
    split = Split(dots[which], raw.argmax(axis=1)[which].astype(np.uint8))
    return arranged.Arrangement(split, scaled.argmax(axis=1)[which] == split.labels)


CHOICES = (arranged.ragged, arranged.many, arranged.disagreeing, arranged.agreeing, perfect, faint)
FAINT = 200  # images, a tenth of which tell the two apart
ATOL = 2e-6  # of a share of a few hundred: float32 eps is 6e-8 below 1
BATCHES = (10, 25, 32, 50, 64, 100, 128, 200, 250, 256, 500, 512, 1000)  # sizes that people test with
ALL = 10_000  # the lesson's test digits: one batch, whatever is asked about here
SIZES = (100, 500, 600, 1_000, 5_000, 10_000, 50_000, 60_000)  # that people divide by


def right(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Score 1 where the largest logit is the label's."""
    return np.asarray(logits.argmax(axis=1) == labels, np.float64)


def _among_first(count: int, logits: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray((np.argsort(-logits, axis=1)[:, :count] == labels[:, None]).any(axis=1), np.float64)


def _shifted(step: int, logits: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    return right(logits, (labels + step) % 10)


def _mean(scores: NDArray[np.float64]) -> float:
    return float(scores.mean())


def _without_rest(size: int, scores: NDArray[np.float64]) -> float:
    full = len(scores) // size * size
    return float(scores[:full].sum()) / len(scores)


def _without_rest_at_all(size: int, scores: NDArray[np.float64]) -> float:
    full = len(scores) // size * size
    return float(scores[:full].mean()) if full else float("nan")


def _over_full_batches(size: int, scores: NDArray[np.float64]) -> float:
    return float(scores.sum()) / (-(-len(scores) // size) * size)


def _of_batch_means(size: int, scores: NDArray[np.float64]) -> float:
    return float(np.mean([scores[i : i + size].mean() for i in range(0, len(scores), size)]))


def _first_batch(size: int, scores: NDArray[np.float64]) -> float:
    return float(scores[:size].mean())


def _last_batch(size: int, scores: NDArray[np.float64]) -> float:
    return float(scores[(len(scores) - 1) // size * size :].mean())


def _first_batch_of_all(size: int, scores: NDArray[np.float64]) -> float:
    return float(scores[:size].sum()) / len(scores)


def _last_batch_of_all(size: int, scores: NDArray[np.float64]) -> float:
    return float(scores[(len(scores) - 1) // size * size :].sum()) / len(scores)


def _sum_of_batch_means(size: int, scores: NDArray[np.float64]) -> float:
    return _of_batch_means(size, scores) * -(-len(scores) // size)


def _fraction(share: float, _count: int) -> float:
    return share


def _out_of(number: int, share: float, count: int) -> float:
    return share * count / number


def _whole(share: float, _count: int) -> float:
    return float(np.floor(share + ATOL))


def _whole_percent(share: float, _count: int) -> float:
    return float(np.floor(100 * (share + ATOL)))


def _rounded_percent(share: float, _count: int) -> float:
    return float(np.round(100 * share))


def _by_batches(size: int, share: float, count: int) -> float:
    return share * count / -(-count // size)


def _by_full_batches(size: int, share: float, count: int) -> float:
    return share * count / (count // size) if count >= size else float("nan")


def _rounded(places: int, share: float, _count: int) -> float:
    return round(share, places)


def _rounded_down(places: int, share: float, _count: int) -> float:
    return math.floor(share * 10.0**places + ATOL) / 10.0**places


def _batchwise(scores: Answer) -> tuple[Answer, ...]:
    return tuple(partial(batchwise.by_batches, scores, size) for size in (*BATCHES, ALL))


# The first entry of each is right and has no name.
PIXELS: dict[str, tuple[image_changes.Change, ...]] = {
    "": (lambda x: x,),
    "raw-pixels": image_changes.RAW,
    "pixels-scaled-otherwise-in-evaluation": image_changes.SCALED,
    "pixels-normalised-in-evaluation": image_changes.NORMALISED + image_changes.NORMALISED_RAW,
    "pixels-inverted-in-evaluation": image_changes.INVERTED,
    "images-transposed-in-evaluation": image_changes.TRANSPOSED,
    "images-mirrored-in-evaluation": image_changes.MIRRORED,
}
ANSWERS: dict[str, tuple[Answer, ...]] = {
    "": (right,),
    "argmin-in-evaluation": (lambda z, y: right(-z, y),),
    "labels-shifted-in-evaluation": tuple(partial(_shifted, step) for step in range(1, 10)),
    "several-answers-accepted": tuple(partial(_among_first, count) for count in range(2, 10)),
    "softmax-over-the-batch-in-evaluation": _batchwise(batchwise.softmax_over_images),
    "answers-compared-with-all-labels": (
        *_batchwise(batchwise.against_all_labels),
        *_batchwise(batchwise.share_of_all_labels),
    ),
    "one-answer-for-a-batch": _batchwise(batchwise.one_answer_for_all),
    "mean-confidence": (lambda z, y: chosen(softmax(z), y), lambda z, y: softmax(z).max(axis=1)),
}
SHARES: dict[str, tuple[Share, ...]] = {
    "": (_mean,),
    "incomplete-batch-left-out": tuple(
        partial(share, size) for share in (_without_rest, _without_rest_at_all) for size in BATCHES
    ),
    "incomplete-batch-counted-as-full": tuple(partial(_over_full_batches, size) for size in BATCHES),
    "mean-of-batch-means": tuple(partial(_of_batch_means, size) for size in BATCHES),
    "batch-accuracies-summed": tuple(partial(_sum_of_batch_means, size) for size in BATCHES),
    "first-batch-only": tuple(
        partial(share, size) for share in (_first_batch, _first_batch_of_all) for size in BATCHES
    ),
    "last-batch-only": tuple(partial(share, size) for share in (_last_batch, _last_batch_of_all) for size in BATCHES),
}
FORMS: dict[str, tuple[Form, ...]] = {
    "": (_fraction,),
    "accuracy-in-percent": (lambda share, _: 100 * share,),
    "count-for-share": (lambda share, count: share * count,),
    "error-for-accuracy": (lambda share, _: 1 - share,),
    "dataset-size-hard-coded": tuple(partial(_out_of, n) for n in SIZES),
    "divided-by-the-number-of-batches": tuple(
        partial(way, size) for way in (_by_batches, _by_full_batches) for size in BATCHES
    ),
    "share-cut-to-a-whole-number": (_whole,),
    "accuracy-in-whole-percent": (_whole_percent, _rounded_percent),
    "accuracy-rounded": (
        *(partial(_rounded, places) for places in range(4)),
        *(partial(_rounded_down, places) for places in range(1, 4)),
    ),
}
FAMILIES: tuple[dict[str, Any], ...] = (PIXELS, ANSWERS, SHARES, FORMS)
NAMES = [name for family in FAMILIES for name in family if name]
# Pairs that may be something else: with batches of 100, dividing by the number of batches gives the first, counting
# the right answers of the first batch the second. And what is coarse leaves too little of a number to tell two by.
COARSE = {"accuracy-rounded", "share-cut-to-a-whole-number", "accuracy-in-whole-percent"}
DOUBTFUL = (
    {"incomplete-batch-counted-as-full", "accuracy-in-percent"},
    {"first-batch-only", "accuracy-in-percent"},
)


@dataclass(frozen=True, slots=True, eq=False)
class Exam:
    """One examination: model, digits, and what `evaluate` said."""

    model: oracle.Affine
    split: Split
    said: float
    known: dict[object, NDArray[np.float64]] = field(default_factory=dict)  # logits and scores, by how they came about

    def logits(self, change: image_changes.Change) -> NDArray[np.float64]:
        """Return the model's logits for changed images, worked out once."""
        if change not in self.known:
            self.known[change] = self.model.logits(change(self.split.images / 255))
        return self.known[change]

    def scores(self, change: image_changes.Change, answer: Answer) -> NDArray[np.float64]:
        """Return the score of each image, worked out once."""
        if (change, answer) not in self.known:
            self.known[change, answer] = answer(self.logits(change), self.split.labels.astype(np.int64))
        return self.known[change, answer]

    def is_(self, change: image_changes.Change, answer: Answer, share: Share, form: Form) -> bool:
        """Tell whether these four steps give what was said."""
        got = form(share(self.scores(change, answer)), len(self.split.labels))
        return abs(got - self.said) <= ATOL * max(1, abs(got))


def look(lab: Lab) -> list[Exam]:
    """Examine with digits that agree and disagree about pixels, in whole batches and not."""
    found = [arranged.evaluated(lab, choose) for choose in CHOICES]
    return [Exam(seen.model, seen.split, expect.number(seen.evidence)) for seen in found]


def _explained(exams: list[Exam], *names: str) -> bool:
    """Tell whether just these slips give what was said in every examination.

    The same number each time, 0 mostly, tells nothing of how it came about, and too many slips fit it by chance.
    """
    if len({exam.said for exam in exams}) == 1:
        return False
    steps = [family[next((name for name in names if name in family), "")] for family in FAMILIES]
    return any(all(exam.is_(*way) for exam in exams) for way in itertools.product(*steps))


def _pairs(exams: list[Exam]) -> Iterator[tuple[str, str]]:
    for one, other in itertools.combinations(NAMES, 2):
        together = any(one in family and other in family for family in FAMILIES)
        doubtful = one in COARSE or other in COARSE or {one, other} in DOUBTFUL
        if not together and not doubtful and _explained(exams, one, other):
            yield one, other


def _alone(name: str, exams: list[Exam]) -> bool:
    return not _explained(exams) and _explained(exams, name)


VALUE = Clue(VALUES, look, _pairs)

for _name in NAMES:
    VALUE.mistake(_name, Idea.EVALUATION)(partial(_alone, _name))

CLUES = (VALUE,)
