"""Show which accuracy the short training of part `accuracy` reaches: honest runs over many seeds, and poor ones.

    python benchmarks/accuracy_spread.py [--seeds 200] [--mnist-root DIR]

The rubric's minimum has to lie below every honest run and above every poor one. Runs are the oracle's: float64 softmax
regression, started as torch.nn.Linear starts, shuffled anew each epoch. Without MNIST the synthetic digits are used.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np  # noqa: E402  # after the number of its threads is set

from graders.digits.find import Digits, find_digits  # noqa: E402
from graders.harness.judge.rubric import load_rubric  # noqa: E402
from graders.measuring import oracle  # noqa: E402  # after the path is set
from graders.measuring.disguise import Disguise  # noqa: E402
from graders.spec import SPEC  # noqa: E402  # the same
from graders.test_7_accuracy import BATCH  # noqa: E402  # the same

BOUND = 1 / 28  # torch.nn.Linear starts uniformly within 1 / sqrt(784)


def start(generator: np.random.Generator) -> oracle.Affine:
    """Return a model as torch.nn.Linear starts it."""
    return oracle.Affine(generator.uniform(-BOUND, BOUND, (10, 784)), generator.uniform(-BOUND, BOUND, 10))


def batches(images: np.ndarray, labels: np.ndarray, epochs: int, generator: np.random.Generator) -> Iterator[tuple]:
    """Yield the batches of some epochs, shuffled anew each."""
    for _ in range(epochs):
        order = generator.permutation(len(labels))
        for first in range(0, len(labels) - BATCH + 1, BATCH):
            rows = order[first : first + BATCH]
            yield images[rows], labels[rows]


def accuracy(model: oracle.Affine, digits: Digits) -> float:
    """Return the model's accuracy on the test digits."""
    return float(np.mean(model.logits_of_digits(digits.test.images).argmax(axis=1) == digits.test.labels))


def main() -> None:
    """Run honest and poor trainings and print what they reach."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--mnist-root", type=Path, default=os.environ.get("MNIST_ROOT"))
    options = parser.parse_args()
    thresholds = load_rubric(ROOT / "graders" / "rubric.toml", SPEC.thresholds, SPEC.tiers).thresholds
    epochs, minimum = int(thresholds["accuracy_epochs"]), thresholds["accuracy_minimum"]
    sizes = int(thresholds["accuracy_train_digits"]), int(thresholds["accuracy_test_digits"])
    root = Path(options.mnist_root) if options.mnist_root else None
    digits = find_digits(root, train_size=sizes[0], test_size=sizes[1])
    images, labels = digits.train.images / 255.0, digits.train.labels.astype(int)

    def run(seed: int, rate: float = 0.1, steps: int | None = None, spoil: Callable | None = None) -> float:
        generator = np.random.default_rng(seed)
        model = start(generator)
        taught = spoil(labels, generator) if spoil else labels
        served = list(batches(images, taught, epochs, generator))[:steps]
        return accuracy(oracle.train(model, served, rate).model, digits)

    def disguised(seed: int) -> float:
        disguise, generator = Disguise.of(seed), np.random.default_rng(seed)
        model, worn = start(generator), disguise.put_on(digits.train)
        served = batches(worn.images / 255.0, worn.labels.astype(int), epochs, generator)
        return accuracy(disguise.taken_off(oracle.train(model, served, 0.1).model), digits)

    print(f"{digits.source} digits, {sizes[0]} x {epochs} epochs, minimum {minimum}")
    plain = [run(seed) for seed in range(options.seeds)]
    honest = [disguised(seed) for seed in range(options.seeds)]
    for name, reached in (("as they are known", plain), ("in disguise, as part accuracy has them", honest)):
        spread = f"{min(reached):.4f} to {max(reached):.4f}, mean {np.mean(reached):.4f}, sd {np.std(reached):.4f}"
        print(f"honest, {options.seeds} seeds, digits {name}: {spread}")
    poor = {
        "not trained": [run(seed, steps=0) for seed in range(10)],
        "10 steps": [run(seed, steps=10) for seed in range(10)],
        "20 steps": [run(seed, steps=20) for seed in range(options.seeds)],
        "learning rate 0.001": [run(seed, rate=0.001) for seed in range(10)],
        "labels shuffled": [run(seed, spoil=lambda y, g: g.permutation(y)) for seed in range(10)],
        "gradient uphill": [run(seed, rate=-0.1) for seed in range(3)],
    }
    for name, reached in poor.items():
        print(f"{name}: {min(reached):.4f} to {max(reached):.4f}")
    print(
        f"every honest run passes: {min(honest) >= minimum}; every poor run fails: "
        f"{max(max(reached) for reached in poor.values()) < minimum}"
    )


if __name__ == "__main__":
    main()
