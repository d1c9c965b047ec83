"""Run scripts one after the other as their writers did, on a few random digits: a program of its own.

`python flat_runner.py SCRIPT ...` prints, as JSON, what each script raised that did not run through.
"""

from __future__ import annotations

import contextlib
import io
import json
import runpy
import sys
import types
import warnings
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import torch
import torchvision  # type: ignore[import-untyped]  # it ships no types
from PIL import Image

TRAIN, TEST = 330, 150  # digits: fewer than two batches of most scripts
NOT_INSTALLED = ("visdom", "google", "google.colab", "mylog")


class Digits(torch.utils.data.Dataset[Any]):
    """Random digits in the place of torchvision's MNIST, wherever a script looks for them."""

    def __init__(self, root: str, train: bool = True, transform: Any = None, download: bool = False) -> None:
        generator, count = np.random.default_rng(int(train)), TRAIN if train else TEST
        self.transform = transform
        self.data = torch.from_numpy(generator.integers(0, 256, (count, 28, 28), dtype=np.uint8))
        self.targets = torch.from_numpy(generator.integers(0, 10, count))
        self.test_data, self.test_labels = self.data, self.targets

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> tuple[Any, int]:
        image = Image.fromarray(self.data[index].numpy())
        return self.transform(image) if self.transform else image, int(self.targets[index])


class Anything(types.ModuleType):
    """A module in which everything can be called and has everything again."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything(name)

    def __call__(self, *arguments: Any, **named: Any) -> Anything:
        """Take whatever is given, and have everything again."""
        return Anything("")


def run(scripts: list[Path]) -> dict[str, str]:
    """Return what the scripts raised, by their names."""
    raised: dict[str, str] = {}
    for script in scripts:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            try:
                runpy.run_path(str(script), run_name="__main__")
            except Exception as error:
                raised[script.stem] = type(error).__name__
    return raised


if __name__ == "__main__":
    mpl.use("Agg")
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    torchvision.datasets.MNIST = torchvision.datasets.mnist.MNIST = Digits
    sys.modules.update({name: Anything(name) for name in NOT_INSTALLED})
    found = run([Path(argument) for argument in sys.argv[1:]])
    sys.stdout.write(json.dumps(found))
