"""Show how far honest loaders stay below the levels at which an order counts as one that came before.

    python benchmarks/honest_orders.py [--loaders 1000000]

Each loader serves three epochs of the tiny digits that the check asks for, shuffled anew, without an incomplete last
batch; what the check compares is compared. Prints the largest figures seen, beside the levels, and how many loaders
would fail. The sizes are those of 50 seeds.
"""

import argparse
import sys
from itertools import combinations
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from graders.measuring import inputs, orders  # noqa: E402  # after the path is set

SEEDS, EPOCHS, AT_ONCE = 50, 3, 2_000
NOWHERE = -1


class Epoch:
    """The same epoch of many loaders: which image comes at each place `[L, K]`, of `digits` images."""

    def __init__(self, served: np.ndarray, digits: int) -> None:
        self.served, self.digits = served, digits
        rows = np.arange(len(served))[:, None]
        self.places = np.full((len(served), digits), NOWHERE)
        self.places[rows, served] = np.arange(served.shape[1])
        self.successors = np.full((len(served), digits), NOWHERE)
        self.successors[rows, served[:, :-1]] = served[:, 1:]


def deviations(first: Epoch, second: Epoch) -> np.ndarray:
    """Return each loader's correlation of places between two epochs, in standard deviations of chance."""
    both = (first.places != NOWHERE) & (second.places != NOWHERE)
    count = both.sum(axis=1)
    before, after = (np.where(both, epoch.places, 0).astype(float) for epoch in (first, second))
    means = before.sum(axis=1) / count, after.sum(axis=1) / count
    before, after = (np.where(both, x - mean[:, None], 0) for x, mean in zip((before, after), means, strict=True))
    correlation = (before * after).sum(axis=1) / np.sqrt((before**2).sum(axis=1) * (after**2).sum(axis=1))
    return np.abs(correlation) * np.sqrt(count - 1)


def neighbours(first: Epoch, second: Epoch) -> np.ndarray:
    """Return how many images of each loader have the same successor in two epochs."""
    return ((first.successors == second.successors) & (first.successors != NOWHERE)).sum(axis=1)


def batches_again(first: np.ndarray, second: np.ndarray, batch: int) -> int:
    """Return how many loaders serve a batch with the same images in two epochs."""
    sets = [np.sort(epoch.reshape(len(epoch), -1, batch), axis=2)[:, :, 0] for epoch in (first, second)]
    # Batches with the same images have the same smallest one; few are left to be compared in full.
    rows = np.nonzero((sets[0][:, :, None] == sets[1][:, None, :]).any(axis=(1, 2)))[0]
    split = [[epoch[row].reshape(-1, batch).tolist() for row in rows] for epoch in (first, second)]
    return sum(orders.recurring(one, other) > 0 for one, other in zip(*split, strict=True))


def main() -> None:
    """Shuffle, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--loaders", type=int, default=1_000_000)
    left = parser.parse_args().loaders
    generator = np.random.default_rng()
    most_deviations, most_neighbours, again, failed, done = 0.0, 0, 0, 0, 0
    while done < left:
        sizes = inputs.tiny(done // AT_ONCE % SEEDS)
        kept = sizes.train // sizes.batch * sizes.batch
        images = np.tile(np.arange(sizes.train), (AT_ONCE, 1))
        served = [generator.permuted(images, axis=1)[:, :kept] for _ in range(EPOCHS)]
        epochs = [Epoch(one, sizes.train) for one in served]
        straight = [Epoch(np.sort(one, axis=1), sizes.train) for one in served]
        pairs = [*zip(straight, epochs, strict=True), *combinations(epochs, 2)]
        found = [(deviations(*pair), neighbours(*pair)) for pair in pairs]
        if done == 0:
            _check(served, found)
        alike = [(far > orders.CHANCE) | (near > orders.NEIGHBOURS) for far, near in found]
        failed += int(np.any(alike, axis=0).sum())
        again += batches_again(served[0], served[1], sizes.batch)
        most_deviations = max(most_deviations, *(float(far.max()) for far, _ in found))
        most_neighbours = max(most_neighbours, *(int(near.max()) for _, near in found))
        done += AT_ONCE
    print(f"{done:,} loaders of {SEEDS} seeds' sizes, {EPOCHS} epochs each:")
    print(f"  places' correlation at most {most_deviations:.2f} standard deviations (level {orders.CHANCE})")
    print(f"  successors that came again at most {most_neighbours} (level {orders.NEIGHBOURS})")
    print(f"  a batch of the first epoch in the second: {again}; loaders that would fail: {failed + again}")


def _check(served: list[np.ndarray], found: list[tuple[np.ndarray, np.ndarray]]) -> None:
    """Hold some loaders against what the check itself asks of orders."""
    for row in range(100):
        lists = [one[row].tolist() for one in served]
        pairs = [*((sorted(one), one) for one in lists), *combinations(lists, 2)]
        for (first, second), (far, near) in zip(pairs, found, strict=True):
            alike = far[row] > orders.CHANCE or near[row] > orders.NEIGHBOURS
            assert orders.are_alike(first, second) == alike, "this program and the check disagree"
    swapped = served[0][:, [1, 0, *range(2, served[0].shape[1])]]  # no shuffle of the first epoch
    far = deviations(*(Epoch(one, int(served[0].max()) + 1) for one in (served[0], swapped)))
    assert all(orders.are_alike(*(one[row].tolist() for one in (served[0], swapped))) for row in range(100))
    assert (far > orders.CHANCE).all(), "this program sees no likeness"


if __name__ == "__main__":
    main()
