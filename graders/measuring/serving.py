"""What `load_mnist` and `make_data_loader` serve of digits that the judge wrote. Judge side, NumPy only."""

from __future__ import annotations

import contextlib
import gzip
import io
import zlib
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from graders.digits.idx import Split, root_files
from graders.harness.base.errors import CheckFailed
from graders.harness.base.model import TensorValue
from graders.harness.judge import expect
from graders.harness.judge.describe import describe
from graders.harness.judge.looks import remembered

from . import inputs, likeness, measure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from graders.harness.base.model import Evidence

    from .pieces import Lab

Source = Literal["own", "between", "other"]  # of the digits that a data loader is to serve

MOST = 0.5  # of digits: fewer than that are served by nobody who goes through all of them
EPOCHS = 3  # looked at: an order that comes back comes back in the third at the latest, where two take turns
FETCHED, MOST_FETCHED = 20, 1 << 20  # digits in a root that is fetched; bytes of a file of it

# ---- data


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """What `load_mnist` made of one split of the tiny root: its length, its items, and what these should be."""

    evidence: Evidence
    split: Split
    length: object
    items: list[Any]


def splits(lab: Lab) -> tuple[Split, Split]:
    """Return the training and the test digits of the tiny root."""
    return inputs.tiny_split(lab.seed, True), inputs.tiny_split(lab.seed, False)


@remembered
def loaded(lab: Lab, train: bool) -> Loaded:
    """Load one split of the tiny root with the student's own function."""
    root = lab.root(inputs.tiny_split(lab.seed, True), inputs.tiny_split(lab.seed, False))
    called = lab.call("load_mnist", root, train, keep=True, asked=f"load_mnist(root, train={train})")
    length = lab.probe("length", called.value, of="load_mnist", asked=f"len({called.asked})").value
    # Swapped splits are one mistake: the items are judged by the split that they come from.
    swapped = length == len(inputs.tiny_split(lab.seed, not train).labels)
    split = inputs.tiny_split(lab.seed, train != swapped)
    indices = list(range(len(split.labels)))
    seen = lab.probe("items", called.value, indices, of="load_mnist", asked=f"{called.asked}[i]")
    items = cast("list[Any]", seen.value)
    return Loaded(seen, _in_order(items, split), length, items)


def _in_order(items: list[Any], split: Split) -> Split:
    """Return a split in the order of the items that show its digits: which one it has is no part of the contract."""
    images = [_picture(item[0]) for item in items if isinstance(item, (tuple, list)) and item]
    if len(images) != len(items) or any(image is None for image in images):
        return split
    order = likeness.order(np.stack(cast("list[NDArray[Any]]", images)), split.images)
    return Split(split.images[order], split.labels[order])


def _picture(value: object) -> NDArray[np.float64] | None:
    return likeness.square(value.array) if isinstance(value, TensorValue) else None


def pair(seen: Loaded, index: int) -> tuple[TensorValue, object]:
    """Expect item `index` to be an (image, label) pair whose image is a tensor."""
    item = seen.items[index]
    if not isinstance(item, (tuple, list)) or len(item) != 2 or not isinstance(item[0], TensorValue):
        expect.fail(seen.evidence, "plain", expected="(tensor, label)", got=describe(item))
    return item[0], item[1]


def pixels(seen: Loaded) -> NDArray[np.float64]:
    """Return the pixels of all images `[N, 28, 28]`; expects 784 in each."""
    images = [pair(seen, i)[0] for i in range(len(seen.items))]
    for image in images:
        expect.that(image.array.size == 784, seen.evidence, "plain", expected="784", got=str(image.array.size))
    return np.stack([np.real(image.array).reshape(28, 28) for image in images]).astype(np.float64)


