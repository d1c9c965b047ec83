"""Those whose whole epochs are compared: submissions with their own pieces, and our own three. Judge side."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from . import measure, throughput
from .harness.grading import Notes
from .harness.model import Folder, Handle, TensorValue
from .harness.process_tree import ProcessTree
from .idx import Split, root_files
from .mistakes import slowness
from .pieces import Lab, Shared

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from .harness.model import Evidence
    from .harness.submission import Submission

FILE = Path(__file__).with_name("yardstick.py")
BATCH = 100
# Of our own three: what loads the digits, what serves them, what trains.
PIECES = {
    "lesson": ("lessons_mnist", "lessons_data_loader", "train_epoch"),
    "yardstick": ("load_mnist", "make_data_loader", "train_epoch"),
    "limit": ("load_mnist", "make_data_loader", "fused_train_epoch"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Racer:
    """A worker that trains a whole epoch when it is told to."""

    ask: Callable[..., Evidence]
    stage: object
    layout: NDArray[np.int64]
    function: str
    tree: ProcessTree

    def go(self, start: NDArray[np.float32]) -> Evidence:
        """Have it train from `start` `[7850]`; its parameters and what it returned are back when this returns."""
        own = np.empty_like(start)
        own[self.layout] = start
        return self.ask("whole_epoch", self.stage, TensorValue.of(own), self.function)


def ours(submission: Submission, split: Split, name: str) -> Racer:
    """Set up one of our own three."""
    load, serve, function = PIECES[name]

    def build(piece: str, *args: Any) -> object:
        return submission.call(piece, *args, keep=True).value

    def ask(probe: str, *args: Any, keep: bool = False) -> Evidence:
        return submission.probe(probe, *args, function=function, keep=keep, seed=None)

    files = {file: np.frombuffer(content, np.uint8) for file, content in root_files(split, _one(split)).items()}
    loader = build(serve, build(load, Folder("root", files), True), BATCH)
    model = build("build_model")
    pieces = model, build("build_criterion"), build("build_optimizer", model, measure.LEARNING_RATE)
    stage = ask("stage", *pieces, loader, "cpu", keep=True).value
    return Racer(ask, stage, np.arange(measure.PARAMETERS), function, ProcessTree(submission.pid))


def _one(split: Split) -> Split:
    return Split(split.images[:1], split.labels[:1])


def theirs(submission: Submission, split: Split) -> tuple[Racer, tuple[str, ...]]:
    """Set up a submission with its own pieces, and say what makes it slow. Raises CheckFailed and Unwritten."""
    lab = Lab(submission, 0, Notes(), Shared())
    lab.require("train_epoch")
    model = lab.model()
    layout = throughput.layout(lab, model)
    if layout is None:
        model = lab.standin("build_model")
        layout = throughput.layout(lab, model)
    loader = lab.data_loader(lab.dataset(split, train=True), BATCH)
    reasons = (*_fetching(lab, loader, len(split.labels)), *_training(lab))
    stage = lab.made("stage", model, lab.criterion(), lab.optimizer(model, measure.LEARNING_RATE), loader, "cpu")

    def ask(probe: str, *args: Any) -> Evidence:
        return lab.probe(probe, *args, of="train_epoch", bare=True)

    tree = ProcessTree(submission.pid)
    return Racer(ask, stage, cast("NDArray[np.int64]", layout), "train_epoch", tree), reasons


def _fetching(lab: Lab, loader: Handle, images: int) -> list[str]:
    """Return what serving an epoch does for each image by itself."""
    called = cast("list[tuple[str, int]]", lab.probe("fetching", loader, of="make_data_loader").value)
    often = [name for name, count in called if count >= images // BATCH * BATCH]
    decodes = any("ToTensor" in name or "to_tensor" in name for name in often)
    singly = any(name.endswith("__getitem__") for name in often)
    return ["decodes"] if decodes else ["singly"] if singly else []


def _training(lab: Lab) -> list[str]:
    return [named.name for named in slowness.WORK.explain(lab)]
