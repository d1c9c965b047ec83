"""Misconceptions about one prediction and its picture."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from graders import inputs, oracle
from graders.harness import expect
from graders.harness.errors import CheckFailed
from graders.harness.model import Handle, Named, TensorValue

from . import pictures
from .catalogue import Clue, Idea
from .costs import softmax

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from graders.harness.model import Evidence, Failure
    from graders.pieces import Lab

    Answer = Callable[[NDArray[np.float64]], NDArray[np.int64]]  # of logits `[B, 10]`

DIGIT, INT = "test_prediction_is_the_digit_with_the_largest_logit", "test_prediction_is_an_int"
SHOWN, STYLE, TITLE = (
    "test_picture_shows_the_image",
    "test_picture_is_drawn_in_greys_without_smoothing",
    "test_title_has_label_and_prediction",
)
IMAGES, SPREAD = 12, 0.3  # as the checks have it
LABEL, PREDICTION = 7, 2

# ---- the digit


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """What `predict` returned for some images; None where it raised, with the text."""

    model: oracle.Affine
    images: NDArray[np.float32]
    values: list[object]
    text: str

    def numbers(self) -> list[float]:
        """Return the values as numbers. Raises ValueError where one is none."""
        numbers = [expect.as_number(value) for value in self.values]
        if None in numbers:
            raise ValueError("a prediction is no number")
        return cast("list[float]", numbers)

    def logits(self, change: pictures.Change | None = None) -> NDArray[np.float64]:
        """Return the model's logits for the images, or for changed ones."""
        images = self.images[:, 0].astype(np.float64)
        return self.model.logits(change(images) if change else images)

    def are(self, answers: NDArray[Any]) -> bool:
        """Tell whether these are the values."""
        return bool(np.allclose(self.numbers(), answers, rtol=1e-5, atol=1e-5))


def look(lab: Lab, _failure: Failure) -> Predicted:
    """Predict some images."""
    model, dark = lab.model(spread=SPREAD), inputs.random_images(lab.seed + 40, IMAGES)
    images = np.concatenate([dark, 1 - dark])  # to bright images the same model has other answers
    values, text = [], ""
    for image in images:
        try:
            values.append(lab.call("predict", model, TensorValue.of(image), lab.device()).value)
        except CheckFailed as failed:
            values.append(None)
            text = str(failed.failure.params.get("text", ""))
    return Predicted(lab.affine(model), images, values, text)


VALUE = Clue((DIGIT,), look)
TYPE = Clue((INT,), look)
NEITHER = Clue((DIGIT, INT), look)  # what is no number fails both

ANSWERS: dict[str, tuple[Answer, ...]] = {
    "argmin-in-the-prediction": (lambda z: z.argmin(axis=1),),
    "prediction-shifted": (lambda z: z.argmax(axis=1) + 1, lambda z: (z.argmax(axis=1) + 1) % 10),
    "second-largest-logit": (lambda z: np.argsort(-z, axis=1)[:, 1],),
    "argmax-over-one-image": (lambda z: np.zeros(len(z), np.int64),),
}
PIXELS = {
    "image-transposed-to-predict": pictures.TRANSPOSED,
    "image-mirrored-to-predict": pictures.MIRRORED,
    "pixels-inverted-to-predict": pictures.INVERTED[:1],
    "pixels-scaled-to-predict": pictures.RAW + pictures.SCALED,
    "pixels-normalised-to-predict": pictures.NORMALISED[:5],
}


def _answered(name: str, seen: Predicted) -> bool:
    return not _right(seen) and any(seen.are(answer(seen.logits())) for answer in ANSWERS[name])


def _right(seen: Predicted) -> bool:
    return seen.are(seen.logits().argmax(axis=1))


def _through(name: str, seen: Predicted) -> bool:
    return not _right(seen) and any(seen.are(seen.logits(change).argmax(axis=1)) for change in PIXELS[name])


for _name in ANSWERS:
    VALUE.mistake(_name, Idea.EVALUATION)(partial(_answered, _name))
for _name in PIXELS:
    VALUE.mistake(_name, Idea.EVALUATION)(partial(_through, _name))


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
    return all(value == [answer] for value, answer in zip(seen.values, answers, strict=True))


@NEITHER.mistake("prediction-as-text", Idea.EVALUATION)
def _text(seen: Predicted) -> bool:
    return seen.values == [str(answer) for answer in seen.logits().argmax(axis=1)]


@NEITHER.mistake("logit-for-its-digit", Idea.EVALUATION)
def _largest(seen: Predicted) -> bool:
    """Recognise the largest logit itself, or the largest probability."""
    return any(seen.are(f(seen.logits()).max(axis=1)) for f in (np.asarray, softmax, oracle.log_softmax))


@NEITHER.mistake("scores-for-the-digit", Idea.EVALUATION)
def _scores(seen: Predicted) -> bool:
    """Recognise all ten logits, or their probabilities."""
    rows = np.stack([cast("TensorValue", value).array.reshape(10) for value in seen.values])
    forms = (np.asarray, softmax, oracle.log_softmax)
    return any(np.allclose(rows, f(seen.logits()), rtol=1e-4, atol=1e-5) for f in forms)


@NEITHER.mistake("prediction-not-returned", Idea.EVALUATION)
def _nothing(seen: Predicted) -> bool:
    return not seen.text and all(value is None for value in seen.values)


@NEITHER.mistake("batch-axis-missing", Idea.SHAPES)
def _no_batch(seen: Predicted) -> bool:
    """Recognise an image whose 28 lines were taken for a batch of images."""
    return "mat1 and mat2 shapes cannot be multiplied (28x28 and 784x10)" in seen.text


