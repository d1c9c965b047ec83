"""Misconceptions about the data set: which split, how images are made, what labels are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from graders.digits.idx import RAW
from graders.harness.base.errors import CheckFailed
from graders.harness.base.model import Folder, Handle, NumpyScalar, TensorValue
from graders.harness.judge.clues import Clue
from graders.measuring import inputs, serving
from graders.mistakes import values
from graders.mistakes.ideas import Idea

from . import pixels
from .pixels import RANGE, SHOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graders.measuring.pieces import Lab

    from .pixels import Items

SPLITS, IMAGE, TYPE, PAIRED, FETCHED = (
    "test_training_and_test_digits_are_kept_apart",
    "test_an_image_is_a_float_tensor_of_one_channel",
    "test_a_label_is_an_int",
    "test_each_image_has_its_own_label",
    "test_missing_digits_are_fetched_on_request_only",
)
SERVING = (SPLITS, IMAGE, RANGE, SHOWN, TYPE, PAIRED)
SHIFTS = range(1, 10)
DIGITS = {"float16": 2.0**-10, "bfloat16": 2.0**-7}  # of which rounding is a share, twice over

# ---- which split


@dataclass(frozen=True, slots=True, eq=False)
class Lengths:
    """How many digits each split has, and whether asking for the last training digit says that there is none."""

    training: int
    test: int
    ends: bool
    right: tuple[int, int]
    pair: bool  # whether what was returned is a pair of something: its length counts no digits

    @property
    def both(self) -> tuple[int, int]:
        """Both lengths."""
        return self.training, self.test


def look_at_splits(lab: Lab) -> Lengths:
    """Ask how many training and test digits there are."""
    root = lab.root(inputs.tiny_split(lab.seed, True), inputs.tiny_split(lab.seed, False))
    found = [lab.call("load_mnist", root, train, keep=True).value for train in (True, False)]
    training, test = (values.whole(lab.probe("length", dataset, of="load_mnist").value) for dataset in found)
    right = inputs.tiny(lab.seed).train, inputs.tiny(lab.seed).test
    pair = training == test == 2 and all(isinstance(one, Handle) and is_sequence(one) for one in found)
    try:
        lab.probe("items", found[0], [right[0] - 1], of="load_mnist")
    except CheckFailed as failed:
        return Lengths(training, test, failed.failure.params.get("type") == "IndexError", right, pair)
    return Lengths(training, test, False, right, pair)


def is_sequence(dataset: Handle) -> bool:
    """Tell whether it is a tuple or a list."""
    return any(kind in ("builtins.tuple", "builtins.list") for kind in dataset.kinds)


COUNT = Clue((SPLITS,), look_at_splits)
# Of the missing digits nothing can be seen.
ENDING = Clue((IMAGE, RANGE, SHOWN, TYPE, PAIRED), look_at_splits, fallback=True)
WHOLE = Clue((SPLITS, SHOWN, PAIRED), look_at_splits)
MNIST = (60_000, 10_000)


@COUNT.mistake("train-flag-inverted", Idea.DATASET)
def _inverted(seen: Lengths) -> bool:
    return seen.both == seen.right[::-1]


@COUNT.mistake("train-flag-ignored", Idea.DATASET)
def _ignored(seen: Lengths) -> bool:
    return seen.training == seen.test and seen.training in seen.right


@COUNT.mistake("splits-joined", Idea.DATASET)
def _joined(seen: Lengths) -> bool:
    return seen.training == seen.test == sum(seen.right)


@ENDING.mistake("digits-missing", Idea.DATASET)
@COUNT.mistake("digits-missing", Idea.DATASET)
def _missing(seen: Lengths) -> dict[str, object] | bool:
    """Recognise lengths that lack the same number or share in both splits, or digits that are not there at all."""
    lost, other = (all_ - there for all_, there in zip(seen.right, seen.both, strict=True))
    alike = lost == other or lost * seen.right[1] == other * seen.right[0]
    here = lost > 0 and other >= 0 and not (_inverted(seen) or _ignored(seen) or seen.pair)
    return here and (alike or seen.ends) and {"count": lost, "all": seen.right[0]}


@WHOLE.mistake("root-ignored", Idea.DATASET)
def _all_of_mnist(seen: Lengths) -> bool:
    """Recognise MNIST as the world has it: the root that was given holds a few hundred digits."""
    return seen.both == MNIST


def look_for_root(lab: Lab) -> str:
    """Return what loading from a root raises that has the same digits under the name of every such data set."""
    root = lab.root(inputs.tiny_split(lab.seed, True), inputs.tiny_split(lab.seed, False))
    own = RAW.parts[0]
    names = (own, "FashionMNIST", "KMNIST")
    files = {path.replace(own, name, 1): content for path, content in root.files.items() for name in names}
    try:
        lab.call("load_mnist", Folder(root.name, files), True, keep=True)
    except CheckFailed as failed:
        return str(failed.failure.params.get("text"))
    return ""


LOST = Clue((*SERVING, FETCHED), look_for_root)


@LOST.mistake("root-ignored", Idea.DATASET)
def _elsewhere(seen: str) -> bool:
    """Recognise torchvision's word for a folder without its files: the one that was given has them."""
    return "Dataset not found" in seen


