"""Misconceptions about the model: its parameters, its layers, what stands behind them."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

import numpy as np

from graders.harness.base.errors import CheckFailed
from graders.harness.base.model import TensorValue
from graders.harness.judge.clues import NO_MATCH, Clue, NoClue
from graders.measuring import inputs, measure, oracle
from graders.mistakes import values
from graders.mistakes.formulas.costs import softmax
from graders.mistakes.ideas import Idea

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from graders.harness.base.model import Evidence
    from graders.harness.judge.clues import Explains
    from graders.measuring.pieces import Lab

    Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]  # of logits `[B, 10]`

PARAMETERS, BIAS = "test_model_has_7850_parameters", "test_model_has_a_bias_for_each_digit"
ANSWERS, LOGITS = "test_any_batch_gets_ten_logits_an_image", "test_model_returns_logits"
WEIGHTS = 7840
ROWS = 5  # images that the model is asked about
HINDERING = ("Dropout", "BatchNorm1d", "LayerNorm", "AlphaDropout", "InstanceNorm1d", "GroupNorm")


@dataclass(frozen=True, slots=True, eq=False)
class Anatomy:
    """A model from inside: shapes of its trainable, frozen and unregistered tensors, dtypes, layers, some answers."""

    trainable: list[tuple[int, ...]]
    frozen: list[tuple[int, ...]]
    loose: list[tuple[int, ...]]
    dtypes: set[str]
    layers: list[str]
    weights: dict[tuple[int, ...], NDArray[np.float64]]  # by shape
    rows: NDArray[np.float32]
    answers: NDArray[np.float64] | None  # to the rows; None where it raised
    text: str  # of what it raised

    @property
    def matrices(self) -> list[tuple[int, ...]]:
        """The shapes of all weight matrices."""
        return [shape for shape in (*self.trainable, *self.frozen) if len(shape) == 2]

    @property
    def others(self) -> list[tuple[int, ...]]:
        """The shapes of all tensors that are no parameters: loose ones, and buffers."""
        own = {*self.trainable, *self.frozen}
        return [*self.loose, *(shape for shape in self.weights if shape not in own)]

    def logits(self) -> NDArray[np.float64]:
        """Return what its only layer makes of the rows. Raises NoClue where it has not just one, from 784 to 10."""
        shape = values.only(self.matrices)
        if sorted(shape) != [10, 784] or shape not in self.weights:
            raise NoClue
        matrix = self.weights[shape] if shape[0] == 10 else self.weights[shape].T
        bias = next((value for shape, value in self.weights.items() if value.size == 10), np.zeros(10))
        return np.asarray(self.rows @ matrix.T + bias.ravel(), np.float64)


def look(lab: Lab) -> Anatomy:
    """Look into the model and ask it."""
    built = measure.built_model(lab)
    kinds = cast("list[tuple[list[int], bool]]", lab.probe("parameters", built.value, of="build_model").value)
    shapes = [(tuple(shape), trainable) for shape, trainable in kinds]
    lab.probe("stir", built.value, lab.told, 0.5, of="build_model")
    state = cast("dict[str, TensorValue]", lab.probe("state", built.value, of="build_model").value)
    loose = cast("list[list[int]]", lab.probe("loose", built.value, of="build_model").value)
    rows = oracle.flatten(inputs.random_images(lab.seed, ROWS)) * 4 - 2
    answers, text = _answers(lab, built, rows)
    return Anatomy(
        [shape for shape, trainable in shapes if trainable],
        [shape for shape, trainable in shapes if not trainable],
        [tuple(shape) for shape in loose],
        {value.dtype for value in state.values()},
        cast("list[str]", lab.probe("layers", built.value, of="build_model").value),
        {value.shape: value.array.astype(np.float64) for value in state.values()},
        rows,
        answers,
        text,
    )


def _answers(lab: Lab, built: Evidence, rows: NDArray[np.float32]) -> tuple[NDArray[np.float64] | None, str]:
    try:
        value = measure.answered(lab, built, rows).value
    except CheckFailed as failed:
        return None, str(failed.failure.params.get("text", ""))
    return (value.array.astype(np.float64) if isinstance(value, TensorValue) else None), ""


def _sizes(shapes: list[tuple[int, ...]]) -> list[int]:
    return sorted(math.prod(shape) for shape in shapes)


# ---- what it is made of

BODY = Clue((PARAMETERS, BIAS, ANSWERS), look)
BEHIND = Clue((LOGITS,), look, fallback=True)  # what is wrong with the body may show in the logits too
TYPES = Clue((LOGITS,), look)  # before PyTorch's own words for it are looked into


def _body(name: str) -> Callable[[Explains], Explains]:
    def enter(explains: Explains) -> Explains:
        for clue in (BODY, BEHIND):
            clue.mistake(name, Idea.MODEL)(explains)
        return explains

    return enter


@_body("no-bias")
def _no_bias(seen: Anatomy) -> bool:
    """Recognise all the weights, in one matrix or in a row for each digit, and no tensor of ten beside them."""
    weights = sum(_sizes(seen.trainable)) == WEIGHTS and all(784 in shape for shape in seen.trainable)
    return weights and not seen.frozen and 10 not in _sizes(seen.others)


@_body("one-bias-for-all-digits")
def _one_bias(seen: Anatomy) -> bool:
    """Recognise all the weights and a single number beside them, which all the logits of an empty image are."""
    return _sizes(seen.trainable) == [1, WEIGHTS] and not seen.frozen and not seen.others


@_body("hidden-layer")
def _hidden(seen: Anatomy) -> bool:
    """Recognise a matrix that takes the numbers that the one behind the pixels gives."""
    return any(784 in one and _follows(one, other) for one, other in itertools.permutations(seen.matrices, 2))


def _follows(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Tell whether `other` takes what `one` gives; [out, in] as nn.Linear has it, or [in, out] written by hand."""
    return (one[1] == 784 and other[1] == one[0]) or (one[0] == 784 and other[0] == one[1])