# ---- the picture


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What is in the figure, and what should be."""

    figure: dict[str, Any]
    image: NDArray[np.float64]  # `[1, 28, 28]`

    @property
    def title(self) -> str:
        """All the titles together."""
        return " ".join(text for text in self.figure["titles"] if text)

    @property
    def pixels(self) -> NDArray[np.float64]:
        """The pixels of the only picture. Raises ValueError where there is none, or more."""
        (image,) = self.figure["images"]
        return np.asarray(image.array, np.float64)


def look_at_figure(lab: Lab, failure: Failure) -> Drawn:
    """Read the figure."""
    image = inputs.random_images(lab.seed + 41, 1)[0]
    shown = look_at_result(lab, failure)
    figure = lab.probe("figure", shown.value, of="show_prediction").value
    return Drawn(cast("dict[str, Any]", figure), image.astype(np.float64))


def look_at_result(lab: Lab, _failure: Failure) -> Evidence:
    """Return what show_prediction returned."""
    image = TensorValue.of(inputs.random_images(lab.seed + 41, 1)[0])
    return lab.call("show_prediction", image, LABEL, PREDICTION, keep=True)


PICTURE = Clue((SHOWN,), look_at_figure)
DRAWN = Clue((SHOWN, STYLE), look_at_figure)  # without a picture there is no style


def _styles(seen: Drawn) -> Iterator[Named]:
    ((cmap,), (interpolation,)) = seen.figure["cmaps"], seen.figure["interpolations"]
    if cmap != "Greys":
        yield Named("colour-map", {"cmap": cmap})
    if interpolation != "nearest":
        yield Named("interpolation", {"interpolation": interpolation})


def _two_styles(seen: Drawn) -> Iterator[tuple[Named, Named]]:
    yield from combinations(_styles(seen), 2)


STYLES = Clue((STYLE,), look_at_figure, _two_styles)
TITLES = Clue((TITLE,), look_at_figure)


def _only_style(name: str, seen: Drawn) -> dict[str, object] | bool:
    found = list(_styles(seen))
    return len(found) == 1 and found[0].name == name and dict(found[0].params)


for _name in ("colour-map", "interpolation"):
    STYLES.mistake(_name, Idea.PICTURE)(partial(_only_style, _name))

DRAWINGS = {
    "drawing-transposed": pictures.TRANSPOSED,
    "drawing-mirrored": pictures.MIRRORED + pictures.ROTATED,
    "drawing-inverted": pictures.INVERTED,
    "drawing-changed": pictures.RAW + pictures.SCALED + pictures.NORMALISED + pictures.ROUNDED,
}


def _drawn(name: str, seen: Drawn) -> bool:
    return any(np.allclose(seen.pixels, change(seen.image)[0], rtol=1e-5, atol=1e-5) for change in DRAWINGS[name])


for _name in DRAWINGS:
    PICTURE.mistake(_name, Idea.PICTURE)(partial(_drawn, _name))


@PICTURE.mistake("drawing-of-another-shape", Idea.PICTURE)
def _reshaped(seen: Drawn) -> bool:
    """Recognise the right pixels in another shape."""
    return np.squeeze(seen.pixels).shape != (28, 28) and np.allclose(seen.pixels.ravel(), seen.image.ravel())


@DRAWN.mistake("nothing-drawn", Idea.PICTURE)
def _empty(seen: Drawn) -> bool:
    return not seen.figure["images"]


@TITLES.mistake("title-missing", Idea.PICTURE)
def _untitled(seen: Drawn) -> bool:
    return not seen.title.strip()


@TITLES.mistake("title-not-filled-in", Idea.PICTURE)
def _template(seen: Drawn) -> bool:
    return "{" in seen.title or "%d" in seen.title


@TITLES.mistake("title-without-prediction", Idea.PICTURE)
def _no_prediction(seen: Drawn) -> bool:
    return str(LABEL) in seen.title and str(PREDICTION) not in seen.title


@TITLES.mistake("title-without-label", Idea.PICTURE)
def _no_label(seen: Drawn) -> bool:
    return str(PREDICTION) in seen.title and str(LABEL) not in seen.title


@TITLES.mistake("title-swapped", Idea.PICTURE)
def _swapped(seen: Drawn) -> bool:
    """Recognise the prediction behind the word label."""
    return bool(re.search(rf"\blabel\s*[:=]?\s*{PREDICTION}\b", seen.title, re.IGNORECASE)) and str(LABEL) in seen.title


RESULT = Clue((SHOWN, STYLE, TITLE), look_at_result)


@RESULT.mistake("figure-not-returned", Idea.PICTURE)
def _no_figure(seen: Evidence) -> bool:
    return isinstance(seen.value, Handle) and seen.value.type_name == "NoneType"


@RESULT.mistake("axes-for-figure", Idea.PICTURE)
def _axes(seen: Evidence) -> bool:
    return isinstance(seen.value, Handle) and any(kind.startswith("matplotlib.axes.") for kind in seen.value.kinds)


@RESULT.mistake("picture-for-figure", Idea.PICTURE)
def _image(seen: Evidence) -> bool:
    return isinstance(seen.value, Handle) and any(kind == "matplotlib.image.AxesImage" for kind in seen.value.kinds)


@RESULT.mistake("pyplot-for-figure", Idea.PICTURE)
def _module(seen: Evidence) -> bool:
    return isinstance(seen.value, Handle) and seen.value.type_name == "module"


CLUES = (VALUE, TYPE, NEITHER, PICTURE, DRAWN, STYLES, TITLES, RESULT)
