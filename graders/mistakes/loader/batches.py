"""Misconceptions about the data loader: what a batch is, how many there are, in which order images come."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from graders.harness.judge.clues import Clue, NoClue
from graders.measuring import inputs, measure, serving
from graders.measuring import orders as orders_of
from graders.mistakes import values
from graders.mistakes.formulas import image_changes
from graders.mistakes.ideas import Idea

if TYPE_CHECKING:
    from collections.abc import Callable

    from graders.measuring.pieces import Lab

FORM_CHECK, SIZE_CHECK, COUNT_CHECK = (
    "test_batches_are_images_and_labels",
    "test_batch_size_is_honoured",
    "test_an_incomplete_last_batch_is_dropped",
)
ONCE_CHECK, ORDER_CHECK, PAIRS_CHECK = (
    "test_an_image_comes_at_most_once_an_epoch",
    "test_every_epoch_comes_in_a_new_order",
    "test_images_keep_their_labels",
)
LIKE_OWN_CHECK = "test_any_dataset_is_served_like_your_own"
ALL = (FORM_CHECK, SIZE_CHECK, COUNT_CHECK, ONCE_CHECK, ORDER_CHECK, PAIRS_CHECK, LIKE_OWN_CHECK)
LESSONS = 100
FACTORS = range(2, 11)  # by which a batch size is multiplied or divided
FEW = 32  # images that are looked for among changed ones
LOTS_SCATTER = 5  # of how many different images 224 lots draw of 250


def look(lab: Lab) -> serving.Served:
    """Serve two epochs."""
    return serving.served(lab, inputs.tiny(lab.seed).batch)


# ---- what a batch is

FORM = Clue((FORM_CHECK,), look)
TORN = Clue((PAIRS_CHECK,), look)
SWAPPED = Clue((FORM_CHECK, ONCE_CHECK, ORDER_CHECK, PAIRS_CHECK), look)


def _forms(seen: serving.Served) -> tuple[str, tuple[int, ...], str, tuple[int, ...]]:
    """Return dtypes and shapes of images and labels, where all batches are alike but for their number."""
    return values.only({(x.dtype, x.shape[1:], y.dtype, y.shape[1:]) for x, y in serving.batches(seen, 0)})


IMAGE, ROW = ("float32", (1, 28, 28)), ("int64", ())
SHAPES = {"batch-without-channel": (28, 28), "batch-flattened": (784,), "batch-channel-last": (28, 28, 1)}


def _shaped(shape: tuple[int, ...], seen: serving.Served) -> bool:
    return _forms(seen) == ("float32", shape, *ROW)


for _name, _shape in SHAPES.items():
    FORM.mistake(_name, Idea.SHAPES)(partial(_shaped, _shape))


@FORM.mistake("labels-not-int64", Idea.BATCHES)
def _label_dtype(seen: serving.Served) -> dict[str, object] | bool:
    *image, dtype, shape = _forms(seen)
    return tuple(image) == IMAGE and shape == () and dtype != "int64" and {"dtype": dtype}


@TORN.mistake("labels-one-hot-in-the-batch", Idea.BATCHES)
@FORM.mistake("labels-one-hot-in-the-batch", Idea.BATCHES)
def _one_hot(seen: serving.Served) -> bool:
    *image, _, shape = _forms(seen)
    if tuple(image) != IMAGE or shape != (10,):
        return False
    rows = np.concatenate([labels.array for _, labels in serving.batches(seen, 0)])
    return bool(np.isin(rows, (0, 1)).all() and (rows.sum(1) == 1).all())


@FORM.mistake("batch-not-float32", Idea.BATCHES)
def _image_dtype(seen: serving.Served) -> dict[str, object] | bool:
    dtype, shape, *labels = _forms(seen)
    return tuple(labels) == ROW and shape == (1, 28, 28) and dtype != "float32" and {"dtype": dtype}


@SWAPPED.mistake("images-and-labels-swapped", Idea.BATCHES)
def _labels_first(seen: serving.Served) -> bool:
    return _forms(seen) == (*ROW, *IMAGE)


# ---- how many

Lengths = tuple[tuple[int, int], ...]  # asked for, the default first, and seen


def look_at_sizes(lab: Lab) -> Lengths:
    """Return the size of the first batch, for each size that is asked for; the last one divides the digits."""
    tiny = inputs.tiny(lab.seed)
    sizes = (None, tiny.batch, tiny.train // inputs.TINY_PARTS)
    return tuple((size or LESSONS, _batch_sizes(serving.served(lab, size))[0]) for size in sizes)


SIZES_CLUE = Clue((SIZE_CHECK,), look_at_sizes)
COUNT = Clue((COUNT_CHECK,), look)


@SIZES_CLUE.mistake("batch-size-ignored", Idea.BATCHES)
def _ignored(seen: Lengths) -> dict[str, object] | bool:
    return len({got for _, got in seen}) == 1 and {"size": seen[0][1]}


@SIZES_CLUE.mistake("batch-size-default-changed", Idea.BATCHES)
def _another_default(seen: Lengths) -> dict[str, object] | bool:
    default, *given = seen
    return all(got == asked for asked, got in given) and default[1] != LESSONS and {"size": default[1]}


@SIZES_CLUE.mistake("batch-size-scaled", Idea.BATCHES)
def _scaled(seen: Lengths) -> bool:
    """Recognise a multiple, or a share of which what is left over is cut off."""
    times = any(all(got == asked * n for asked, got in seen) for n in FACTORS)
    return times or any(all(got == asked // n for asked, got in seen) for n in FACTORS)


@SIZES_CLUE.mistake("batch-size-off-by-one", Idea.BATCHES)
def _off_by_one(seen: Lengths) -> bool:
    return len({got - asked for asked, got in seen}) == 1 and abs(seen[0][1] - seen[0][0]) == 1


def _batch_sizes(seen: serving.Served) -> list[int]:
    """Return the sizes of an epoch's batches. Raises NoClue where there are none, or one is empty."""
    sizes = [serving.count(images) for images, _ in serving.batches(seen, 0)]
    if not sizes or 0 in sizes:
        raise NoClue
    return sizes


