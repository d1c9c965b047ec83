"""Data loaders of the judge's, for student code to go through. Child side, like `probes`."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

_UNSEEN = torch._C.DisableTorchFunction  # as it is before a submission is loaded


class _Fixed(DataLoader[Any]):
    """Serves the batches of two tensors as they lie there, a copy each time, as DataLoader does image by image.

    To fetch and put together the images of a small batch takes as long as half a step.
    """

    def __init__(self, images: Tensor, labels: Tensor, batch_size: int) -> None:
        super().__init__(TensorDataset(images, labels), batch_size)
        self._images, self._labels = torch.split(images, batch_size), torch.split(labels, batch_size)

    def __iter__(self) -> Any:
        for images, labels in zip(self._images, self._labels, strict=True):
            with _UNSEEN():  # or whoever watches what student code asks of torch sees it copy
                batch = [images.clone(), labels.clone()]
            yield batch


_Fixed.__name__ = DataLoader.__name__  # which stands in what student code raises


def fixed_loader(images: Tensor, labels: Tensor, batch_size: int) -> DataLoader[Any]:
    """Return a data loader that always serves the same batches in the same order."""
    return _Fixed(images, labels, batch_size)


class Batches:
    """Serves a data loader's batches and has nothing else of one: just what the contract promises.

    Its name and what it lacks stand in what student code raises.
    """

    def __init__(self, data_loader: Any) -> None:
        self._data_loader = data_loader

    def __len__(self) -> int:
        return len(self._data_loader)

    def __iter__(self) -> Any:
        return iter(self._data_loader)


def bare_loader(data_loader: Any) -> Batches:
    """Return a data loader that serves the same batches and can do no more."""
    return Batches(data_loader)


class _Shuffling:
    """Serves the same images in an order that is drawn anew for each epoch, as DataLoader draws it, and notes it."""

    def __init__(self, images: Tensor, labels: Tensor, batch_size: int) -> None:
        self._images, self._labels, self._batch_size = images, labels, batch_size
        self.orders: list[list[int]] = []

    def __len__(self) -> int:
        return len(self._images) // self._batch_size

    def __iter__(self) -> Any:
        order = torch.randperm(len(self._images))
        self.orders.append(order.tolist())
        for rows in torch.split(order, self._batch_size):
            yield self._images[rows], self._labels[rows]


def shuffling_loader(images: Tensor, labels: Tensor, batch_size: int) -> _Shuffling:
    """Return a data loader that notes in which orders it served its images."""
    return _Shuffling(images, labels, batch_size)


def orders_noted(data_loader: Any) -> list[list[int]]:
    """Return the order of each epoch that a shuffling loader began."""
    return list(data_loader.orders)
