"""Misconceptions about the model: its parameters, its layers, what stands behind them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

import numpy as np

from graders import inputs, measure, oracle
from graders.harness.errors import CheckFailed
from graders.harness.model import Handle, TensorValue

from .catalogue import Clue, Idea
from .costs import softmax

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from graders.harness.model import Evidence, Failure
    from graders.pieces import Lab

    from .catalogue import Explains

    Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]  # of logits `[B, 10]`

PARAMETERS, BIAS = "test_model_has_7850_parameters", "test_model_has_a_bias_for_each_digit"
ANSWERS, LOGITS = "test_any_batch_gets_ten_logits_an_image", "test_model_returns_logits"
ALL = (PARAMETERS, BIAS, ANSWERS, LOGITS)
ROWS = 5  # images that the model is asked about
FUNCTIONS = ("function", "method", "builtin_function_or_method")
HINDERING = ("Dropout", "BatchNorm1d", "LayerNorm", "AlphaDropout", "InstanceNorm1d", "GroupNorm")


@dataclass(frozen=True, slots=True, eq=False)
class Anatomy:
    """A model from inside: shapes of its trainable and its frozen parameters, dtypes, layers, and some answers."""

    trainable: list[tuple[int, ...]]
    frozen: list[tuple[int, ...]]
    dtypes: set[str]
    layers: list[str]
    weights: dict[tuple[int, ...], NDArray[np.float64]]  # by shape
    rows: NDArray[np.float32]
    answers: NDArray[np.float64] | None  # to the rows; None where it raised

    @property
    def matrices(self) -> list[tuple[int, ...]]:
        """The shapes of all weight matrices."""
        return [shape for shape in (*self.trainable, *self.frozen) if len(shape) == 2]

    def logits(self) -> NDArray[np.float64]:
        """Return what its only layer makes of the rows. Raises LookupError or ValueError where it has not just one."""
        (shape,) = self.matrices
        matrix = self.weights[shape] if shape[0] == 10 else self.weights[shape].T
        bias = next((value for shape, value in self.weights.items() if value.size == 10), np.zeros(10))
        return np.asarray(self.rows @ matrix.T + bias.ravel(), np.float64)


def look(lab: Lab, _failure: Failure) -> Anatomy:
    """Look into the model and ask it."""
    built = measure.built_model(lab)
    kinds = cast("list[tuple[list[int], bool]]", lab.probe("parameters", built.value, of="build_model").value)
    shapes = [(tuple(shape), trainable) for shape, trainable in kinds]
    lab.probe("stir", built.value, lab.seed, 0.5, of="build_model")
    state = cast("dict[str, TensorValue]", lab.probe("state", built.value, of="build_model").value)
    rows = oracle.flatten(inputs.random_images(lab.seed, ROWS)) * 4 - 2
    return Anatomy(
        [shape for shape, trainable in shapes if trainable],
        [shape for shape, trainable in shapes if not trainable],
        {value.dtype for value in state.values()},
        cast("list[str]", lab.probe("layers", built.value, of="build_model").value),
        {value.shape: value.array.astype(np.float64) for value in state.values()},
        rows,
        _answers(lab, built, rows),
    )


def _answers(lab: Lab, built: Evidence, rows: NDArray[np.float32]) -> NDArray[np.float64] | None:
    try:
        value = measure.answered(lab, built, rows).value
    except CheckFailed:
        return None
    return value.array.astype(np.float64) if isinstance(value, TensorValue) else None


# ---- what it is made of

BODY = Clue((PARAMETERS, BIAS, ANSWERS), look)
BEHIND = Clue((LOGITS,), look, fallback=True)  # what is wrong with the body may show in the logits too


def _body(name: str) -> Callable[[Explains], Explains]:
    def enter(explains: Explains) -> Explains:
        for clue in (BODY, BEHIND):
            clue.mistake(name, Idea.MODEL)(explains)
        return explains

    return enter


@_body("no-bias")
def _no_bias(seen: Anatomy) -> bool:
    return len(seen.trainable) == 1 and set(seen.trainable[0]) == {10, 784} and not seen.frozen


@_body("hidden-layer")
def _hidden(seen: Anatomy) -> bool:
    return len(seen.matrices) > 1 and any(784 in shape for shape in seen.matrices)


@_body("wrong-number-of-outputs")
def _outputs(seen: Anatomy) -> dict[str, object] | bool:
    """Recognise a single layer from 784 pixels to another number than ten."""
    (shape,) = seen.matrices
    count = next(n for n in shape if n != 784) if shape != (784, 784) else 784
    answers = seen.answers is None or seen.answers.shape == (ROWS, count)
    return 784 in shape and count != 10 and answers and {"count": count}


@_body("wrong-number-of-inputs")
def _inputs(seen: Anatomy) -> dict[str, object] | bool:
    """Recognise a single layer for another number than 784, or one the wrong way round: it cannot take a row."""
    (shape,) = seen.matrices
    return seen.answers is None and seen.dtypes == {"float32"} and shape != (10, 784) and {"count": shape[1]}


@_body("parameters-frozen")
def _frozen(seen: Anatomy) -> bool:
    return bool(seen.frozen) and sorted(map(np.prod, (*seen.trainable, *seen.frozen))) == [10, 7840]


@_body("parameters-not-registered")
def _hidden_from_optimizer(seen: Anatomy) -> bool:
    return not seen.trainable and not seen.frozen and seen.answers is not None and seen.answers.shape == (ROWS, 10)


@_body("layer-too-many")
def _extra(seen: Anatomy) -> dict[str, object] | bool:
    layers = [layer for layer in seen.layers if layer in HINDERING]
    return len(seen.matrices) == 1 and len(layers) == 1 and {"layer": layers[0]}


@_body("model-not-float32")
def _dtype(seen: Anatomy) -> dict[str, object] | bool:
    (dtype,) = seen.dtypes
    return dtype != "float32" and seen.answers is None and {"dtype": dtype}


# ---- what it does to its scores

CURVES: dict[str, tuple[Curve, ...]] = {
    "softmax-in-the-model": (softmax, oracle.log_softmax),
    "softmax-over-the-batch-in-the-model": (lambda z: softmax(z.T).T, lambda z: oracle.log_softmax(z.T).T),
    "activation-in-the-model": (
        lambda z: 1 / (1 + np.exp(-z)),
        lambda z: np.maximum(z, 0),
        np.tanh,
        lambda z: np.where(z > 0, z, 0.01 * z),
    ),
    "digit-in-place-of-logits": (lambda z: z.argmax(axis=1), lambda z: z.argmax(axis=1, keepdims=True)),
}
CURVE = Clue((LOGITS, ANSWERS, BIAS), look)


def _curved(name: str, seen: Anatomy) -> bool:
    logits = seen.logits()
    if seen.answers is None or (seen.answers.shape == logits.shape and np.allclose(seen.answers, logits, atol=1e-4)):
        return False
    return any(_same(seen.answers, curve(logits)) for curve in CURVES[name])


def _same(got: NDArray[np.float64], wanted: NDArray[np.float64]) -> bool:
    return got.shape == wanted.shape and bool(np.allclose(got, wanted, rtol=1e-4, atol=1e-5))


for _name in CURVES:
    CURVE.mistake(_name, Idea.MODEL)(partial(_curved, _name))


# ---- what is no model at all


def look_at_result(lab: Lab, _failure: Failure) -> Evidence:
    """Return what build_model returned."""
    return lab.call("build_model", keep=True)


RESULT = Clue(ALL, look_at_result)


@RESULT.mistake("model-not-built", Idea.MODEL)
def _class(seen: Evidence) -> bool:
    return measure.is_class(seen)


@RESULT.mistake("model-not-a-module", Idea.MODEL)
def _function(seen: Evidence) -> bool:
    """Recognise a function or method in the place of a module."""
    return isinstance(seen.value, Handle) and seen.value.type_name in FUNCTIONS


@RESULT.mistake("model-not-returned", Idea.MODEL)
def _nothing(seen: Evidence) -> bool:
    return isinstance(seen.value, Handle) and seen.value.type_name == "NoneType"


CLUES = (BODY, BEHIND, CURVE, RESULT)
