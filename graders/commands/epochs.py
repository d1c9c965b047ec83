"""Those whose whole epochs are compared: submissions with their own pieces, and our own three. Judge side."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from graders.harness.judge.lab import Shared
from graders.harness.judge.notes import Notes
from graders.harness.timing.process_tree import ProcessTree
from graders.measuring import oracle, throughput
from graders.measuring.pieces import Lab, first_of, root_of
from graders.measuring.throughput import Runner
from graders.mistakes.throughput import slowness
from graders.spec import SPEC

if TYPE_CHECKING:
    from graders.digits.idx import Split
    from graders.harness.base.model import Handle
    from graders.harness.judge.submission import Submission

FILE = Path(__file__).parents[1] / "child" / "yardstick.py"
PIECES = {  # of our own three: what serves the digits, what trains
    "lesson": ("lessons_data_loader", "train_epoch"),
    "yardstick": ("make_data_loader", "train_epoch"),
    "limit": ("make_data_loader", "fused_train_epoch"),
}


def ours(submission: Submission, split: Split, name: str) -> Runner:
    """Set up one of our own three."""
    serve, function = PIECES[name]
    root = root_of("root", split, first_of(split))
    decoded_singly = submission.call("lessons_mnist", root, True, keep=True) if name == "lesson" else None
    dataset = decoded_singly or submission.standin("load_mnist", root, True)
    loader = submission.call(serve, dataset.value, throughput.BATCH, keep=True).value
    ask, pieces = throughput.lessons(submission, function)
    stage = ask("stage", *pieces, loader, "cpu", keep=True).value
    return Runner(ask, stage, np.arange(oracle.PARAMETERS), ProcessTree(submission.pid), function)


def theirs(submission: Submission, split: Split) -> tuple[Runner, tuple[str, ...]]:
    """Set up a submission with its own pieces, and say what makes it slow. Raises CheckFailed and Unwritten."""
    lab = Lab(SPEC, submission, 0, Notes(), Shared())
    pieces, layout = throughput.own_pieces(lab)
    loader = lab.data_loader(lab.dataset(split, train=True), throughput.BATCH)
    reasons = (*_fetching(lab, loader, len(split.labels)), *_training(lab))
    stage = lab.made("stage", *pieces, loader, "cpu")
    ask = partial(lab.probe, of="train_epoch", bare=True)
    return Runner(ask, stage, layout, ProcessTree(submission.pid)), reasons


def _fetching(lab: Lab, loader: Handle, images: int) -> list[str]:
    """Return what serving an epoch does for each image by itself."""
    called = cast("list[tuple[str, int]]", lab.probe("fetching", loader, of="make_data_loader").value)
    often = [name for name, count in called if count >= images // throughput.BATCH * throughput.BATCH]
    decodes = any("ToTensor" in name or "to_tensor" in name for name in often)
    singly = any(name.endswith("__getitem__") for name in often)
    return ["decodes"] if decodes else ["singly"] if singly else []


def _training(lab: Lab) -> list[str]:
    return [named.name for named in slowness.WORK.explain(lab)]
