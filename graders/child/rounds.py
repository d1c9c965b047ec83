"""Rounds of training that the judge times. Child side: nothing here looks at a clock.

Everything that student code could prepare for, start and batches, arrives with the request itself; the reply brings
the trained parameters, which are the proof that all the work was done.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from .contents import parameters

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

BATCH = 100  # images of a batch, the lesson's
MOST_CALLED = 40  # functions that are told of


@dataclass(frozen=True, slots=True)
class Stage:
    """What stays from round to round: the pieces, and the images that batches are cut from, or a data loader."""

    model: Any
    criterion: Any
    optimizer: Any
    data: Any  # images [N, 1, 28, 28], or a data loader
    device: torch.device


class Served(Dataset[Any]):
    """The images of some batches one by one, for whoever asks a data loader for its data set."""

    def __init__(self, pool: Tensor, rows: Tensor, labels: Tensor) -> None:
        self._pool, self._rows, self._labels = pool, rows, labels

    def __len__(self) -> int:
        return self._labels.numel()

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        batch, place = divmod(index, BATCH)
        return self._pool[self._rows[batch] + place], self._labels[batch, place]


class Batches(DataLoader[Any]):
    """Serve the batches that begin at some rows of a pool of images, as they lie there: serving them takes no time."""

    def __init__(self, pool: Tensor, rows: Tensor, labels: Tensor) -> None:
        super().__init__(Served(pool, rows, labels), batch_size=BATCH)
        self._pool, self._rows, self._labels = pool, rows.tolist(), labels

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]  # DataLoader's own iterator is a class of its own
        for row, labels in zip(self._rows, self._labels, strict=True):
            yield self._pool[row : row + BATCH], labels


def device_name(name: str) -> str | None:
    """Return what the GPU `name` calls itself, None where there is none."""
    if not torch.cuda.is_available():
        return None
    return f"{torch.cuda.get_device_name(name)}, CUDA {torch.version.cuda}"


def stage(model: Any, criterion: Any, optimizer: Any, data: Any, device: str) -> Stage:
    """Return what the rounds will use."""
    return Stage(model.to(device), criterion, optimizer, data, torch.device(device))


def set_parameters(model: Any, values: Tensor) -> None:
    """Set all parameters, one after the other, from one row of numbers."""
    start = 0
    with torch.no_grad():
        for parameter in parameters(model):
            stop = start + parameter.numel()
            parameter.copy_(values[start:stop].view(parameter.shape))
            start = stop


def timed_epoch(stage: Stage, start: Tensor, rows: Tensor, labels: Tensor) -> Tensor:
    """Train one epoch with the submission's own function, from a given start over given batches.

    `start` `[7850]`, `rows` `[steps]`, the first row of each batch in the pool, `labels` `[steps, 100]`. Returns the
    parameters after it, `[7850]`. Reading them waits for all that the device has still to do.
    """
    _same_for_all()
    set_parameters(stage.model, start)
    batches = Batches(stage.data, rows, labels)
    sys.modules["lab"].train_epoch(stage.model, batches, stage.criterion, stage.optimizer, stage.device)
    return _parameters(stage)


def whole_epoch(stage: Stage, start: Tensor, function: str) -> tuple[Tensor, Any]:
    """Train one epoch over the stage's own data loader with a function of the submission's.

    Returns the parameters after it, `[7850]`, and what the function returned.
    """
    _same_for_all()
    set_parameters(stage.model, start)
    train = getattr(sys.modules["lab"], function)
    cost = train(stage.model, stage.data, stage.criterion, stage.optimizer, stage.device)
    return _parameters(stage), cost


def train_epochs(model: Any, data_loader: Any, criterion: Any, optimizer: Any, device: Any, epochs: int) -> None:
    """Train some epochs with the submission's own `train_epoch`."""
    for _ in range(epochs):
        sys.modules["lab"].train_epoch(model, data_loader, criterion, optimizer, device)


def fetching(data_loader: Any) -> list[tuple[str, int]]:
    """Return the Python functions that serving one epoch calls, with the number of calls, the most called first."""
    calls: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            calls[frame.f_code.co_qualname] += 1

    sys.setprofile(count)
    try:
        for _ in data_loader:
            pass
    finally:
        sys.setprofile(None)
    return calls.most_common(MOST_CALLED)


def _parameters(stage: Stage) -> Tensor:
    """Return all parameters in a row; reading them waits for what the device has still to do."""
    if stage.device.type == "cuda":
        torch.cuda.synchronize(stage.device)  # side streams too
    return torch.cat([parameter.detach().flatten().cpu() for parameter in parameters(stage.model)])


def _same_for_all() -> None:
    """Undo what would make one side faster by other means than its loop: threads, lower precision."""
    if torch.get_num_threads() != 1:
        torch.set_num_threads(1)
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