@COUNT.mistake("incomplete-batch-kept", Idea.BATCHES)
def _kept(seen: serving.Served) -> bool:
    sizes = _batch_sizes(seen)
    full, rest = divmod(len(seen.split.labels), max(sizes))  # whatever size was made of the one that was asked for
    return rest > 0 and sorted(sizes, reverse=True) == [max(sizes)] * full + [rest]


@COUNT.mistake("full-batch-dropped", Idea.BATCHES)
def _dropped(seen: serving.Served) -> bool:
    size, count = values.only(set(_batch_sizes(seen))), len(seen.epochs[0])
    return count < len(seen.split.labels) // size


@COUNT.mistake("batches-never-end", Idea.BATCHES)
def _too_many(seen: serving.Served) -> bool:
    size, count = values.only(set(_batch_sizes(seen))), len(seen.epochs[0])
    return count > len(seen.split.labels) // size


# ---- in which order


@dataclass(frozen=True, slots=True, eq=False)
class Orders:
    """Which image of the data set each served image is, in two epochs, with the labels that came along."""

    orders: tuple[list[int], list[int]]
    labels: tuple[list[float], list[float]]
    true_labels: list[int]
    size: int  # of the first batch

    @property
    def pairs(self) -> tuple[list[int], list[float]]:
        """The first epoch's labels as they should be, and as they came. Raises NoClue where it has others or none."""
        wanted, got = [self.true_labels[index] for index in self.orders[0]], self.labels[0]
        if not wanted or len(wanted) != len(got):
            raise NoClue
        return wanted, got


def look_at_order(lab: Lab) -> Orders:
    """Recognise the images of two epochs."""
    return orders(look(lab))


def orders(seen: serving.Served) -> Orders:
    """Recognise the images of what was served."""
    found = serving.order(seen, 0), serving.order(seen, 1)
    labels = serving.served_labels(seen, 0), serving.served_labels(seen, 1)
    sizes = [serving.count(images) for images, _ in serving.batches(seen, 0)]
    return Orders(found, labels, [int(label) for label in seen.split.labels], max([1, *sizes[:1]]))


ORDER = Clue((ORDER_CHECK,), look_at_order)
ONCE = Clue((ONCE_CHECK,), look_at_order)
PAIRS = Clue((PAIRS_CHECK,), look_at_order)


@ORDER.mistake("never-shuffled", Idea.BATCHES)
def _in_order(seen: Orders) -> bool:
    return bool(seen.orders[0]) and seen.orders[0] == list(range(len(seen.orders[0]))) == seen.orders[1]


