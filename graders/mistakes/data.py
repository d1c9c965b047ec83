"""Misconceptions about the data set: which split, how images are made, what labels are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from graders import inputs, measure
from graders.harness import expect
from graders.harness.model import Handle, NumpyScalar, TensorValue

from . import pictures
from .catalogue import Clue, Idea

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graders.harness.model import Failure
    from graders.idx import Split
    from graders.pieces import Lab

    from .pictures import Change

SPLITS = "test_training_and_test_digits_are_kept_apart"
IMAGE, RANGE, SHOWN = (
    "test_an_image_is_a_float_tensor_of_one_channel",
    "test_pixels_lie_between_0_and_1",
    "test_images_show_what_the_files_hold",
)
TYPE, PAIRED = "test_a_label_is_an_int", "test_each_image_has_its_own_label"
SHIFTS = range(1, 10)

# ---- which split


def look_at_splits(lab: Lab, _failure: Failure) -> tuple[object, object]:
    """Ask how many training and test digits there are."""
    root = lab.root(inputs.tiny_split(lab.seed, True), inputs.tiny_split(lab.seed, False))
    found = [lab.call("load_mnist", root, train, keep=True).value for train in (True, False)]
    training, test = (lab.probe("length", dataset, of="load_mnist").value for dataset in found)
    return training, test


COUNT = Clue((SPLITS,), look_at_splits)
ENDING = Clue(
    (IMAGE, RANGE, SHOWN, TYPE, PAIRED), look_at_splits, fallback=True
)  # the missing ones cannot be looked at
RIGHT = (inputs.TINY_TRAIN, inputs.TINY_TEST)


@COUNT.mistake("train-flag-inverted", Idea.DATASET)
def _inverted(seen: tuple[int, int]) -> bool:
    return seen == RIGHT[::-1]


@COUNT.mistake("train-flag-ignored", Idea.DATASET)
def _ignored(seen: tuple[int, int]) -> bool:
    return seen[0] == seen[1] and seen[0] in RIGHT


@COUNT.mistake("splits-joined", Idea.DATASET)
def _joined(seen: tuple[int, int]) -> bool:
    return seen[0] == seen[1] == sum(RIGHT)


@ENDING.mistake("digits-missing", Idea.DATASET)
@COUNT.mistake("digits-missing", Idea.DATASET)
def _missing(seen: tuple[int, int]) -> dict[str, object] | bool:
    lost = [all_ - there for all_, there in zip(RIGHT, seen, strict=True)]
    same = lost[0] == lost[1] or lost[0] * RIGHT[1] == lost[1] * RIGHT[0]
    return same and min(lost) > 0 and {"count": lost[0], "all": RIGHT[0]}


def _failure(_lab: Lab, failure: Failure) -> Failure:
    return failure


RAISED = Clue((SPLITS, IMAGE, RANGE, SHOWN, TYPE, PAIRED), _failure)


@RAISED.mistake("root-ignored", Idea.DATASET)
def _elsewhere(seen: Failure) -> bool:
    """Recognise torchvision's word for a folder without MNIST: the one that was given has it."""
    return seen.key == "raised" and "Dataset not found" in str(seen.params["text"])


# ---- items


