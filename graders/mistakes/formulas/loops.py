"""Training loops gone wrong, in float64: what a loop of a certain order makes of a model. Judge side, NumPy only.

A script is what a loop does for one batch, in order: `zero`, `forward`, `backward`, `step`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from graders.measuring import oracle

from .costs import sigmoid

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Batch = tuple[Any, Any]
    Cost = Callable[[NDArray[np.float64], NDArray[np.int64]], float]
    Gradient = Callable[[NDArray[np.float64], NDArray[np.int64]], NDArray[np.float64]]
    Change = Callable[[Any], Any]

SCRIPT = ("zero", "forward", "backward", "step")  # of a correct loop


def same(value: Any) -> Any:
    """Return what it is given."""
    return value


@dataclass(frozen=True, slots=True)
class Penalty:
    """A share of the parameters' squares, or of their sizes, added to the cost: of all of them, or not of the bias."""

    share: float
    bias: bool
    told: bool = True  # whether the cost that is returned has it, too
    squared: bool = True

    def of(self, parameters: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the parameters that it counts, zeros in the others' places."""
        return parameters if self.bias else np.c_[parameters[:, :-1], np.zeros(len(parameters))]

    def cost(self, counted: NDArray[np.float64]) -> float:
        """Return what is added for the parameters that count."""
        return self.share * float((counted**2 if self.squared else np.abs(counted)).sum())

    def gradient(self, counted: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the gradient of that."""
        return np.asarray(self.share * (2 * counted if self.squared else np.sign(counted)))


@dataclass(frozen=True, slots=True)
class Loop:
    """A training loop: which batches it takes, what it does to images and labels, in which order it works.

    `cost` is what a batch costs and `gradient` its gradient by the logits; `limit` bends the parameters' gradient
    before it is used.
    """

    script: tuple[str, ...] = SCRIPT
    before: tuple[str, ...] = ()  # the first batch
    last: tuple[str, ...] | None = None  # what is done from the last batch on, where that is not the script
    batches: Change = same
    images: Change = same
    labels: Change = same
    cost: Cost = oracle.cross_entropy
    gradient: Gradient = oracle.logit_gradient
    limit: Change = same
    start: Change = same  # what becomes of the parameters before the first batch
    scripts: tuple[tuple[str, ...], ...] = ()  # one a batch, where they differ
    rates: tuple[float, ...] = ()  # of the steps in turn, where they are not the one that was asked for
    penalty: Penalty | None = None  # what is added to the cost

    def run(self, model: oracle.Affine, batches: Sequence[Batch], rate: float) -> oracle.Trained:
        """Return what the loop makes of a model, and each batch's cost before its step."""
        state = _State(self.start(_joined(model)), rate, self)
        for operation in self.before:
            state.do(operation, None)
        chosen = self.batches(list(batches))
        for number, (images, labels) in enumerate(chosen, 1):
            rows = oracle.flatten(self.images(images.astype(np.float64)))
            script = self.last if self.last is not None and number == len(chosen) else self.script
            script = self.scripts[number - 1] if number <= len(self.scripts) else script
            for operation in script:
                state.do(operation, (np.c_[rows, np.ones(len(rows))], self.labels(labels)))
        return oracle.Trained(oracle.Affine(state.parameters[:, :-1], state.parameters[:, -1]), tuple(state.costs))

    def with_(self, other: Loop) -> Loop:
        """Return a loop with the other's slips on top of its own."""
        plain = Loop()
        slips = {name: getattr(other, name) for name in _FIELDS if getattr(other, name) != getattr(plain, name)}
        return replace(self, **slips)


_FIELDS = (
    *("script", "before", "last", "batches", "images", "labels", "cost", "gradient", "limit", "start"),
    *("scripts", "rates", "penalty"),
)


def _joined(model: oracle.Affine) -> NDArray[np.float64]:
    """Return weights and bias as one matrix `[10, 785]`; a pixel that is always 1 goes with the bias."""
    return np.concatenate([model.weights, model.bias[:, None]], axis=1)


class _State:
    """Parameters and gradient while a loop runs."""

    def __init__(self, parameters: NDArray[np.float64], rate: float, loop: Loop) -> None:
        self.parameters, self.costs = parameters, list[float]()
        self._rate, self._rates, self._loop = rate, iter(loop.rates), loop
        self._grad = np.zeros_like(parameters)
        self._fresh = np.zeros_like(parameters)

    def do(self, operation: str, batch: Batch | None) -> None:
        """Carry out one operation of a script."""
        if operation == "zero":
            self._grad = np.zeros_like(self._grad)
        elif operation == "forward" and batch is not None:
            rows, labels = batch
            logits = rows @ self.parameters.T
            self.costs.append(self._loop.cost(logits, labels))
            self._fresh = self._loop.gradient(logits, labels).T @ rows
            if penalty := self._loop.penalty:
                counted = penalty.of(self.parameters)
                self._fresh = self._fresh + penalty.gradient(counted)
                self.costs[-1] += penalty.cost(counted) if penalty.told else 0
        elif operation == "backward":
            self._grad = self._grad + self._fresh
        elif operation == "step":
            rate = next(self._rates, self._rate)
            self.parameters = self.parameters - rate * self._loop.limit(self._grad)


# ---- slips, each in one thing


def softmax_first(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the gradient of the cross-entropy of softmax(softmax(logits)): the chain rule through the first one."""
    p = np.exp(oracle.log_softmax(logits))
    outer = oracle.logit_gradient(p, labels)
    return np.asarray(p * (outer - (outer * p).sum(axis=1, keepdims=True)), np.float64)


def relu_first(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the gradient of the cross-entropy of max(logits, 0)."""
    return oracle.logit_gradient(np.maximum(logits, 0), labels) * (logits > 0)


def sigmoid_first(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the gradient of the cross-entropy of sigmoid(logits)."""
    s = sigmoid(logits)
    return oracle.logit_gradient(s, labels) * s * (1 - s)


def tanh_first(logits: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the gradient of the cross-entropy of tanh(logits)."""
    t = np.tanh(logits)
    return np.asarray(oracle.logit_gradient(t, labels) * (1 - t**2), np.float64)


def clipped(bound: float) -> Change:
    """Return what keeps every number of a gradient within a bound."""
    return lambda gradient: np.clip(gradient, -bound, bound)


def shortened(norm: float) -> Change:
    """Return what scales a gradient down to a norm, where it is longer (torch.nn.utils.clip_grad_norm_)."""
    return lambda gradient: gradient * min(1.0, norm / (float(np.linalg.norm(gradient)) + 1e-6))


def times(factor: float) -> Change:
    """Return what multiplies by a factor."""
    return lambda value: value * factor


def shifted(step: int) -> Change:
    """Return what adds a number to labels, round the end."""
    return lambda labels: (labels + step) % 10


def zeroed(stride: int) -> Change:
    """Return what makes every so many-th label, from the first on, a 0."""
    return lambda labels: np.where(np.arange(len(labels)) % stride == 0, 0, labels)


def divided(parts: int) -> Change:
    """Return what divides labels by a whole number, and rounds them down."""
    return lambda labels: labels // parts


def exchanged(digit: int, other: int) -> Change:
    """Return what makes all the labels of one digit another's."""
    return lambda labels: np.where(labels == digit, other, labels)
