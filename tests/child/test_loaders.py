"""Data loaders that the judge makes, beside those that torch makes."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.overrides import TorchFunctionMode
from torch.utils.data import DataLoader, TensorDataset

from graders.child import loaders

IMAGES = torch.rand(10, 1, 28, 28, generator=torch.Generator().manual_seed(1))
LABELS = torch.arange(10)


@pytest.mark.parametrize("size", [1, 4, 5, 10, 20])
def test_fixed_loader_serves_what_a_data_loader_serves(size):
    """The same batches in the same containers, the incomplete last one too, in each epoch, and the same lengths."""
    loader: Any = loaders.fixed_loader(IMAGES, LABELS, size)
    torchs: Any = DataLoader(TensorDataset(IMAGES, LABELS), size)
    assert (len(loader), loader.batch_size, len(loader.dataset)) == (len(torchs), size, 10)
    for _ in range(2):
        for batch, wanted in zip(loader, torchs, strict=True):
            assert type(batch) is type(wanted)
            assert all(map(torch.equal, batch, wanted))


def test_fixed_loaders_batches_are_copies():
    """Whoever scales a batch in place has done so for that epoch."""
    loader: Any = loaders.fixed_loader(IMAGES, LABELS, 4)
    for images, labels in loader:
        images.zero_()
        labels.zero_()
    assert torch.equal(torch.cat([images for images, _ in loader]), IMAGES)
    assert torch.equal(torch.cat([labels for _, labels in loader]), LABELS)


def test_fixed_loader_is_called_a_data_loader():
    """In what student code raises, and for whoever asks for its class."""
    loader: Any = loaders.fixed_loader(IMAGES, LABELS, 4)
    assert issubclass(type(loader), DataLoader)
    with pytest.raises(AttributeError, match="'DataLoader' object has no attribute 'images'"):
        _ = loader.images
    with pytest.raises(TypeError, match="'DataLoader' object is not subscriptable"):
        loader[0]


def test_fixed_loader_asks_nothing_in_student_codes_name():
    """What watches a loop that goes through it sees the loop's own calls."""
    seen = []

    class Watch(TorchFunctionMode):
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            seen.append(func)
            return func(*args, **(kwargs or {}))

    loader: Any = loaders.fixed_loader(IMAGES, LABELS, 4)
    with Watch():
        for images, _ in loader:
            images.add_(1)
    assert seen == [torch.Tensor.add_] * 3
