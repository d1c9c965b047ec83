"""What the lesson teaches."""

from __future__ import annotations

from enum import StrEnum


class Idea(StrEnum):
    """The lesson's ideas: what a student who made the mistake should read again."""

    DATASET = "dataset"  # digits as tensors, pixels in [0, 1], training and test digits
    BATCHES = "batches"  # mini-batches, shuffling, epochs
    SHAPES = "shapes"  # which axis counts what
    MODEL = "model"  # logits, an affine layer, parameters
    COST = "cost"  # softmax and cross-entropy
    GRADIENT = "gradient"  # autograd: graphs, .grad, backward
    DESCENT = "descent"  # steps of SGD, learning rate
    TRAINING = "training"  # the loop over epochs, what it reports
    DEVICE = "device"  # where tensors are
    EVALUATION = "evaluation"  # measuring without changing
    PYTHON = "python"  # names, calls, values: what the language itself asks for
    PICTURE = "picture"  # showing what the model sees