@ORDER.mistake("shuffled-once", Idea.BATCHES)
def _same_again(seen: Orders) -> bool:
    return seen.orders[0] == seen.orders[1] != sorted(seen.orders[0]) and not _reversed(seen)


BATCHED = Clue((ORDER_CHECK,), look)


@BATCHED.mistake("images-stay-in-their-batches", Idea.BATCHES)
def _stay(seen: serving.Served) -> bool:
    """Recognise batches that hold the same images in both epochs: only they move, or what is in each."""
    first, second = (serving.by_batch(seen, epoch) for epoch in (0, 1))
    again = orders_of.recurring(first, second)
    return first != second and again == len(first) == len(second) > 0


@ORDER.mistake("one-epoch-only", Idea.BATCHES)
def _exhausted(seen: Orders) -> bool:
    return bool(seen.orders[0]) and not seen.orders[1]


@ORDER.mistake("order-reversed", Idea.BATCHES)
def _reversed(seen: Orders) -> bool:
    return bool(seen.orders[0]) and seen.orders[0] == sorted(seen.orders[0], reverse=True) == seen.orders[1]


@ONCE.mistake("images-repeated", Idea.BATCHES)
def _repeated(seen: Orders) -> bool:
    """Recognise images that are put back after they were drawn, by how many different ones chance leaves."""
    return seen.orders[0] != seen.orders[1] and all(_by_lot(order, len(seen.true_labels)) for order in seen.orders)


def _by_lot(order: list[int], every: int) -> bool:
    """Tell whether as many images came as N lots draw of them, but for four times the usual scatter."""
    drawn = len(order)
    different = every * (1 - (1 - 1 / every) ** drawn)
    return drawn <= every and abs(len(set(order)) - different) <= LOTS_SCATTER * 4 and order != sorted(order)


@PAIRS.mistake("labels-torn-from-their-images", Idea.BATCHES)
def _torn(seen: Orders) -> bool:
    """Recognise labels of the data set in another order than the images; not labels each of which became another."""
    wanted, got = seen.pairs
    replaced = len(set(zip(wanted, got, strict=True))) == len(set(wanted))
    rest = Counter(got)
    rest.subtract(seen.true_labels)
    starts = range(0, len(got) // seen.size * seen.size, seen.size)
    first_again = all(_starts_anew(seen, got, start) for start in starts)
    strange = sum(a != b for a, b in zip(wanted, got, strict=True)) > len(got) / 2
    return strange and not replaced and (max(rest.values()) <= 0 or first_again)


def _starts_anew(seen: Orders, labels: list[float], start: int) -> bool:
    """Tell whether a batch has the first labels of the data set."""
    batch = labels[start : start + seen.size]
    return batch == seen.true_labels[: len(batch)]


@PAIRS.mistake("labels-shifted-by-the-loader", Idea.BATCHES)
def _shifted(seen: Orders) -> bool:
    wanted, got = map(np.asarray, seen.pairs)
    steps = got - wanted
    round_the_end = any(np.array_equal((wanted + step) % 10, got) for step in range(1, 10))
    return round_the_end or bool(len(set(steps)) == 1 and steps[0] != 0)


# ---- what happens to the images on the way

CHANGED = Clue((ONCE_CHECK, ORDER_CHECK, PAIRS_CHECK), look)


def _match(change: Callable[[Any], Any], seen: serving.Served) -> bool:
    """Tell whether every served image is one of the data set's with a change."""
    known = change(seen.split.images / 255).reshape(-1, 784)
    rows = [values.shaped(images, images.array.size // 784, 784) for images, _ in serving.batches(seen, 0)]
    if not rows:
        raise NoClue
    first = np.concatenate(rows)[:FEW]
    distances = np.abs(first[:, None] - known[None]).max(axis=2)
    return bool((distances.min(axis=1) < measure.PIXEL_ATOL * 10).all())


@CHANGED.mistake("pixels-changed-by-the-loader", Idea.BATCHES)
def _changed(seen: serving.Served) -> bool:
    if _match(lambda images: images, seen):
        return False
    return any(_match(change, seen) for change in image_changes.ALL)


CLUES = (FORM, TORN, SWAPPED, SIZES_CLUE, COUNT, ORDER, BATCHED, ONCE, PAIRS, CHANGED)