@dataclass(frozen=True, slots=True, eq=False)
class Items:
    """The images and labels of both splits as they came, and what they should be."""

    images: list[Any]
    labels: list[Any]
    splits: tuple[Split, Split]

    @property
    def pixels(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """All the pixels `[N, 28, 28]`. Raises ValueError where an image has another number of them."""
        return np.stack([cast("TensorValue", image).array.reshape(28, 28) for image in self.images]).astype(np.float64)

    @property
    def truth(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """The pixels as they should be, in [0, 1]."""
        return np.concatenate([split.images for split in self.splits]) / 255

    @property
    def true_labels(self) -> list[int]:
        """The labels as they should be."""
        return [int(label) for split in self.splits for label in split.labels]

    def show(self, change: Change) -> bool:
        """Tell whether the images are the files' with a change."""
        wanted = [change(split.images / 255) for split in self.splits]  # each by itself: some changes see all pixels
        return bool(np.allclose(self.pixels, np.concatenate(wanted), rtol=1e-5, atol=1e-5))


def look(lab: Lab, _failure: Failure) -> Items:
    """Load both splits and take them apart."""
    loaded = [measure.loaded(lab, train) for train in (True, False)]
    pairs = [measure.pair(seen, index) for seen in loaded for index in range(len(seen.items))]
    images, labels = (list(column) for column in zip(*pairs, strict=True))
    return Items(images, labels, (loaded[0].split, loaded[1].split))


FORM = Clue((IMAGE,), look)
ELSEWHERE = Clue((RANGE, SHOWN), look, fallback=True)  # where an image of another form fails, too
PIXELS = Clue((RANGE, SHOWN), look)


def _form(image: Any) -> tuple[str, tuple[int, ...]]:
    return image.dtype, image.shape


SHAPES: dict[str, list[tuple[int, ...]]] = {
    "image-without-channel": [(28, 28)],
    "image-flattened": [(784,), (1, 784)],
    "image-channel-last": [(28, 28, 1)],
    "image-of-three-channels": [(3, 28, 28)],
    "image-with-batch-axis": [(1, 1, 28, 28)],
}


def _shaped(shapes: Sequence[tuple[int, ...]], seen: Items) -> bool:
    return all(_form(image)[0] == "float32" and _form(image)[1] in shapes for image in seen.images)


for _name, _shapes in SHAPES.items():
    for _clue in (FORM, ELSEWHERE):
        _clue.mistake(_name, Idea.SHAPES)(partial(_shaped, _shapes))


@FORM.mistake("image-left-as-bytes", Idea.DATASET)
@PIXELS.mistake("image-left-as-bytes", Idea.DATASET)
def _bytes(seen: Items) -> bool:
    """Recognise whole numbers from 0 to 255 in a byte each."""
    return all(image.dtype == "uint8" for image in seen.images) and seen.show(pictures.RAW[0])


@ELSEWHERE.mistake("image-not-float32", Idea.DATASET)
@FORM.mistake("image-not-float32", Idea.DATASET)
def _dtype(seen: Items) -> dict[str, object] | bool:
    forms = {_form(image) for image in seen.images}
    ((dtype, shape),) = forms
    return dtype not in ("float32", "uint8") and shape == (1, 28, 28) and {"dtype": dtype}


CHANGES = {
    "image-transposed": pictures.TRANSPOSED,
    "image-mirrored": pictures.MIRRORED,
    "image-rotated": pictures.ROTATED,
    "pixels-inverted": pictures.INVERTED,
    "pixels-scaled-otherwise": pictures.SCALED,
    "pixels-normalised": pictures.NORMALISED,
    "pixels-rounded": pictures.ROUNDED,
}


def _changed(changes: Sequence[Change], seen: Items) -> bool:
    return any(seen.show(change) for change in changes)


for _name, _changes in CHANGES.items():
    PIXELS.mistake(_name, Idea.DATASET)(partial(_changed, _changes))


@PIXELS.mistake("pixels-not-scaled", Idea.DATASET)
def _unscaled(seen: Items) -> bool:
    return all(image.dtype != "uint8" for image in seen.images) and seen.show(pictures.RAW[0])


def _kind(item: object) -> str:
    """Return what an image is, where it is no tensor."""
    return item.type_name if isinstance(item, Handle) else type(item).__name__


def look_at_first(lab: Lab, _failure: Failure) -> Any:
    """Return the first item as it is, whatever it is."""
    return measure.loaded(lab, True).items[0]


FIRST = Clue((IMAGE, RANGE, SHOWN, PAIRED, TYPE), look_at_first)


@FIRST.mistake("image-not-a-tensor", Idea.DATASET)
def _no_tensor(seen: Any) -> dict[str, object] | bool:
    """Recognise a picture, or an array, in the image's place."""
    image, _ = seen
    return (
        not isinstance(image, TensorValue) and _kind(image) in ("Image", "ndarray", "list") and {"kind": _kind(image)}
    )


@FIRST.mistake("label-before-image", Idea.DATASET)
def _reversed(seen: Any) -> bool:
    label, image = seen
    return isinstance(image, TensorValue) and image.array.size == 784 and type(label) is int


@FIRST.mistake("label-missing", Idea.DATASET)
def _alone(seen: Any) -> bool:
    return isinstance(seen, TensorValue) and seen.array.size == 784


# ---- labels

LABELS = Clue((TYPE,), look)
WORDS = Clue((TYPE, PAIRED), look)  # what is no number fails both
OWN = Clue((PAIRED,), look)


@LABELS.mistake("label-float", Idea.DATASET)
def _float(seen: Items) -> bool:
    return all(type(label) is float for label in seen.labels)


@LABELS.mistake("label-tensor", Idea.DATASET)
def _tensor(seen: Items) -> bool:
    return all(isinstance(label, TensorValue) and label.array.size == 1 for label in seen.labels)


@LABELS.mistake("label-numpy", Idea.DATASET)
def _numpy(seen: Items) -> bool:
    return all(isinstance(label, NumpyScalar) for label in seen.labels)


@WORDS.mistake("label-one-hot", Idea.DATASET)
def _one_hot(seen: Items) -> bool:
    rows = [label.array if isinstance(label, TensorValue) else np.asarray(label, float) for label in seen.labels]
    return all(np.array_equal(row, np.eye(10)[label]) for row, label in zip(rows, seen.true_labels, strict=True))


@WORDS.mistake("label-text", Idea.DATASET)
def _text(seen: Items) -> bool:
    return all(isinstance(label, str) for label in seen.labels)


def _numbers(seen: Items) -> list[float]:
    numbers = [expect.as_number(label) for label in seen.labels]
    if None in numbers:
        raise ValueError("a label is no number")
    return cast("list[float]", numbers)


@OWN.mistake("labels-shifted-in-the-data", Idea.DATASET)
def _shifted(seen: Items) -> bool:
    got, wanted = np.asarray(_numbers(seen)), np.asarray(seen.true_labels)
    round_the_end = any(np.array_equal(got, (wanted + step) % 10) for step in SHIFTS)
    return round_the_end or any(np.array_equal(got, wanted + step) for step in (1, -1))


@OWN.mistake("labels-of-other-images", Idea.DATASET)
def _rolled(seen: Items) -> bool:
    """Recognise the right labels in another order."""
    counts = [len(split.labels) for split in seen.splits]
    got, wanted = (np.split(np.asarray(labels), counts[:1]) for labels in (_numbers(seen), seen.true_labels))
    same = all(np.array_equal(np.sort(a), np.sort(b)) for a, b in zip(got, wanted, strict=True))
    return same and not _shifted(seen) and not all(map(np.array_equal, got, wanted))


@OWN.mistake("labels-all-alike", Idea.DATASET)
def _constant(seen: Items) -> bool:
    return len(set(_numbers(seen))) == 1


CLUES = (COUNT, ENDING, RAISED, FORM, ELSEWHERE, PIXELS, FIRST, LABELS, WORDS, OWN)