@remembered
def expect_digits(lab: Lab) -> None:
    """Expect that the digits of the files are served at all, of whichever root, however they look and are scaled."""
    for other in (False, True):
        splits = [inputs.tiny_split(lab.seed, train, other) for train in (True, False)]
        root, digits = lab.root(splits[0], splits[1]), np.concatenate([split.images for split in splits])
        for train in (True, False):
            called = lab.call("load_mnist", root, train, keep=True, asked=f"load_mnist(root, train={train})")
            asked = f"{called.asked}[i]"
            seen = lab.probe("pictures", called.value, inputs.tiny(lab.seed).train, of="load_mnist", asked=asked)
            count, pictures = cast("tuple[int, list[TensorValue]]", seen.value)
            images = _stacked(likeness.square(picture.array) for picture in pictures)
            expect.that(len(images) > 0, seen, "no_digits")
            which, like = likeness.nearest(images, digits)
            expect.that(like.sum() >= MOST * count, seen, "strange_digits", got=count - int(like.sum()), all=count)
            different, fewest = len(set(which[like].tolist())), MOST * max(count, inputs.tiny(lab.seed).test)
            expect.that(different >= fewest, seen, "same_digits", got=different, all=count)


def _stacked(images: Iterable[NDArray[np.float64] | None]) -> NDArray[np.float64]:
    return np.asarray([image for image in images if image is not None]).reshape(-1, 28, 28)


@remembered
def loses_digits(lab: Lab) -> bool:
    """Tell whether digits get lost on their way to the caller: an exception, None, or items that raise one."""
    root = lab.root(inputs.tiny_split(lab.seed, True), inputs.tiny_split(lab.seed, False))
    try:
        called = lab.call("load_mnist", root, True, keep=True)
    except CheckFailed:
        return True
    if measure.is_nothing(called):
        return True
    if lab.probe("length", called.value, of="load_mnist").value != inputs.tiny(lab.seed).train:
        return False
    try:
        lab.probe("items", called.value, [0], of="load_mnist")
    except CheckFailed:
        return True
    return False


@dataclass(frozen=True, slots=True, eq=False)
class Fetched:
    """How often `load_mnist` asked for the network, and whether something of what was there lies in the root now."""

    evidence: Evidence
    asked: int
    arrived: bool


@remembered
def fetched(lab: Lab, *download: bool) -> Fetched:
    """Load an empty root beside a network with digits that nobody could know."""
    images = np.random.default_rng().integers(0, 256, (FETCHED, 28, 28), np.uint8)
    split = Split(images, np.arange(FETCHED, dtype=np.uint8) % 10)
    files = {path.rpartition("/")[2]: content for path, content in root_files(split, split).items()}
    sent = [TensorValue.of(np.frombuffer(content, np.uint8)) for content in files.values()]
    asked = f"load_mnist(an empty root, train=True{''.join(f', download={d}' for d in download)})"
    seen = lab.probe("fetches", lab.empty_folder(), list(files), sent, *download, of="load_mnist", asked=asked)
    number, stored = cast("tuple[int, list[TensorValue]]", seen.value)
    return Fetched(seen, number, any(_unpacked(file.array) in files.values() for file in stored))


def _unpacked(file: NDArray[Any]) -> bytes:
    """Return the bytes of a file, without its .gz."""
    content = file.tobytes()
    with contextlib.suppress(OSError, EOFError, zlib.error):
        return gzip.GzipFile(fileobj=io.BytesIO(content)).read(MOST_FETCHED)
    return content


# ---- loader


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """What a data loader served in each epoch, over the tiny training digits."""

    evidence: Evidence
    split: Split
    epochs: list[list[Any]]


@remembered
def served(lab: Lab, batch_size: int | None, source: Source = "own") -> Served:
    """Serve some epochs of tiny training digits with the student's loader, in batches of 100 where no size is given.

    They come from a data set of the student's, by itself or `between` others that are loaded, or are `other` digits in
    a plain list.
    """
    lab.require("make_data_loader")
    own, other = (inputs.tiny_split(lab.seed, True, other=others) for others in (False, True))
    size = [] if batch_size is None else [batch_size]
    asked = f"make_data_loader(dataset{''.join(f', {n}' for n in size)})"
    dataset = lab.dataset(own, train=True)
    if source == "between":  # whoever keeps the data set that was loaded last, or the last training digits, has these
        lab.dataset(other, train=True)
    elif source == "other":
        lab.dataset(own)
        dataset = lab.pairs(other)
    data_loader = lab.call("make_data_loader", dataset, *size, keep=True, asked=asked)
    if source == "between":
        lab.dataset(other)
    seen = lab.probe("epochs", data_loader.value, EPOCHS, of="make_data_loader", asked=f"for images, labels in {asked}")
    return Served(seen, other if source == "other" else own, cast("list[list[Any]]", seen.value))


