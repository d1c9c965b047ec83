"""Misconceptions about the labels that a cost is given, and about which of them count."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from graders.harness.judge.clues import Clue
from graders.measuring import inputs, measure, oracle
from graders.mistakes.formulas.costs import each
from graders.mistakes.ideas import Idea

from .cost import ORDINARY as ALL
from .cost import UNUSUAL as EXTREME
from .cost import ask, look

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graders.measuring.pieces import Lab

    from .cost import Case, Costs

ORDINARY, UNUSUAL = Clue(ALL.checks, look), Clue(EXTREME.checks, look)
CLUES = (ORDINARY, UNUSUAL)
NOTHING = 1e-4  # of a weight: what rounding leaves of 0
MOST = 1e4  # of a weight relative to another: beyond that the other one is 0
BASES = (1, 2)  # classes to which weights are relative
CLASSES = range(10)
TRIED = 12  # rows of logits, of which the two are taken that tell most
LABELS_OF_ONE = 5  # of ten possible ones, asked about one image


@UNUSUAL.mistake("label-smoothing", Idea.COST)
@ORDINARY.mistake("label-smoothing", Idea.COST)
def _smoothed(seen: Costs) -> dict[str, object] | bool:
    """(1 - e) of the cross-entropy and e of its mean over all classes (Szegedy et al. 2016); one case tells e."""

    def cost(z: NDArray[np.float64], y: NDArray[np.int64], e: float) -> float:
        return float((1 - e) * oracle.cross_entropy(z, y) - e * oracle.log_softmax(z).mean())

    first = seen.ordinary[1]
    ends = cost(first.logits, first.labels, 0.0), cost(first.logits, first.labels, 1.0)
    share = (first.number - ends[0]) / (ends[1] - ends[0])
    return 1e-3 < share < 0.999 and seen.are(partial(cost, e=round(share, 4))) and {"share": f"{share:.3g}"}


@UNUSUAL.mistake("classes-weighted", Idea.COST)
@ORDINARY.mistake("classes-weighted", Idea.COST)
def _weighted(seen: Costs) -> bool:
    """Recognise a weighted mean: pairs of classes tell the weights, ordinary batches confirm them."""
    weights = next((found for base in BASES if np.isfinite(found := _class_weights(seen.lab, base)).all()), np.ones(10))
    if np.ptp(weights) < NOTHING:
        return False

    def cost(z: NDArray[np.float64], y: NDArray[np.int64]) -> Any:
        return (weights[y] * each(z, y)).sum() / weights[y].sum()

    return seen.are(cost)


@UNUSUAL.mistake("classes-weighted", Idea.COST)
@ORDINARY.mistake("classes-weighted", Idea.COST)
def _weighted_plainly(seen: Costs) -> bool:
    """Recognise weighted costs and their plain mean: single images tell the weights, ordinary batches confirm them."""
    alone = {case.labels[0]: case for case in seen.ordinary if len(case.labels) == 1}
    if len(alone) < len(CLASSES):
        return False
    cases = [alone[label] for label in CLASSES]
    weights = np.array([case.number / oracle.cross_entropy(case.logits, case.labels) for case in cases])
    if np.ptp(weights) < NOTHING or (weights <= 0).any():
        return False
    return seen.are(lambda z, y: (weights[y] * each(z, y)).mean())


def _class_weights(lab: Lab, base: int) -> NDArray[np.float64]:
    """Return the weight of each class relative to one of them, told by batches of two; infinite where that has none."""
    weights = np.ones(10)
    for label in set(range(10)) - {base}:
        case = ask(lab, _far_apart(lab.seed, base, label), np.array([base, label]))
        mine, other = each(case.logits, case.labels)
        cost = case.number
        weights[label] = (mine - cost) / np.float64(cost - other)
    weights[np.abs(weights) > MOST] = np.inf
    return np.where(np.abs(weights) < NOTHING, 0, weights)  # a weight of 0 must be 0: its class then costs 0 / 0


def _far_apart(seed: int, base: int, label: int) -> NDArray[np.float32]:
    """Return logits `[2, 10]` that cost one class little and the other one much.

    A weight is told by where their mean lies between the two costs: where these are nearly one, rounding tells it.
    """
    logits, _ = inputs.random_logits(seed + label, TRIED)
    little = int(each(logits, np.full(TRIED, base)).argmin())
    costs = each(logits, np.full(TRIED, label))
    costs[little] = -np.inf
    return logits[[little, int(costs.argmax())]]


@UNUSUAL.mistake("one-hot-labels-expected", Idea.COST)
@ORDINARY.mistake("one-hot-labels-expected", Idea.COST)
def _wants_one_hot(seen: Costs) -> bool:
    """With numbers multiplied where a one-hot vector was expected, only batches of 1 and 10 have a cost at all."""

    def cost(z: NDArray[np.float64], y: NDArray[np.int64]) -> float:
        return float(-(y * oracle.log_softmax(z)).sum(axis=1).mean())

    possible = [case for case in seen.ordinary if len(case.labels) in (1, 10)]
    broadcast = all(case.is_(cost, measure.COST_ATOL) for case in possible)
    refused = all(case.text.startswith("Target size") for case in seen.ordinary)  # as torch's binary costs say
    return refused or (broadcast and seen.ordinary[1].cost is None)


@UNUSUAL.mistake("squared-error", Idea.COST)
@ORDINARY.mistake("squared-error", Idea.COST)
def _squared_numbers(seen: Costs) -> bool:
    """Recognise scores compared with the labels' numbers, which only batches of 1 and 10 allow."""

    def cost(z: NDArray[np.float64], y: NDArray[np.int64]) -> Any:
        return ((z - y) ** 2).mean()

    possible = [case for case in seen.ordinary if len(case.labels) in (1, 10)]
    return all(case.is_(cost, measure.COST_ATOL) for case in possible) and seen.ordinary[1].cost is None


@UNUSUAL.mistake("labels-shifted", Idea.COST)
@ORDINARY.mistake("labels-shifted", Idea.COST)
def _off_the_end(seen: Costs) -> bool:
    """Recognise labels moved by one where the first or the last of them then has no score to choose."""
    return any(all(_shifted(step, case) for case in seen.ordinary) for step in (1, -1))


def _shifted(step: int, case: Case) -> bool:
    labels = case.labels + step
    if not ((labels >= 0) & (labels < 10)).all():
        return case.cost is None
    return case.is_(lambda z, _: oracle.cross_entropy(z, labels), measure.COST_ATOL)


@UNUSUAL.mistake("labels-unused", Idea.COST)
@ORDINARY.mistake("labels-unused", Idea.COST)
def _unused(seen: Costs) -> bool:
    """Recognise a cost that depends on the scores, and on the labels not at all."""
    logits, _ = inputs.random_logits(seen.lab.seed, 2)
    costs = [ask(seen.lab, logits[:1], np.array([label])).number for label in range(LABELS_OF_ONE)]
    other = ask(seen.lab, logits[1:], np.array([0])).number
    return len(set(costs)) == 1 and other != costs[0] and bool(np.isfinite(costs[0]))
