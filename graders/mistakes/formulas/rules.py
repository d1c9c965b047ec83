"""Optimizers' rules: which way each walks from some parameters along known gradients, in float64."""

from __future__ import annotations

import itertools
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Parameters = NDArray[np.float64]
    # Parameters, the gradients of the steps (each the same for all parameters) and a rate: parameters after each step.
    Rule = Callable[[Parameters, Sequence[float], float], list[Parameters]]

MOMENTA = (0.5, 0.8, 0.9, 0.95, 0.99)
DECAYS = (1e-1, 1e-2, 5e-3, 1e-3, 5e-4, 1e-4)
TINY = 1e-8  # Adam's epsilon


def _walk(
    p: Parameters, gradients: Sequence[float], step: Callable[[Parameters, Parameters], Parameters]
) -> list[Parameters]:
    """Return the parameters after each step; `step` gets parameters and gradient."""
    states = []
    for g in gradients:
        p = p - step(p, np.full_like(p, g))
        states.append(p)
    return states


def sgd(
    p: Parameters,
    gradients: Sequence[float],
    rate: float,
    momentum: float = 0.0,
    nesterov: bool = False,
    decay: float = 0.0,
) -> list[Parameters]:
    """Walk as torch.optim.SGD does."""
    v = np.zeros_like(p)

    def step(p: Parameters, g: Parameters) -> Parameters:
        nonlocal v
        g = g + decay * p
        v = momentum * v + g
        return rate * (g + momentum * v if nesterov else v)

    return _walk(p, gradients, step)


def adam(p: Parameters, gradients: Sequence[float], rate: float, decay: float = 0.0) -> list[Parameters]:
    """Walk as torch.optim.Adam does (Kingma and Ba 2015), or AdamW with a decay (Loshchilov and Hutter 2019)."""
    m, v, counter = np.zeros_like(p), np.zeros_like(p), itertools.count(1)

    def step(p: Parameters, g: Parameters) -> Parameters:
        nonlocal m, v
        t = next(counter)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        return rate * (decay * p + (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + TINY))

    return _walk(p, gradients, step)


def nadam(p: Parameters, gradients: Sequence[float], rate: float) -> list[Parameters]:
    """Walk as torch.optim.NAdam does (Dozat 2016)."""
    m, v, product, counter = np.zeros_like(p), np.zeros_like(p), 1.0, itertools.count(1)

    def step(_: Parameters, g: Parameters) -> Parameters:
        nonlocal m, v, product
        t = next(counter)
        now, then = (0.9 * (1 - 0.5 * 0.96 ** (k * 0.004)) for k in (t, t + 1))
        product *= now
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        ahead = g * (1 - now) / (1 - product) + m * then / (1 - product * then)
        return np.asarray(rate * ahead / (np.sqrt(v / (1 - 0.999**t)) + TINY))

    return _walk(p, gradients, step)


def adamax(p: Parameters, gradients: Sequence[float], rate: float) -> list[Parameters]:
    """Walk as torch.optim.Adamax does (Kingma and Ba 2015)."""
    m, largest, counter = np.zeros_like(p), np.zeros_like(p), itertools.count(1)

    def step(_: Parameters, g: Parameters) -> Parameters:
        nonlocal m, largest
        m, largest = 0.9 * m + 0.1 * g, np.maximum(0.999 * largest, np.abs(g) + TINY)
        return rate * m / ((1 - 0.9 ** next(counter)) * largest)

    return _walk(p, gradients, step)


def adagrad(p: Parameters, gradients: Sequence[float], rate: float) -> list[Parameters]:
    """Walk as torch.optim.Adagrad does (Duchi et al. 2011)."""
    total = np.zeros_like(p)

    def step(_: Parameters, g: Parameters) -> Parameters:
        nonlocal total
        total = total + g**2
        return rate * g / (np.sqrt(total) + 1e-10)

    return _walk(p, gradients, step)


def rmsprop(p: Parameters, gradients: Sequence[float], rate: float) -> list[Parameters]:
    """Walk as torch.optim.RMSprop does (Hinton 2012)."""
    mean = np.zeros_like(p)

    def step(_: Parameters, g: Parameters) -> Parameters:
        nonlocal mean
        mean = 0.99 * mean + 0.01 * g**2
        return rate * g / (np.sqrt(mean) + TINY)

    return _walk(p, gradients, step)


RULES: dict[str, tuple[Rule, ...]] = {
    "momentum": tuple(partial(sgd, momentum=m, nesterov=n) for m in MOMENTA for n in (False, True)),
    "weight-decay": tuple(partial(sgd, decay=d) for d in DECAYS),
    "adam": (adam, partial(adam, decay=0.01)),
    "nadam": (nadam,),
    "adamax": (adamax,),
    "adagrad": (adagrad,),
    "rmsprop": (rmsprop,),
}
