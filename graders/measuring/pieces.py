"""Pieces of this lab as a check needs them: the student's own where they are sound, a correct stand-in where not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from graders.digits.idx import Split, root_files
from graders.harness.base.model import Folder, Handle, TensorValue
from graders.harness.judge import lab

from . import oracle

if TYPE_CHECKING:
    from numpy.typing import NDArray


RAMP = 2.0**-13  # steps between parameters when they are numbered, exact in float32


def root_of(name: str, train: Split, test: Split) -> Folder:
    """Return a root in torchvision's layout, called `name`."""
    files = {file: np.frombuffer(content, np.uint8) for file, content in root_files(train, test).items()}
    return Folder(name, files)


def first_of(split: Split) -> Split:
    """Return a split with a single digit, the fewest that files can hold, for where nobody looks."""
    return Split(split.images[:1], split.labels[:1])


@dataclass(frozen=True, slots=True)
class Lab(lab.Lab):
    """One check's view of a submission to this lab."""

    def model(self, spread: float = 0.0, draw: int = 0) -> Handle:
        """Return a model that starts as one of torch's does; with `spread`, its parameters get normal noise besides.

        Each `draw` is another start.

        Where weights start is no part of the contract: at 1e30, say, or where an earlier look has left the one model
        that a submission hands out whenever it is asked for one.
        """
        model = self.piece("build_model")
        self.probe("start", model, self.told + draw, spread, of="build_model")
        return model

    def known_model(self, spread: float = 0.0) -> tuple[Handle, oracle.Affine]:
        """Return a model as `model` does, and what `affine` says of it."""
        model = self.piece("build_model")
        return model, self._affine("started", model, self.told, spread)

    def affine(self, model: Handle) -> oracle.Affine:
        """Return a model's weights and bias as its answers show them."""
        return self._affine("affine", model)

    def _affine(self, probe: str, *args: object) -> oracle.Affine:
        shown = self.probe(probe, *args, of="build_model").value
        weights, bias = (part.array.astype(float) for part in cast("tuple[TensorValue, TensorValue]", shown))
        return oracle.Affine(weights, bias)

    def layout(self, model: Handle) -> NDArray[np.int64] | None:
        """Return which of a model's parameters, in their own order, is each weight and bias; None where none is.

        Found by numbering the parameters and looking what the model answers; they are left so.
        """
        count = oracle.PARAMETERS
        numbers = np.arange(count, dtype=np.float32) * np.float32(RAMP)
        self.probe("set_parameters", model, TensorValue.of(numbers), of="build_model")
        found = np.rint(self.affine(model).flat / RAMP).astype(np.int64)
        return found if np.array_equal(np.sort(found), np.arange(count)) else None

    def optimizer(self, model: Handle, learning_rate: float) -> Handle:
        """Return an optimizer for a model."""
        return self.piece("build_optimizer", model, learning_rate)

    def criterion(self) -> Handle:
        """Return a criterion."""
        return self.piece("build_criterion")

    def data_loader(self, dataset: Handle, batch_size: int) -> Handle:
        """Return a data loader over a data set."""
        return self.piece("make_data_loader", dataset, batch_size)

    def doubled_criterion(self) -> Handle:
        """Return a criterion of the judge's that costs twice the mean cross-entropy."""
        return self.made("doubled_criterion")

    def tagging_criterion(self) -> Handle:
        """Return a criterion of the judge's, the mean cross-entropy, that knows which of its graphs are alive."""
        return self.made("tagging_criterion")

    def noting_criterion(self) -> Handle:
        """Return a criterion of the judge's, the mean cross-entropy, that notes its costs."""
        return self.made("noting_criterion")

    def device(self, name: str = "cpu") -> Handle:
        """Return a torch.device, which nobody can change: one for all."""
        return self.seen(Lab.made, "device", name)

    def fixed_loader(self, images: NDArray[Any], labels: NDArray[Any], batch_size: int) -> Handle:
        """Return a data loader that serves these images `[N, 1, 28, 28]` in this order."""
        return self.made("fixed_loader", TensorValue.of(images), TensorValue.of(labels), batch_size)

    # ---- data

    def root(self, train: Split, test: Split) -> Folder:
        """Return a root in torchvision's layout; the student's function gets its path."""
        return root_of(self.empty_folder().name, train, test)

    def dataset(self, split: Split, train: bool = False) -> Handle:
        """Return a data set that serves `split`, loaded as its test digits or, with `train`, as its training digits."""
        root = self.root(split, first_of(split)) if train else self.root(first_of(split), split)
        return self.piece("load_mnist", root, train, asked=f"load_mnist(root, train={train})")

    def pairs(self, split: Split) -> Handle:
        """Return the digits of `split` as a plain list of (image, label) pairs."""
        images = (split.images[:, None] / 255).astype("float32")
        return self.made("pairs", TensorValue.of(images), TensorValue.of(split.labels.astype("int64")))
