"""Part `loader`: two epochs of `make_data_loader` over digits that can be told apart."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from graders.harness.base.errors import CheckFailed
from graders.harness.judge import expect
from graders.harness.judge.describe import describe
from graders.measuring import inputs, orders, serving

if TYPE_CHECKING:
    from collections.abc import Callable

    from graders.measuring.pieces import Lab
    from graders.measuring.serving import Served, Source

pytestmark = pytest.mark.part("loader")

LESSONS_BATCH = 100  # the default that the contract names


def test_batches_are_images_and_labels(lab: Lab) -> None:
    """A batch is images `[B, 1, 28, 28]` float32 and labels `[B]` int64."""
    seen = serving.served(lab, inputs.tiny(lab.seed).batch)
    for images, labels in serving.batches(seen, 0):
        size = serving.count(labels)  # how many there are is judged elsewhere
        wanted = f"(float32 tensor [{size}, 1, 28, 28], int64 tensor [{size}])"
        got = describe((images, labels))
        expect.that(got == wanted, seen.evidence, "plain", expected=wanted, got=got)
    serving.expect_epoch(seen)


@pytest.mark.parametrize("given", [False, True], ids=["default", "given"])
def test_batch_size_is_honoured(lab: Lab, given: bool) -> None:
    """The first batch has `batch_size` images; the default is the lesson's 100."""
    batch_size = inputs.tiny(lab.seed).batch if given else None
    seen = serving.served(lab, batch_size)
    expect.that(len(seen.epochs[0]) > 0, seen.evidence, "no_batches")
    images, _ = serving.batches(seen, 0)[0]
    wanted = batch_size or LESSONS_BATCH
    expect.that(images.shape[:1] == (wanted,), seen.evidence, "batch_size", expected=wanted, got=list(images.shape[:1]))
    try:
        serving.expect_epoch(seen)
    except CheckFailed:  # few batches of 100 fill the tiny data set: a single one too few leaves less than half of it
        serving.expect_epoch(serving.served(lab, inputs.tiny(lab.seed).batch))


def test_an_incomplete_last_batch_is_dropped(lab: Lab) -> None:
    """All batches of an epoch are alike in size, no full one is lost, and the loader's length tells how many."""
    seen = serving.served(lab, inputs.tiny(lab.seed).batch)
    sizes = [serving.count(images) for images, _ in serving.batches(seen, 0)]
    digits = len(seen.split.labels)
    full = digits // max([1, *sizes])
    alike = len(set(sizes)) == 1 and len(sizes) == full
    expect.that(alike, seen.evidence, "batch_count", digits=digits, full=full, got=_tally(sizes))
    serving.expect_epoch(seen)
    if seen.epochs[1]:  # what can be gone through once is no data loader yet, and judged elsewhere
        told = serving.told_length(lab, inputs.tiny(lab.seed).batch)
        expect.that(told.value is not None, told, "no_length", expected=full)
        expect.that(told.value == full, told, "other_length", expected=full, got=describe(told.value))


def _tally(sizes: list[int]) -> str:
    return ", ".join(f"{sizes.count(size)} x {size}" for size in sorted(set(sizes), reverse=True)) or "0"


def test_an_image_comes_at_most_once_an_epoch(lab: Lab) -> None:
    """An epoch draws without putting back."""
    seen = serving.served(lab, inputs.tiny(lab.seed).batch)
    for epoch in (0, 1):
        order = serving.order(seen, epoch)
        repeats = len(order) - len(set(order))
        expect.that(repeats == 0, seen.evidence, "repeated_images", got=repeats)
    serving.expect_epoch(seen)


def test_every_epoch_comes_in_a_new_order(lab: Lab) -> None:
    """Neither in the order of the data set nor in that of the epoch before, nor in anything near to either."""
    seen = serving.served(lab, inputs.tiny(lab.seed).batch)
    first, second = serving.order(seen, 0), serving.order(seen, 1)
    expect.that(second, seen.evidence, "second_epoch_empty")
    expect.that(first != sorted(first), seen.evidence, "unshuffled")
    expect.that(first != second, seen.evidence, "shuffled_once")
    third = serving.order(seen, 2)
    expect.that(third not in (first, second), seen.evidence, "order_returns")
    again = orders.recurring(serving.by_batch(seen, 0), serving.by_batch(seen, 1))
    expect.that(not again, seen.evidence, "same_batches", got=again, all=len(seen.epochs[1]))
    epochs = (first, second, third)
    for one, other in (*((sorted(order), order) for order in epochs), *itertools.combinations(epochs, 2)):
        expect.that(not orders.are_alike(one, other), seen.evidence, "nearly_same_order")
    serving.expect_epoch(seen)


def test_images_keep_their_labels(lab: Lab) -> None:
    """Shuffling moves image and label together."""
    seen = serving.served(lab, inputs.tiny(lab.seed).batch)
    for epoch in (0, 1):
        wanted = [float(seen.split.labels[index]) for index in serving.order(seen, epoch)]
        got = serving.served_labels(seen, epoch)
        wrong = sum(a != b for a, b in zip(wanted, got, strict=False)) + abs(len(wanted) - len(got))
        expect.that(wrong == 0, seen.evidence, "torn_pairs", wrong=wrong, all=len(wanted))
    serving.expect_epoch(seen)


def test_any_dataset_is_served_like_your_own(lab: Lab) -> None:
    """A map-style data set that `load_mnist` did not make comes in batches of the same kind, and none in its place."""
    lab.require("make_data_loader")
    # Only what differs between the two is judged here; what is wrong with both is judged elsewhere.
    sources: tuple[Source, ...] = "own", "other", "between"
    own, other, between = (serving.served(lab, inputs.tiny(lab.seed).batch, source) for source in sources)
    for seen in (other, between):
        expect.that(not serving.is_of_another(lab, seen), seen.evidence, "other_digits")
    expect.that(_described(own) == _described(other), other.evidence, "other_batches")
    expect.that(_seen(_orders, own) == _seen(_orders, other), other.evidence, "other_order")
    expect.that(_seen(_labels, own) == _seen(_labels, other), other.evidence, "other_labels")
    serving.expect_epoch(own)


def _described(seen: Served) -> list[str]:
    return [describe(batch) for batch in seen.epochs[0]]


def _seen(trait: Callable[[Served], object], seen: Served) -> object:
    try:
        return trait(seen)
    except CheckFailed as failed:
        return failed.failure.key


def _orders(seen: Served) -> tuple[bool, bool, bool]:
    first, second = serving.order(seen, 0), serving.order(seen, 1)
    return first == sorted(first), first == second, len(set(first)) == len(first)


def _labels(seen: Served) -> bool:
    return serving.served_labels(seen, 0) == [seen.split.labels[index] for index in serving.order(seen, 0)]
