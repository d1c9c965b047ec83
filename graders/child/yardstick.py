"""What speeds are told in: the lesson's loop over digits in memory (the yardstick), the lesson as it is, a limit.

The limit is the fastest way we know to do the same work. Child side: it runs in workers of its own, in the place of a
submission.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.optim import SGD, Optimizer
from torch.utils.data import DataLoader

if TYPE_CHECKING:
    from collections.abc import Iterator


class Shuffled:
    """Serve digits that lie in memory, as stand-ins load them, in shuffled batches, each looked up at once."""

    def __init__(self, digits: Any, batch_size: int) -> None:
        self._digits, self._batch_size = digits, batch_size

    def __len__(self) -> int:
        return len(self._digits) // self._batch_size

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        order = torch.randperm(len(self._digits))
        for rows in torch.split(order, self._batch_size)[: len(self)]:
            yield self._digits.images[rows], self._digits.labels[rows]


def make_data_loader(dataset: Any, batch_size: int = 100) -> Shuffled:
    """Shuffle and batch."""
    return Shuffled(dataset, batch_size)


def lessons_mnist(root: str, train: bool) -> Any:
    """Load the digits as the lesson does: each is decoded when it is asked for."""
    from torchvision import datasets, transforms  # type: ignore[import-untyped]  # seconds: only `bench` needs it

    return datasets.MNIST(root=root, train=train, transform=transforms.ToTensor())


def lessons_data_loader(dataset: Any, batch_size: int = 100) -> DataLoader[Any]:
    """Serve them as the lesson does."""
    return DataLoader(dataset=dataset, batch_size=batch_size, shuffle=True, drop_last=True)


def build_model() -> nn.Module:
    """Build the lesson's model."""
    return nn.Linear(784, 10, bias=True)


def build_criterion() -> nn.Module:
    """Build the lesson's criterion."""
    return nn.CrossEntropyLoss()


def build_optimizer(model: nn.Module, learning_rate: float = 0.1) -> Optimizer:
    """Build the lesson's optimizer."""
    return SGD(model.parameters(), lr=learning_rate)


def train_epoch(model: Any, data_loader: Any, criterion: Any, optimizer: Optimizer, device: Any) -> float:
    """Train as the lesson does, which adds up the costs together with their graphs."""
    average_cost: Tensor | float = 0.0
    total_batch = len(data_loader)
    for images, labels in data_loader:
        images = images.view(-1, 28 * 28).to(device)  # [B, 1, 28, 28] -> [B, 784]
        labels = labels.to(device)
        optimizer.zero_grad()
        cost = criterion(model(images), labels)
        cost.backward()
        optimizer.step()
        average_cost += cost / total_batch
    return float(torch.as_tensor(average_cost).detach())


@torch.no_grad()
def fused_train_epoch(model: Any, data_loader: Any, criterion: Any, optimizer: Optimizer, device: Any) -> float:
    """Train with the gradient written out: a step is two products of matrices and little else."""
    weight, bias = model.parameters()
    costs = []
    for images, labels in data_loader:
        rows, own = images.view(-1, 28 * 28).to(device), labels.to(device)[:, None]
        rate = optimizer.param_groups[0]["lr"] / len(rows)
        logs = torch.addmm(bias, rows, weight.t()).log_softmax(1)
        costs.append(-logs.gather(1, own).mean())
        gradient = logs.exp_().scatter_add_(1, own, torch.full_like(own, -1, dtype=logs.dtype))
        weight.addmm_(gradient.t(), rows, alpha=-rate)
        bias.sub_(gradient.sum(0), alpha=rate)
    return float(torch.stack(costs).mean())
