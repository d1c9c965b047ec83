"""Answers gone wrong because of who is in a batch: scores of images, batch by batch, in float64."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Logits = NDArray[np.float64]
    Labels = NDArray[np.int64]
    Scores = Callable[[Logits, Labels], NDArray[np.float64]]  # of each image of a batch, by logits and labels


def by_batches(scores: Scores, size: int, logits: Logits, labels: Labels) -> NDArray[np.float64]:
    """Return the score of each image, worked out batch by batch."""
    starts = range(0, len(labels), size)
    return np.concatenate([scores(logits[i : i + size], labels[i : i + size]) for i in starts])


def softmax_over_images(logits: Logits, labels: Labels) -> NDArray[np.float64]:
    """Score 1 where the largest of the probabilities that images share out among one another is the label's."""
    highest = logits.max(axis=0)
    shares = logits - highest - np.log(np.exp(logits - highest).sum(axis=0))
    return np.asarray(shares.argmax(axis=1) == labels, np.float64)


def one_answer_for_all(logits: Logits, labels: Labels) -> NDArray[np.float64]:
    """Score 1 where the label is the answer to the batch's first image."""
    return np.asarray(logits[0].argmax() == labels, np.float64)


def against_all_labels(logits: Logits, labels: Labels) -> NDArray[np.float64]:
    """Score how many labels of the batch are an image's answer."""
    return np.asarray((logits.argmax(axis=1)[:, None] == labels).sum(axis=1), np.float64)


def share_of_all_labels(logits: Logits, labels: Labels) -> NDArray[np.float64]:
    """Score which share of the batch's labels is an image's answer."""
    return against_all_labels(logits, labels) / len(labels)


def one_place_in_all(logits: Logits, labels: Labels) -> NDArray[np.float64]:
    """Score 1 where the label is the place of the batch's largest logit, counted through all of its rows."""
    return np.asarray(logits.argmax() == labels, np.float64)
