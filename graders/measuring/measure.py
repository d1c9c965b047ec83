"""What the checks look at: what a submission answers to the judge's inputs, and how close is close enough.

Shared by the checks themselves and by `soundness`, so that both see the same thing. Judge side, NumPy only.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from graders.harness.base.model import Evidence, Handle, TensorValue
from graders.harness.judge import expect
from graders.harness.judge.describe import describe
from graders.harness.judge.looks import remembered

from . import inputs, oracle

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .pieces import Lab

STEPS = 8  # of a short epoch: enough for a slip to show, few enough for float32 to agree to 1e-6
LEARNING_RATE, LESSONS_EPOCHS = 0.1, 15  # the lesson's
NO_RATE = 1e-9  # a learning rate whose steps are lost in float32's rounding
GRADIENTS = (1.0, 0.0, -2.0)  # of three optimizer steps: momentum shows in the second, Adam's scale in the third

PIXEL_ATOL = 1e-6  # of pixels in [0, 1]: float32 eps is 1.2e-7, a division and a shift lose a few
LOGIT_ATOL = 1e-4  # of logits about 1: sums of 784 float32 products lose up to 1e-6, a factor 100 to spare
ROUNDING = 1e-6  # of a float32 sum of 784 products, as a share of their sizes added up: eps is 1.2e-7
COST_ATOL = 2e-6  # of costs about 3 in nats: float32 eps is 2.4e-7 there, ten exponentials and a mean lose a few
EXTREME_ATOL = 1e-2  # of costs made of logits about 1e4, where float32 has steps of 1e-3; a few of them add up
STEP_ATOL = 1e-6  # of parameters about 1 after one step
WEIGHT_ATOL = 2e-5  # honest float32 differs from float64 by 9e-7 after 100 steps, the mildest cheat by 4e-4


def other_rate(seed: int) -> float:
    """Return a learning rate that is not the lesson's, so that one written down as a number, or a default, shows."""
    return inputs.between(seed, "learning rate", 21, 49) / 1000


# ---- reshape and model


def flattened(lab: Lab, images: NDArray[Any]) -> Evidence:
    """Ask `flatten_images`."""
    return lab.call("flatten_images", TensorValue.of(images))


def built_model(lab: Lab) -> Evidence:
    """Ask `build_model`; expects a module."""
    seen = lab.call("build_model", keep=True)
    expect.instance(seen, "torch.nn.modules.module.Module")
    return seen


def is_class(seen: Evidence) -> bool:
    """Tell whether a builder returned a class in the place of an object."""
    return isinstance(seen.value, Handle) and "builtins.type" in seen.value.kinds


def is_nothing(seen: Evidence) -> bool:
    """Tell whether a builder returned None in the place of an object that would stay in the worker."""
    return isinstance(seen.value, Handle) and seen.value.type_name == "NoneType"


def is_generator(seen: Evidence) -> bool:
    """Tell whether a function returned a generator, which has run none of its lines yet."""
    return isinstance(seen.value, Handle) and "builtins.generator" in seen.value.kinds


@remembered
def parameter_sizes(lab: Lab) -> tuple[Evidence, list[int]]:
    """Build a model and return how many numbers each of its trainable parameters has."""
    model = built_model(lab)
    seen = lab.probe("parameters", model.value, of="build_model", asked="build_model().parameters()").value
    found = cast("list[tuple[list[int], bool]]", seen)
    return model, [int(np.prod(shape)) for shape, trainable in found if trainable]


def answered(lab: Lab, model: Evidence, rows: NDArray[np.float32]) -> Evidence:
    """Ask a model for the logits of rows `[B, 784]`."""
    return lab.probe(
        "raw_logits",
        model.value,
        TensorValue.of(rows),
        of="build_model",
        asked=f"build_model()(tensor {list(rows.shape)})",
    )


@remembered
def expect_affine(lab: Lab) -> None:
    """Expect logits to be weights times pixels plus bias, with the weights that the model itself shows."""
    rows = oracle.flatten(inputs.random_images(lab.seed, 5)) * 20 - 10  # far from 0, where squashing shows
    model = built_model(lab)
    lab.probe("start", model.value, lab.told, 0.0, of="build_model")
    seen = answered(lab, model, rows)
    logits = expect.tensor(seen, [5, 10])
    expect.that(logits.dtype.kind == "f", seen, "plain", expected="float32 tensor [5, 10]", got=describe(seen.value))
    shown = lab.affine(cast("Handle", model.value))
    expected = shown.logits(rows)
    # Rounding grows with the numbers that are added up, not with their sum.
    summed = float((np.abs(rows.astype(np.float64)) @ np.abs(shown.weights.T)).max())
    expect.close(seen, logits, expected, LOGIT_ATOL + ROUNDING * summed)


