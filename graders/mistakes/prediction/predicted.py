"""Misconceptions about the prediction of one digit."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from graders.harness.base.errors import CheckFailed
from graders.harness.base.model import NumpyScalar, TensorValue
from graders.harness.judge import expect
from graders.harness.judge.clues import Clue
from graders.measuring import inputs, oracle
from graders.mistakes import values
from graders.mistakes.formulas import image_changes
from graders.mistakes.formulas.costs import softmax
from graders.mistakes.ideas import Idea

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from graders.harness.base.model import Handle
    from graders.measuring.pieces import Lab

    Answer = Callable[[NDArray[np.float64]], NDArray[np.int64]]  # of logits `[B, 10]`

DIGIT, INT = "test_prediction_is_the_digit_with_the_largest_logit", "test_prediction_is_an_int"
IMAGES, SPREAD = 12, 0.3  # as the checks have it
DRAWS = 8  # of models, one in ten of which will not do
STOPS = "mat1 and mat2 shapes cannot be multiplied (28x28 and 784x10)"  # the 28 lines of one image
FORMS = (np.asarray, softmax, lambda z: 1 / (1 + np.exp(-z)), oracle.log_softmax)  # of scores

# ---- the digit


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """What `predict` returned for some images; None where it raised, with the text."""

    model: oracle.Affine
    images: NDArray[np.float32]
    values: list[object]
    text: str
    written: bool  # whether the digit stands in the function as a number

    def numbers(self) -> list[float]:
        """Return the values as numbers. Raises NoClue where one is none."""
        return [values.number(value) for value in self.values]

    def logits(self, change: image_changes.Change | None = None) -> NDArray[np.float64]:
        """Return the model's logits for the images, or for changed ones."""
        images = self.images[:, 0].astype(np.float64)
        return self.model.logits(change(images) if change else images)

    def are(self, answers: NDArray[Any]) -> bool:
        """Tell whether these are the values."""
        return bool(np.allclose(self.numbers(), answers, rtol=1e-5, atol=1e-5))


def look(lab: Lab) -> Predicted:
    """Predict some images."""
    model, affine = _undecided(lab)
    dark = inputs.random_images(lab.seed + 40, IMAGES)
    images = np.concatenate([dark, 1 - dark])  # to bright images the same model has other answers
    answers, text = list[object](), ""
    for image in images:
        try:
            answers.append(lab.call("predict", model, TensorValue.of(image), lab.device()).value)
        except CheckFailed as failed:
            answers.append(None)
            text = str(failed.failure.params.get("text") or failed.failure.key)  # an assertion says nothing
    return Predicted(affine, images, answers, text, _is_written(lab.submission.source.tree))


def _undecided(lab: Lab) -> tuple[Handle, oracle.Affine]:
    """Return a model whose bias does not favour 0, which is what a wrong axis answers: faint images get the bias's."""
    for draw in range(DRAWS):
        model = lab.model(SPREAD, draw)
        affine = lab.affine(model)
        if affine.bias.argmax() != 0:
            break
    return model, affine


def _is_written(tree: ast.Module) -> bool:
    """Tell whether `predict` returns nothing but numbers that stand there."""
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "predict"]
    returns = [node.value for function in functions for node in ast.walk(function) if isinstance(node, ast.Return)]
    return bool(returns) and all(isinstance(value, ast.Constant) for value in returns)


@dataclass(frozen=True, slots=True)
class Stopped:
    """What `predict` raised over an image `[1, 28, 28]`, and over the same pixels as `[2, 14, 28]`."""

    text: str
    of_two_halves: str


def look_at_stop(lab: Lab) -> Stopped:
    """Predict an image of two axes that count something, to see which one is taken for the batch."""
    model, image = lab.model(spread=SPREAD), inputs.random_images(lab.seed + 40, 1)[0]
    return Stopped(*(_raised(lab, model, shaped) for shaped in (image, image.reshape(2, 14, 28))))


def _raised(lab: Lab, model: Handle, image: NDArray[np.float32]) -> str:
    try:
        lab.call("predict", model, TensorValue.of(image), lab.device())
    except CheckFailed as failed:
        return str(failed.failure.params.get("text", ""))
    return ""


VALUE = Clue((DIGIT,), look)
TYPE = Clue((INT,), look)
NEITHER = Clue((DIGIT, INT), look)  # what is no number fails both