def batches(seen: Served, epoch: int) -> list[tuple[TensorValue, TensorValue]]:
    """Expect the batches of an epoch to be pairs of tensors."""
    for batch in seen.epochs[epoch]:
        tensors = isinstance(batch, tuple) and [type(item) for item in batch] == [TensorValue, TensorValue]
        expect.that(tensors, seen.evidence, "plain", expected="(images, labels)", got=describe(batch))
    return seen.epochs[epoch]


def order(seen: Served, epoch: int) -> list[int]:
    """Return which image of the data set each image of an epoch is; expects every one to be one of them."""
    known = {image.tobytes(): index for index, image in enumerate(seen.split.images)}
    found = []
    for images, _ in batches(seen, epoch):
        expect.that(images.array.size == 784 * count(images), seen.evidence, "strange_image")
        with np.errstate(all="ignore"):
            pixels = np.rint(np.real(images.array).astype(np.float64).reshape(-1, 28, 28) * 255)
        expect.that(((pixels >= 0) & (pixels <= 255)).all(), seen.evidence, "strange_image")
        for image in pixels.astype(np.uint8):
            expect.that(image.tobytes() in known, seen.evidence, "strange_image")
            found.append(known[image.tobytes()])
    return found


def by_batch(seen: Served, epoch: int) -> list[list[int]]:
    """Return the images of each batch, as `order` has them."""
    images, ends = order(seen, epoch), np.cumsum([0, *(count(batch) for batch, _ in batches(seen, epoch))])
    return [images[start:end] for start, end in pairwise(ends)]


def served_labels(seen: Served, epoch: int) -> list[float]:
    """Return the labels of an epoch in the order in which they came."""
    return [float(label) for _, labels in batches(seen, epoch) for label in np.real(labels.array).ravel()]


def count(batch: TensorValue) -> int:
    """Return how many items a batch has; a scalar has none."""
    return batch.shape[0] if batch.shape else 0


@lru_cache(maxsize=8)  # most checks of a loader ask of the same look
def _pictures(seen: Served) -> NDArray[np.float64]:
    """Return the images of an epoch `[N, 28, 28]`, whichever of a batch's tensors they are."""
    larger = [max(batch, key=lambda part: part.array.size) for batch in batches(seen, 0)]
    return _stacked(likeness.square(image) for images in larger if images.shape for image in images.array)


@lru_cache(maxsize=8)
def _known(seen: Served) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return which of the data set's digits an epoch's images are, and whether each is like one."""
    return likeness.nearest(_pictures(seen), seen.split.images)


def expect_epoch(seen: Served) -> None:
    """Expect an epoch in batches of most of the data set's digits, however they look."""
    shown = _pictures(seen)
    expect.that(seen.epochs[0], seen.evidence, "no_batches")
    expect.that(len(shown) > 0, seen.evidence, "strange_image")
    which, like = _known(seen)
    expect.that(like.mean() >= MOST, seen.evidence, "strange_batches", got=int((~like).sum()), all=len(shown))
    different, every = len(set(which[like].tolist())), len(seen.split.labels)
    expect.that(different >= MOST * every, seen.evidence, "few_served", got=different, all=every)


def is_of_another(lab: Lab, seen: Served) -> bool:
    """Tell whether most images of an epoch are those of a data set that the loader was not given."""
    own, other = (inputs.tiny_split(lab.seed, True, other=others) for others in (False, True))
    given, strange = (own, other) if np.array_equal(seen.split.images, own.images) else (other, own)
    shown = _pictures(seen)
    which, like = likeness.nearest(shown, np.concatenate([given.images, strange.images]))
    return bool((like & (which >= len(given.labels))).sum() > MOST * len(shown))


@remembered
def told_length(lab: Lab, batch_size: int) -> Evidence:
    """Return what a data loader says how many batches it has; None where it does not say so."""
    asked = f"len(make_data_loader(dataset, {batch_size}))"
    dataset = lab.dataset(inputs.tiny_split(lab.seed, True), train=True)
    data_loader = lab.call("make_data_loader", dataset, batch_size, keep=True)
    return lab.probe("told_length", data_loader.value, of="make_data_loader", asked=asked)
