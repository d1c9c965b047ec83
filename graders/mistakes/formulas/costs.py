"""Costs gone wrong in one thing, in float64: what a misconception makes of logits `[B, 10]` and labels `[B]`."""

from __future__ import annotations

import itertools
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from graders.measuring import oracle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Formula = Callable[[NDArray[np.float64], NDArray[np.int64]], Any]

TEMPERATURES = (0.1, 0.5, 2.0, 5.0, 10.0, 28.0, 100.0, 784.0)
CLAMPS = (1.0, 2.0, 3.0, 5.0, 6.0, 10.0, 15.0, 20.0, 30.0, 50.0, 80.0, 88.0, 100.0)
EPSILONS = tuple(10.0**-k for k in range(4, 16))  # that people add to a probability before its logarithm


def one_hot(labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return `[B, 10]` with a one at each label."""
    return np.eye(10)[labels]


def softmax(logits: NDArray[Any]) -> NDArray[np.float64]:
    """Return probabilities `[B, 10]`."""
    return np.exp(oracle.log_softmax(logits))


def chosen(values: NDArray[Any], labels: NDArray[np.int64]) -> NDArray[Any]:
    """Return the value of each row at its label, `[B]`."""
    return np.asarray(values[np.arange(len(labels)), labels])


def after(bend: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> Formula:
    """Return the mean cross-entropy of logits that went through something first."""
    return lambda z, y: oracle.cross_entropy(bend(z), y)


def squared(values: NDArray[Any], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return squared differences from the one-hot labels, `[B, 10]`."""
    return np.asarray((values - one_hot(labels)) ** 2, np.float64)


def absolute(values: NDArray[Any], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return distances from the one-hot labels, `[B, 10]`."""
    return np.abs(values - one_hot(labels))


def huber(values: NDArray[Any], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return Huber's distances from the one-hot labels, `[B, 10]`: half the square below 1, straight beyond."""
    far = absolute(values, labels)
    return np.where(far < 1, far**2 / 2, far - 0.5)


def totals(costs: Formula) -> tuple[Formula, ...]:
    """Return what becomes of costs `[B, 10]`: their mean, the mean of each image's sum, their sum."""
    return (
        lambda z, y: costs(z, y).mean(),
        lambda z, y: costs(z, y).sum(axis=1).mean(),
        lambda z, y: costs(z, y).sum(),
    )


def apart(distance: Formula) -> tuple[Formula, ...]:
    """Return the totals of a distance from the one-hot labels, of probabilities and of logits."""
    return (*totals(lambda z, y: distance(softmax(z), y)), *totals(distance))


def log_sigmoid(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return log(sigmoid(z))."""
    return np.asarray(-np.logaddexp(0, -z), np.float64)


def binary(z: NDArray[np.float64], y: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the binary cross-entropies of every logit, `[B, 10]`."""
    return -(one_hot(y) * log_sigmoid(z) + (1 - one_hot(y)) * log_sigmoid(-z))


def sigmoid(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 / (1 + exp(-z))."""
    return np.exp(log_sigmoid(z))


def binary_of(curve: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> tuple[Formula, ...]:
    """Return binary cross-entropies of every digit's probability, as a curve gives it: mean, mean of sums, sum."""

    def costs(z: NDArray[np.float64], y: NDArray[np.int64]) -> NDArray[np.float64]:
        p = np.where(one_hot(y), curve(z), 1 - curve(z))
        return -np.maximum(np.log(p), -100)  # torch does not go lower

    return totals(costs)


def margins(z: NDArray[np.float64], y: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the hinges of every wrong class, `[B, 10]`; torch's MultiMarginLoss adds them up and divides by 10."""
    return np.maximum(0, 1 - chosen(z, y)[:, None] + z) * (1 - one_hot(y))


def shifted(step: int, z: NDArray[np.float64], y: NDArray[np.int64]) -> float:
    """Return the mean cross-entropy for labels that are `step` too large, round the end."""
    return oracle.cross_entropy(z, (y + step) % 10)


def floored(lift: Callable[..., Any], epsilon: float, z: NDArray[np.float64], y: NDArray[np.int64]) -> float:
    """Return the mean cross-entropy of probabilities that were kept away from 0."""
    return float(-np.log(lift(chosen(softmax(z), y), epsilon)).mean())


each = oracle.cross_entropies
FORMULAS: dict[str, tuple[Formula, ...]] = {
    "loss-summed": (lambda z, y: each(z, y).sum(), lambda z, y: each(z, y).sum(keepdims=True)),
    "loss-unreduced": (each, lambda z, y: each(z, y)[:, None]),
    "loss-averaged-twice": (lambda z, y: each(z, y).mean() / len(y),),
    "loss-of-one-image": (lambda z, y: each(z, y)[0], lambda z, y: each(z, y)[-1]),
    "loss-of-the-extreme-image": (lambda z, y: each(z, y).max(), lambda z, y: each(z, y).min()),
    "loss-median": (lambda z, y: np.median(each(z, y)), lambda z, y: np.sort(each(z, y))[(len(y) - 1) // 2]),
    "softmax-twice": (after(softmax),),
    "softmax-over-the-batch": (
        lambda z, y: -chosen(oracle.log_softmax(z.T).T, y).mean(),
        lambda z, y: -np.log(chosen(softmax(z.T).T, y)).mean(),
        lambda z, y: -chosen(softmax(z.T).T, y).mean(),
        after(lambda z: softmax(z.T).T),
    ),
    "activation-before-the-cost": (
        after(sigmoid),
        after(lambda z: np.maximum(z, 0)),
        after(np.tanh),
        after(lambda z: np.where(z > 0, z, z / 100)),
    ),
    "logits-clamped": tuple(after(partial(np.clip, a_min=-c, a_max=c)) for c in CLAMPS),
    "logits-scaled": tuple(after(partial(np.multiply, 1 / t)) for t in TEMPERATURES),
    "softmax-missing": (lambda z, y: -chosen(z, y).mean(),),
    "log-missing": (lambda z, y: -chosen(softmax(z), y).mean(), lambda z, y: 1 - chosen(softmax(z), y).mean()),
    "squared-error": apart(squared),
    "absolute-error": (*apart(absolute), *apart(huber)),
    "binary-cross-entropy": totals(binary),
    "sigmoid-for-softmax": (lambda z, y: -log_sigmoid(chosen(z, y)).mean(),),
    "margin-loss": (
        lambda z, y: (margins(z, y).sum(axis=1) / 10).mean(),
        lambda z, y: (margins(z, y).sum(axis=1) / 10).sum(),
        lambda z, y: ((margins(z, y) ** 2).sum(axis=1) / 10).mean(),
    ),
    "digits-compared-in-the-cost": (
        lambda z, y: (z.argmax(axis=1) != y).mean(),
        lambda z, y: (z.argmax(axis=1) == y).mean(),
        lambda z, y: ((z.argmax(axis=1) - y) ** 2).mean(),
        lambda z, y: np.abs(z.argmax(axis=1) - y).mean(),
    ),
    "labels-shifted": tuple(partial(shifted, k) for k in range(1, 10)),
    "cost-not-scalar": (lambda z, y: each(z, y).mean(keepdims=True), lambda z, y: [[each(z, y).mean()]]),
    "probability-floored": (
        *(partial(floored, np.add, e) for e in EPSILONS),
        *(partial(floored, np.maximum, e) for e in EPSILONS),
    ),
}

# ---- two slips: what an image costs, and how the costs of a batch become one

IMAGE_COSTS: dict[str, tuple[Formula, ...]] = {
    "softmax-twice": (lambda z, y: each(softmax(z), y),),
    "activation-before-the-cost": (
        lambda z, y: each(sigmoid(z), y),
        lambda z, y: each(np.maximum(z, 0), y),
        lambda z, y: each(np.tanh(z), y),
    ),
    "softmax-missing": (lambda z, y: -chosen(z, y),),
    "log-missing": (lambda z, y: -chosen(softmax(z), y),),
    "sign-forgotten": (lambda z, y: -each(z, y),),
    "labels-shifted": tuple(partial(lambda k, z, y: each(z, (y + k) % 10), k) for k in (1, 9)),
    "probability-floored": tuple(
        partial(lambda lift, e, z, y: -np.log(lift(chosen(softmax(z), y), e)), lift, e)
        for lift, e in itertools.product((np.add, np.maximum), EPSILONS)
    ),
}
REDUCTIONS: dict[str, tuple[Callable[[NDArray[Any]], Any], ...]] = {
    "loss-summed": (np.sum,),
    "loss-unreduced": (lambda costs: costs,),
    "loss-averaged-twice": (lambda costs: costs.mean() / len(costs),),
    "loss-of-one-image": (lambda costs: costs[0], lambda costs: costs[-1]),
    "loss-of-the-extreme-image": (np.max, np.min),
}


def two_slips() -> Iterator[tuple[str, str, Formula]]:
    """Yield what an image costs and a reduction, by name, with the formula of both together."""
    for (image, costs), (batch, reductions) in itertools.product(IMAGE_COSTS.items(), REDUCTIONS.items()):
        for cost, reduce in itertools.product(costs, reductions):
            yield image, batch, partial(_reduced, reduce, cost)


def _reduced(reduce: Callable[[NDArray[Any]], Any], cost: Formula, z: NDArray[Any], y: NDArray[np.int64]) -> Any:
    return reduce(cost(z, y))
