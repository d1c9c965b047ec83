"""What mistakes make of the costs of an epoch's batches in the place of their mean, in float64."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Mean = Callable[[Sequence[float]], float]  # of the batch costs

SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)  # of the newest cost in a moving average


def pairwise_mean(costs: Sequence[float]) -> float:
    """Return what comes of averaging each cost with what there is already, half and half."""
    average = 0.0
    for cost in costs:
        average = (average + cost) / 2
    return average


def moving(share: float, first: bool, costs: Sequence[float]) -> float:
    """Return a moving average, which begins with the first cost or with 0."""
    average = costs[0] if first else 0.0
    for cost in costs[1:] if first else costs:
        average = (1 - share) * average + share * cost
    return average


def divided_by_all(costs: Sequence[float]) -> float:
    """Return what comes of dividing the sum so far by the number of batches, whenever a cost was added."""
    average = 0.0
    for cost in costs:
        average = (average + cost) / len(costs)
    return average


def divided_by_number(costs: Sequence[float]) -> float:
    """Return what comes of dividing the sum so far by the number of costs so far, whenever one was added."""
    average = 0.0
    for number, cost in enumerate(costs, 1):
        average = (average + cost) / number
    return average


def means_of(images: int) -> dict[str, tuple[Mean, ...]]:
    """Return the formulas by the names of the mistakes, for batches of so many images."""
    return {
        "cost-of-the-last-batch": (lambda costs: costs[-1],),
        "cost-of-the-first-batch": (lambda costs: costs[0],),
        "costs-summed": (lambda costs: float(np.sum(costs)),),
        "cost-of-the-last-batch-divided": (lambda costs: costs[-1] / len(costs),),
        "costs-divided-by-images": (
            lambda costs: float(np.sum(costs)) / (images * len(costs)),
            lambda costs: float(np.mean(costs)) / images / len(costs),
        ),
        "batch-count-off-by-one": (
            lambda costs: float(np.sum(costs)) / (len(costs) + 1),
            lambda costs: float(np.sum(costs)) / (len(costs) - 1) if costs[1:] else float("nan"),
        ),
        "running-mean-wrong": (pairwise_mean,),
        "moving-average-returned": tuple(partial(moving, share, first) for share in SHARES for first in (True, False)),
        "mean-divided-in-the-loop": (divided_by_all, divided_by_number),
        "extreme-cost-returned": (max, min),
        "median-cost-returned": (
            lambda costs: float(np.median(costs)),
            lambda costs: sorted(costs)[(len(costs) - 1) // 2],
        ),
        "costs-of-some-batches-missing": (
            lambda costs: float(np.mean(costs[1:])) if costs[1:] else float("nan"),
            lambda costs: float(np.mean(costs[:-1])) if costs[:-1] else float("nan"),
            lambda costs: float(np.sum(costs[1:])) / len(costs),
            lambda costs: float(np.sum(costs[:-1])) / len(costs),
        ),
        "costs-multiplied-by-batch-size": (
            lambda costs: float(np.sum(costs)) * images,
            lambda costs: float(np.mean(costs)) * images,
        ),
    }
