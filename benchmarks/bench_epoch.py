"""Compare an epoch of the reference with an epoch of the lesson's own loop, side by side in one run.

    python benchmarks/bench_epoch.py --rounds 5

An epoch is the whole way from the dataset to the trained weights: shuffling, fetching and batching all 60,000 digits,
and 600 steps of training. A round is one epoch of each, in alternating order, so that a slow moment falls on
both; what counts is the median of the rounds' ratios. One thread is what `lab.py` itself uses; with more, PyTorch's
threads wait for each other in a loop, and on a machine with other work an epoch can take ten times as long.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import importlib.util
import os
import shutil
import statistics
import struct
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

REFERENCE = Path(__file__).resolve().parent.parent / "reference" / "lab.py"
BATCH_SIZE = 100
LEARNING_RATE = 0.1
SEED = 777
FILES = {  # MNIST's files without .gz, and the shapes of what they hold
    "train-images-idx3-ubyte": (60_000, 28, 28),
    "train-labels-idx1-ubyte": (60_000,),
    "t10k-images-idx3-ubyte": (10_000, 28, 28),
    "t10k-labels-idx1-ubyte": (10_000,),
}


def lesson(root: Path) -> Callable[[], None]:
    """Return the lesson's epoch: every image is decoded by itself, and the average cost drags its graphs along."""
    mnist_train = datasets.MNIST(root=root, train=True, transform=transforms.ToTensor())
    data_loader = DataLoader(mnist_train, batch_size=BATCH_SIZE, shuffle=True, drop_last=True)
    linear = nn.Linear(784, 10, bias=True)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(linear.parameters(), lr=LEARNING_RATE)

    def epoch() -> None:
        avg_cost: Any = 0
        total_batch = len(data_loader)
        for images, labels in data_loader:
            images = images.view(-1, 28 * 28)  # [100, 1, 28, 28] -> [100, 784]
            optimizer.zero_grad()
            cost = criterion(linear(images), labels)
            cost.backward()
            optimizer.step()
            avg_cost += cost / total_batch
        format(avg_cost.item(), ".9f")

    return epoch


def page(lab: ModuleType, root: Path) -> Callable[[], None]:
    """Return the epoch of a finished `lab.py`."""
    data_loader = lab.make_data_loader(lab.load_mnist(root, train=True), BATCH_SIZE)
    model, criterion = lab.build_model(), lab.build_criterion()
    optimizer = lab.build_optimizer(model, LEARNING_RATE)

    def epoch() -> None:
        lab.train_epoch(model, data_loader, criterion, optimizer, torch.device("cpu"))

    return epoch


def load_page(path: Path) -> ModuleType:
    """Import the file at `path` under a name of its own."""
    spec = importlib.util.spec_from_file_location("benchmarked_lab", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def digits(given: Path | None) -> Iterator[tuple[Path, str]]:
    """Give (a root with unpacked MNIST files, what they are); unpack archives, or draw noise, in a temporary folder."""
    raw = given / "MNIST" / "raw" if given else None
    if given and raw and all((raw / name).is_file() for name in FILES):
        yield given, "MNIST"
        return
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "MNIST" / "raw"
        target.mkdir(parents=True)
        if raw and all((raw / f"{name}.gz").is_file() for name in FILES):
            unpack(raw, target)
            yield Path(folder), "MNIST"
        elif given:
            raise SystemExit(f"there is no MNIST in {given}: expected MNIST/raw/{next(iter(FILES))} or its .gz")
        else:
            draw_noise(target)
            yield Path(folder), "random pixels of MNIST's size (no --root and no MNIST_ROOT given)"


def unpack(source: Path, target: Path) -> None:
    """Unpack MNIST's four archives from one folder into another."""
    for name in FILES:
        with gzip.open(source / f"{name}.gz") as archive, (target / name).open("wb") as file:
            shutil.copyfileobj(archive, file)


def draw_noise(target: Path) -> None:
    """Write four files like MNIST's with random contents: IDX, a magic number, the sizes, then the bytes."""
    for name, shape in FILES.items():
        header = struct.pack(f">{1 + len(shape)}I", 0x800 + len(shape), *shape)
        values = torch.randint(256 if len(shape) > 1 else 10, shape, dtype=torch.uint8)
        (target / name).write_bytes(header + values.numpy().tobytes())


def seconds(run: Callable[[], None]) -> float:
    """Return how long `run` takes by the clock on the wall."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def compare(root: Path, path: Path, rounds: int) -> None:
    """Run the rounds, one untimed one before them, and print each round and the medians."""
    torch.manual_seed(SEED)
    epochs = {"lesson": lesson(root), "reference": page(load_page(path), root)}
    timed: list[dict[str, float]] = []
    print(f"{'round':>6} {'lesson s':>10} {'reference s':>12} {'ratio':>7}")
    for index in range(rounds + 1):
        order = list(epochs) if index % 2 else list(reversed(epochs))
        taken = {name: seconds(epochs[name]) for name in order}
        taken["ratio"] = taken["lesson"] / taken["reference"]
        if index > 0:  # the first round warms caches and thread pools
            timed.append(taken)
            print_row(str(index), taken)

    print_row("median", {name: statistics.median(taken[name] for taken in timed) for name in timed[0]})
    ratios = [taken["ratio"] for taken in timed]
    print(f"The reference is {statistics.median(ratios):.1f} times as fast ({min(ratios):.1f} to {max(ratios):.1f}).")


def print_row(name: str, row: dict[str, float]) -> None:
    """Print one line of the table."""
    print(f"{name:>6} {row['lesson']:>10.3f} {row['reference']:>12.3f} {row['ratio']:>7.1f}", flush=True)


def main() -> None:
    """Read the command line and run the comparison."""
    parser = argparse.ArgumentParser(description="Time an epoch of the reference against the lesson's own loop.")
    root = Path(os.environ["MNIST_ROOT"]) if os.environ.get("MNIST_ROOT") else None
    parser.add_argument("--root", type=Path, default=root, help="folder of MNIST, unpacked or .gz (MNIST_ROOT)")
    parser.add_argument("--rounds", type=int, default=5, help="pairs of epochs to time (%(default)s)")
    parser.add_argument("--threads", type=int, default=1, help="threads of PyTorch (%(default)s)")
    parser.add_argument("--lab", type=Path, default=REFERENCE, help="the finished lab.py to time (the reference)")
    options = parser.parse_args()
    if options.rounds < 1 or options.threads < 1:
        parser.error("--rounds and --threads must be at least 1")
    torch.set_num_threads(options.threads)
    with digits(options.root) as (folder, kind):
        print(f"PyTorch {torch.__version__}, {torch.get_num_threads()} thread(s), digits: {kind}")
        compare(folder, options.lab, options.rounds)


if __name__ == "__main__":
    main()
