"""Softmax regression in float64 NumPy: the truth that submissions are held to.

B images of 784 pixels, 10 classes; weights `[10, 784]`, bias `[10]`, logits `[B, 10]`, labels `[B]` of whole numbers.
Formulas: C. Bishop, Pattern Recognition and Machine Learning, section 4.3.4 (cross-entropy and its gradient).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

Batch = tuple[Any, Any]
PARAMETERS = 7_850  # 784 x 10 weights and 10 biases
AT_ONCE = 64  # images whose logits are worked out: their pixels take 400 kB


@dataclass(frozen=True, slots=True, eq=False)
class Affine:
    """A model's weights `[10, 784]` and bias `[10]`."""

    weights: NDArray[np.float64]
    bias: NDArray[np.float64]

    def logits(self, images: NDArray[Any]) -> NDArray[np.float64]:
        """Return logits `[B, 10]` for images of any shape with 784 pixels each."""
        return flatten(images).astype(np.float64, copy=False) @ self.weights.T + self.bias

    def logits_of_digits(self, images: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return logits `[N, 10]` for images as the files hold them, 0 to 255, scaled to 0 to 1.

        Some at a time: pixels of thousands of images in float64 are tens of MB, and the system's giving them out takes
        ten times as long as the sums.
        """
        of_digits = Affine(self.weights / 255, self.bias)
        some = (images[first : first + AT_ONCE] for first in range(0, len(images), AT_ONCE))
        return np.concatenate([of_digits.logits(few) for few in some])

    @property
    def flat(self) -> NDArray[np.float64]:
        """All weights, row by row, and then the bias, `[7850]`."""
        return np.concatenate([self.weights.ravel(), self.bias])

    def predictions(self, images: NDArray[Any]) -> NDArray[np.int64]:
        """Return the class with the largest logit of each image, `[B]`."""
        return np.asarray(self.logits(images).argmax(axis=1), np.int64)


def flatten(images: NDArray[Any]) -> NDArray[Any]:
    """Return `[B, 784]` from `[B, 1, 28, 28]`, row-major, one image a row."""
    return images.reshape(len(images), -1)


def log_softmax(logits: NDArray[Any]) -> NDArray[np.float64]:
    """Return log(softmax(logits)) `[B, 10]`, safe for logits of any size."""
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)), np.float64)


def cross_entropies(logits: NDArray[Any], labels: NDArray[Any]) -> NDArray[np.float64]:
    """Return each example's cross-entropy in nats, `[B]`."""
    return _costs(log_softmax(logits), labels)


def _costs(logs: NDArray[np.float64], labels: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(-logs[np.arange(len(labels)), labels], np.float64)


def cross_entropy(logits: NDArray[Any], labels: NDArray[Any]) -> float:
    """Return the mean cross-entropy of the batch in nats."""
    return float(cross_entropies(logits, labels).mean())


def logit_gradient(logits: NDArray[Any], labels: NDArray[Any]) -> NDArray[np.float64]:
    """Return the gradient of the mean cross-entropy by the logits, `[B, 10]`: (softmax - one-hot) / B."""
    return _gradient(log_softmax(logits), labels)


def _gradient(logs: NDArray[np.float64], labels: NDArray[Any]) -> NDArray[np.float64]:
    gradient = np.exp(logs)
    gradient[np.arange(len(labels)), labels] -= 1
    return gradient / len(labels)


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """What plain SGD makes of a model over some batches: the model after them, each batch's cost before its step."""

    model: Affine
    costs: tuple[float, ...]

    @property
    def cost(self) -> float:
        """The mean of the batch costs: what the lesson calls the cost of an epoch."""
        return float(np.mean(self.costs))


def train(model: Affine, batches: Iterable[Batch], learning_rate: float) -> Trained:
    """Take one SGD step along the gradient of the mean cross-entropy for each (images, labels) batch."""
    weights, bias, costs = model.weights.copy(), model.bias.copy(), []
    for images, labels in batches:
        rows = flatten(images).astype(np.float64, copy=False)
        logs = log_softmax(rows @ weights.T + bias)  # of both, the cost and its gradient
        costs.append(float(_costs(logs, labels).mean()))
        gradient = _gradient(logs, labels)
        weights -= learning_rate * (gradient.T @ rows)
        bias -= learning_rate * gradient.sum(axis=0)
    return Trained(Affine(weights, bias), tuple(costs))