# ---- loss and optimizer


def cost(lab: Lab, logits: NDArray[Any], labels: NDArray[np.int64]) -> Evidence:
    """Ask the student's criterion for the cost of a batch."""
    return asked_of_criterion(lab, "cost", logits, labels, len(logits))


def cost_gradient(lab: Lab, logits: NDArray[Any], labels: NDArray[np.int64]) -> Evidence:
    """Ask for the gradient of the student's cost by the logits."""
    return asked_of_criterion(lab, "cost_gradient", logits, labels, len(logits), ".backward()")


@remembered
def asked_of_criterion(
    lab: Lab, probe: str, logits: NDArray[Any], labels: NDArray[np.int64], size: int, then: str = ""
) -> Evidence:
    """Ask a probe about the student's criterion, which is given batches of that size."""
    criterion = lab.call("build_criterion", keep=True)
    asked = f"build_criterion()(logits {[size, *logits.shape[1:]]}, labels {[size, *labels.shape[1:]]}){then}"
    sent = TensorValue.of(logits), TensorValue.of(labels)
    return lab.probe(probe, criterion.value, *sent, of="build_criterion", asked=asked)


@dataclass(frozen=True, slots=True, eq=False)
class Stepped:
    """By how much each parameter moved in each step of an optimizer."""

    evidence: Evidence
    steps: NDArray[np.float64]  # [parameters, steps]


@remembered
def stepped(lab: Lab, learning_rate: float | None, gradients: tuple[float, ...] = GRADIENTS) -> Stepped:
    """Let the student's optimizer take steps along known gradients."""
    lab.require("build_optimizer")
    model = lab.model()
    rate = [] if learning_rate is None else [learning_rate]
    asked = f"build_optimizer(model{''.join(f', learning_rate={r}' for r in rate)})"
    optimizer = lab.call("build_optimizer", model, *rate, keep=True, asked=asked)
    probe = lab.probe(
        "optimizer_steps", model, optimizer.value, list(gradients), of="build_optimizer", asked=f"{asked}.step()"
    )
    seen = [
        [p.array.astype(np.float64).ravel() for p in state] for state in cast("list[list[TensorValue]]", probe.value)
    ]
    moved = [[_furthest(a, b) for a, b in zip(old, new, strict=True)] for old, new in itertools.pairwise(seen)]
    return Stepped(probe, np.asarray(moved).T)


def _furthest(before: NDArray[np.float64], after: NDArray[np.float64]) -> float:
    """Return the move of the number that moved furthest; the gradient was the same for all of them.

    NaN where a step leaves another number of them, or none.
    """
    if before.size != after.size or not before.size:
        return float("nan")
    moves = after - before
    return float(moves[np.abs(moves).argmax()])


# ---- training


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """What training made of a model, and what the oracle makes of the same start and the same batches."""

    evidence: Evidence
    start: oracle.Affine
    got: oracle.Affine
    expected: tuple[oracle.Trained, ...]  # one an epoch


@remembered
def trained(
    lab: Lab,
    function: str,
    steps: int = STEPS,
    epochs: int | None = 1,
    learning_rate: float = LEARNING_RATE,
    criterion: Handle | None = None,
    size: int = inputs.STEP_BATCH,
    observe: bool = False,
    bare: bool = False,
    again: bool = False,
) -> Trained:
    """Train with the student's `train_epoch` or `train` on fixed batches, beside the oracle.

    With `epochs` None, `train` is left to its default, the lesson's 15. `observe` keeps a transcript; a `bare` data
    loader can do no more than the contract promises; `again` asks the same anew.
    """
    lab.require(function)
    for needed in (*lab.spec.needs[function], "build_model", "build_criterion", "build_optimizer"):
        lab.sound(needed)  # before the start is read: where one model is built for all, this trains it
    images, labels = inputs.training_digits(lab.seed, steps * size)
    batches = inputs.batched(images, labels, size)
    lab.ready(function, "build_optimizer")  # which may ask for models, and so must come before there is one
    model, start = lab.known_model()
    loader = lab.fixed_loader(images, labels, size)
    if bare:
        loader = lab.made("bare_loader", loader)
    pieces = (model, loader, criterion or lab.criterion(), lab.optimizer(model, learning_rate), lab.device())
    many = [] if function == "train_epoch" or epochs is None else [epochs]
    asked = f"{function}(model, data_loader, criterion, optimizer, device{''.join(f', {n}' for n in many)})"
    evidence = lab.call(function, *pieces, *many, asked=asked, observe=observe)
    expected = [oracle.train(start, batches, learning_rate)]
    for _ in range((epochs or LESSONS_EPOCHS) - 1):
        expected.append(oracle.train(expected[-1].model, batches, learning_rate))
    return Trained(evidence, start, lab.affine(model), tuple(expected))
