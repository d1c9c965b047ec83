"""Shuffles have nothing in common, and half a shuffle is seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from graders.measuring import orders

if TYPE_CHECKING:
    from collections.abc import Callable

DIGITS, SIZE, BATCHES, TRIES = 250, 32, 7, 2_000


def shuffle(random: np.random.Generator) -> list[int]:
    """Return the images of an epoch without its incomplete batch."""
    found: list[int] = random.permutation(DIGITS)[: SIZE * BATCHES].tolist()
    return found


def batches(order: list[int]) -> list[list[int]]:
    """Return the batches of an epoch."""
    return [order[start : start + SIZE] for start in range(0, len(order), SIZE)]


def test_shuffles_have_nothing_in_common() -> None:
    """Of thousands none comes near to the border: none goes beyond two thirds of it."""
    random = np.random.default_rng(0)
    for _ in range(TRIES):
        first, second = shuffle(random), shuffle(random)
        assert not orders.are_alike(first, second)
        assert not orders.are_alike(sorted(first), first)
        assert orders.recurring(batches(first), batches(second)) == 0
        places = {image: place for place, image in enumerate(first)}
        both = [(places[image], place) for place, image in enumerate(second) if image in places]
        assert abs(np.corrcoef(np.asarray(both).T)[0, 1]) * (len(both) - 1) ** 0.5 < orders.CHANCE * 2 / 3


def within(size: int) -> Callable[[np.random.Generator, list[int]], list[int]]:
    """Return what shuffles among so many neighbours only."""

    def half(random: np.random.Generator, order: list[int]) -> list[int]:
        parts = (order[start : start + size] for start in range(0, len(order), size))
        return [int(image) for part in parts for image in random.permutation(part)]

    return half


def moved(random: np.random.Generator, order: list[int]) -> list[int]:
    """Shuffle batches as a whole."""
    parts = batches(order)
    return [image for part in random.permutation(len(parts)) for image in parts[part]]


@pytest.mark.parametrize("half", [within(SIZE), within(2 * SIZE), within(100), moved])
def test_half_a_shuffle_is_seen(half: Callable[[np.random.Generator, list[int]], list[int]]) -> None:
    """Whatever the order was that it starts from."""
    random = np.random.default_rng(0)
    start = shuffle(random)
    for _ in range(50):
        assert orders.are_alike(start, half(random, start))


def test_batches_that_meet_again_are_counted() -> None:
    """In whatever order their images and they themselves come."""
    first = batches(shuffle(np.random.default_rng(0)))
    assert orders.recurring(first, [batch[::-1] for batch in first[::-1]]) == BATCHES
    assert orders.recurring(first, [*first[:3], list(range(SIZE))]) == 3


@pytest.mark.parametrize("few", [[], [3], [3, 4], list(range(10)), [5] * 40])
def test_of_few_images_nothing_is_told(few: list[int]) -> None:
    """Small batches meet again by chance, too."""
    assert not orders.are_alike(few, few)
    assert orders.recurring([few[:2]], [few[:2]]) == 0
