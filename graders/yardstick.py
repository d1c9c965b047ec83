"""The yardstick: the lesson's own training loop, as plain as the lesson has it. A submission's speed is told in it.

Child side: it runs in a worker of its own, in the place of a submission.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.optim import SGD, Optimizer


def build_model() -> nn.Module:
    """Build the lesson's model."""
    return nn.Linear(784, 10, bias=True)


def build_criterion() -> nn.Module:
    """Build the lesson's criterion."""
    return nn.CrossEntropyLoss()


def build_optimizer(model: nn.Module, learning_rate: float) -> Optimizer:
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
    return float(average_cost)