# ---- what an image is

FORM = Clue((IMAGE,), pixels.look)
ELSEWHERE = Clue((RANGE, SHOWN), pixels.look, fallback=True)  # where an image of another form fails, too


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
    FORM.mistake(_name, Idea.SHAPES)(partial(_shaped, _shapes))

# Of these forms only one has another number of pixels, which no check can compare.
ELSEWHERE.mistake("image-of-three-channels", Idea.SHAPES)(partial(_shaped, SHAPES["image-of-three-channels"]))

FORM.mistake("image-left-as-bytes", Idea.DATASET)(pixels.left_as_bytes)


@FORM.mistake("image-not-float32", Idea.DATASET)
def _dtype(seen: Items) -> dict[str, object] | bool:
    dtype, shape = _only_form(seen)
    if dtype == "uint8" and pixels.left_as_bytes(seen):
        return False
    return dtype != "float32" and shape == (1, 28, 28) and {"dtype": dtype}


@ELSEWHERE.mistake("image-not-float32", Idea.DATASET)
def _half(seen: Items) -> dict[str, object] | bool:
    """Recognise pixels with as few digits as their type has."""
    dtype, _ = _only_form(seen)
    if dtype not in DIGITS:
        return False
    near = zip(seen.pixels, seen.truth, strict=True)
    return all(np.allclose(got, truth, rtol=DIGITS[dtype], atol=0) for got, truth in near) and {"dtype": dtype}


def _only_form(seen: Items) -> tuple[str, tuple[int, ...]]:
    """Return the form that all images have. Raises NoClue where they differ."""
    return values.only({_form(image) for image in seen.images})


def _kind(item: object) -> str:
    """Return what an image is, where it is no tensor."""
    return item.type_name if isinstance(item, Handle) else type(item).__name__


def look_at_first(lab: Lab) -> Any:
    """Return the first item as it is, whatever it is."""
    return serving.loaded(lab, True).items[0]


FIRST = Clue((IMAGE, RANGE, SHOWN, PAIRED, TYPE), look_at_first)


@FIRST.mistake("image-not-a-tensor", Idea.DATASET)
def _no_tensor(seen: Any) -> dict[str, object] | bool:
    """Recognise a picture, or an array, in the image's place."""
    image, _ = values.two(seen)
    return (
        not isinstance(image, TensorValue) and _kind(image) in ("Image", "ndarray", "list") and {"kind": _kind(image)}
    )


@FIRST.mistake("label-before-image", Idea.DATASET)
def _reversed(seen: Any) -> bool:
    label, image = values.two(seen)
    return isinstance(image, TensorValue) and image.array.size == 784 and type(label) is int


@FIRST.mistake("label-missing", Idea.DATASET)
def _alone(seen: Any) -> bool:
    return isinstance(seen, TensorValue) and seen.array.size == 784


# ---- labels

LABELS = Clue((TYPE,), pixels.look)
WORDS = Clue((TYPE, PAIRED), pixels.look)  # what is no number fails both
OWN = Clue((PAIRED,), pixels.look)


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
    rows = [values.array(label) for label in seen.labels]
    return all(np.array_equal(row, np.eye(10)[label]) for row, label in zip(rows, seen.true_labels, strict=True))


@WORDS.mistake("label-text", Idea.DATASET)
def _text(seen: Items) -> bool:
    return all(isinstance(label, str) for label in seen.labels)


def _numbers(seen: Items) -> list[float]:
    return [values.number(label) for label in seen.labels]


@OWN.mistake("labels-shifted-in-the-data", Idea.DATASET)
def _shifted(seen: Items) -> bool:
    got, wanted = np.asarray(_numbers(seen)), np.asarray(seen.true_labels)
    round_the_end = any(np.array_equal(got, (wanted + step) % 10) for step in SHIFTS)
    return round_the_end or any(np.array_equal(got, wanted + step) for step in (1, -1))


@OWN.mistake("labels-of-other-images", Idea.DATASET)
def _rolled(seen: Items) -> bool:
    """Recognise the right labels in another order; not labels each of which became another everywhere."""
    got, wanted = (np.split(np.asarray(labels), seen.counts[:1]) for labels in (_numbers(seen), seen.true_labels))
    same = all(np.array_equal(np.sort(a), np.sort(b)) for a, b in zip(got, wanted, strict=True))
    replaced = len(set(zip(_numbers(seen), seen.true_labels, strict=True))) == len(set(seen.true_labels))
    return same and not replaced and not all(map(np.array_equal, got, wanted))


@OWN.mistake("labels-all-alike", Idea.DATASET)
def _constant(seen: Items) -> bool:
    return all(len(set(labels)) == 1 for labels in np.split(np.asarray(_numbers(seen)), seen.counts[:1]))


CLUES = (*pixels.CLUES, COUNT, WHOLE, ENDING, LOST, FORM, ELSEWHERE, FIRST, LABELS, WORDS, OWN)