@_body("wrong-number-of-outputs")
def _outputs(seen: Anatomy) -> dict[str, object] | bool:
    """Recognise a single layer from 784 pixels to another number than ten."""
    shape = values.only(seen.matrices)
    count = next(n for n in shape if n != 784) if shape != (784, 784) else 784
    answers = seen.answers is None or seen.answers.shape == (ROWS, count)
    return 784 in shape and count != 10 and answers and {"count": count}


@_body("wrong-number-of-inputs")
def _inputs(seen: Anatomy) -> dict[str, object] | bool:
    """Recognise a single matrix that PyTorch could not multiply with rows of 784, by its own words."""
    shape = values.only(seen.matrices)
    found = re.search(rf"cannot be multiplied \({ROWS}x784 and (\d+)x(\d+)\)", seen.text)
    if found is None or sorted(map(int, found.groups())) != sorted(shape):
        return False
    if shape == (10, 784) == tuple(map(int, found.groups())):
        return False  # written by hand, not transposed as a layer's: the right weights, the other way round
    return found[1] != "784" and {"count": int(found[1])}


@_body("parameters-frozen")
def _frozen(seen: Anatomy) -> bool:
    return bool(seen.frozen) and _sizes([*seen.trainable, *seen.frozen]) == [10, WEIGHTS]


@_body("parameters-not-registered")
def _hidden_from_optimizer(seen: Anatomy) -> bool:
    """Recognise right answers without any parameter, or weights and bias only some of which are parameters."""
    if seen.answers is None or seen.answers.shape != (ROWS, 10) or seen.frozen:
        return False
    return not seen.trainable or (bool(seen.others) and _sizes([*seen.trainable, *seen.others]) == [10, WEIGHTS])


@_body("layer-too-many")
def _extra(seen: Anatomy) -> dict[str, object] | bool:
    layers = [layer for layer in seen.layers if layer in HINDERING]
    return len(seen.matrices) == 1 and len(layers) == 1 and {"layer": layers[0]}


@TYPES.mistake("model-not-float32", Idea.MODEL)
@BODY.mistake("model-not-float32", Idea.MODEL)
def _dtype(seen: Anatomy) -> dict[str, object] | bool:
    dtype = values.only(seen.dtypes)
    return dtype != "float32" and seen.answers is None and {"dtype": dtype}


# ---- what it does to its scores


def _normal(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the standard normal distribution function."""
    return np.asarray(np.vectorize(math.erfc)(-z / math.sqrt(2)) / 2, np.float64)


CURVES: dict[str, tuple[Curve, ...]] = {
    "softmax-in-the-model": (softmax,),
    "log-softmax-in-the-model": (oracle.log_softmax,),
    "softmax-over-the-batch-in-the-model": (lambda z: softmax(z.T).T, lambda z: oracle.log_softmax(z.T).T),
    "activation-in-the-model": (
        lambda z: 1 / (1 + np.exp(-z)),
        lambda z: np.maximum(z, 0),
        np.tanh,
        *(partial(lambda slope, z: np.where(z > 0, z, slope * z), slope) for slope in (0.01, 0.1, 0.2, 0.25)),
        *(partial(np.clip, a_min=low, a_max=high) for low, high in ((-1, 1), (0, 1), (0, 6))),
        lambda z: np.logaddexp(0, z),  # softplus
        lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),  # ELU
        lambda z: z / (1 + np.exp(-z)),  # SiLU
        lambda z: z * _normal(z),  # GELU
        lambda z: z / (1 + np.abs(z)),  # softsign
        np.abs,
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


def ends_in_log_softmax(lab: Lab) -> bool:
    """Tell whether the model returns logarithms of probabilities."""
    try:
        return _curved("log-softmax-in-the-model", lab.seen(look))
    except NO_MATCH:
        return False


CLUES = (BODY, BEHIND, TYPES, CURVE)