def _shifted(step: int, z: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.asarray(z.argmax(axis=1) + step, np.int64)


def _shifted_round(step: int, z: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.asarray((z.argmax(axis=1) + step) % 10, np.int64)


ANSWERS: dict[str, tuple[Answer, ...]] = {
    "argmin-in-the-prediction": (lambda z: z.argmin(axis=1),),
    "prediction-shifted": tuple(
        partial(shift, step) for shift in (_shifted, _shifted_round) for step in (-2, -1, 1, 2, 5)
    ),
    "second-largest-logit": (lambda z: np.argsort(-z, axis=1)[:, 1],),
    "argmax-over-one-image": (lambda z: np.zeros(len(z), np.int64),),
}
PIXELS = {
    "image-transposed-to-predict": image_changes.TRANSPOSED,
    "image-mirrored-to-predict": image_changes.MIRRORED,
    "pixels-inverted-to-predict": image_changes.INVERTED,
    "pixels-scaled-to-predict": image_changes.RAW + image_changes.SCALED,
    "pixels-normalised-to-predict": image_changes.NORMALISED,  # not of raw pixels: that leaves the answers of RAW
}


def _answered(name: str, seen: Predicted) -> bool:
    return not (_right(seen) or seen.written) and any(seen.are(answer(seen.logits())) for answer in ANSWERS[name])


def _right(seen: Predicted) -> bool:
    return seen.are(seen.logits().argmax(axis=1))


def _through(name: str, seen: Predicted) -> bool:
    wrong = not (_right(seen) or seen.written)
    return wrong and any(seen.are(seen.logits(change).argmax(axis=1)) for change in PIXELS[name])


for _name in ANSWERS:
    VALUE.mistake(_name, Idea.EVALUATION)(partial(_answered, _name))
for _name in PIXELS:
    VALUE.mistake(_name, Idea.EVALUATION)(partial(_through, _name))


@VALUE.mistake("model-not-asked", Idea.EVALUATION)
def _fixed(seen: Predicted) -> bool:
    """Recognise one digit for all images, which stands in the function as a number."""
    return seen.written and len(set(seen.numbers())) == 1 and not _right(seen)


@TYPE.mistake("prediction-as-tensor", Idea.EVALUATION)
def _tensor(seen: Predicted) -> bool:
    """Recognise the right digit as a tensor of one element."""
    return all(isinstance(value, TensorValue) and value.array.size == 1 for value in seen.values) and _right(seen)


@TYPE.mistake("prediction-as-float", Idea.EVALUATION)
def _float(seen: Predicted) -> bool:
    return all(type(value) is float for value in seen.values) and _right(seen)


@NEITHER.mistake("prediction-in-a-list", Idea.EVALUATION)
def _list(seen: Predicted) -> bool:
    answers = seen.logits().argmax(axis=1)
    return all(_is_list_of(value, answer) for value, answer in zip(seen.values, answers, strict=True))


def _is_list_of(value: object, answer: int) -> bool:
    """Tell whether a list holds the answer alone, be it a number or an array of one."""
    item = value[0] if isinstance(value, list) and len(value) == 1 else None
    return isinstance(item, (int, float, np.ndarray)) and expect.as_number(item) == answer


@TYPE.mistake("prediction-as-array", Idea.EVALUATION)
def _array(seen: Predicted) -> bool:
    """Recognise the right digit as a NumPy number, or as an array of one element."""
    return all(isinstance(value, (np.ndarray, NumpyScalar)) for value in seen.values) and _right(seen)


@NEITHER.mistake("prediction-as-text", Idea.EVALUATION)
def _text(seen: Predicted) -> bool:
    answers = seen.logits().argmax(axis=1)
    return all(isinstance(got, str) and got == str(answer) for got, answer in zip(seen.values, answers, strict=True))


@NEITHER.mistake("logit-for-its-digit", Idea.EVALUATION)
def _largest(seen: Predicted) -> bool:
    """Recognise the largest logit itself, or the largest probability."""
    return any(seen.are(form(seen.logits()).max(axis=1)) for form in FORMS)


@NEITHER.mistake("scores-for-the-digit", Idea.EVALUATION)
def _scores(seen: Predicted) -> bool:
    """Recognise all ten logits, or their probabilities."""
    rows = np.stack([values.shaped(value, 10) for value in seen.values])
    return any(np.allclose(rows, form(seen.logits()), rtol=1e-4, atol=1e-5) for form in FORMS)


@NEITHER.mistake("prediction-not-returned", Idea.EVALUATION)
def _nothing(seen: Predicted) -> bool:
    return not seen.text and all(value is None for value in seen.values)


# ---- what stops

STOP = Clue((DIGIT, INT), look_at_stop)


@STOP.mistake("batch-axis-missing", Idea.SHAPES)
def _no_batch(seen: Stopped) -> bool:
    """Recognise an image whose lines were taken for images: 2 x 14 of them are no 28 lines any more."""
    lines = re.search(r"cannot be multiplied \((2x392|14x28) and 784x10\)", seen.of_two_halves)
    return STOPS in seen.text and lines is not None


CLUES = (VALUE, TYPE, NEITHER, STOP)
