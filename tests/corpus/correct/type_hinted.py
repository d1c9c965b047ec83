"""Typed from top to bottom."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from os import PathLike
from typing import Final, Protocol, TypeAlias, cast

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torchvision.datasets import MNIST

PIXELS: Final[int] = 28 * 28
CLASSES: Final[int] = 10
Criterion: TypeAlias = Callable[[Tensor, Tensor], Tensor]
Item: TypeAlias = tuple[Tensor, int]


class Batches(Protocol):
    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]: ...


class Digits(Dataset[Item]):
    def __init__(self, images: Tensor, labels: list[int]) -> None:
        self._images: Final[Tensor] = images
        self._labels: Final[list[int]] = labels

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, index: int) -> Item:
        return self._images[index], self._labels[index]


def load_mnist(root: str | PathLike[str], train: bool, download: bool = False) -> Digits:
    mnist: MNIST = MNIST(root, train=train, download=download)
    pixels: Tensor = mnist.data.to(dtype=torch.float32) / 255.0
    return Digits(pixels[:, None], mnist.targets.tolist())


def make_data_loader(dataset: Dataset[Item], batch_size: int = 100) -> Batches:
    return cast(Batches, DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True))


def flatten_images(images: Tensor) -> Tensor:
    return images.flatten(start_dim=1)


def build_model() -> nn.Module:
    return nn.Linear(PIXELS, CLASSES)


def build_criterion() -> Criterion:
    return nn.CrossEntropyLoss()


def build_optimizer(model: nn.Module, learning_rate: float = 0.1) -> torch.optim.Optimizer:
    return torch.optim.SGD(params=model.parameters(), lr=learning_rate)


def train_epoch(
    model: nn.Module, data_loader: Batches, criterion: Criterion, optimizer: torch.optim.Optimizer, device: torch.device
) -> float:
    costs: list[float] = []
    images: Tensor
    labels: Tensor
    for images, labels in data_loader:
        cost: Tensor = criterion(model(flatten_images(images.to(device))), labels.to(device))
        optimizer.zero_grad(set_to_none=True)
        cost.backward()
        optimizer.step()
        costs.append(cost.item())
    return sum(costs) / len(costs)


def train(
    model: nn.Module,
    data_loader: Batches,
    criterion: Criterion,
    optimizer: torch.optim.Optimizer,
    device: torch.device,
    training_epochs: int = 15,
) -> list[float]:
    costs: list[float] = []
    for epoch in range(1, training_epochs + 1):
        cost: float = train_epoch(model, data_loader, criterion, optimizer, device)
        print(f"Epoch: {epoch:04d} cost = {cost:.9f}")
        costs.append(cost)
    print("Learning finished")
    return costs


def evaluate(model: nn.Module, dataset: Dataset[Item], device: torch.device) -> float:
    correct: int = 0
    total: int = 0
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=1000):
            guesses: Tensor = model(flatten_images(images.to(device))).argmax(dim=1)
            correct += int((guesses == labels.to(device)).sum())
            total += len(labels)
    return correct / total


def predict(model: nn.Module, image: Tensor, device: torch.device) -> int:
    with torch.no_grad():
        return int(model(flatten_images(image.unsqueeze(0).to(device))).argmax(dim=1))


def show_prediction(image: Tensor, label: int, prediction: int) -> Figure:
    figure: Figure = Figure()
    axes: Axes = figure.add_subplot()
    axes.imshow(image.squeeze(0).numpy(), cmap="Greys", interpolation="nearest")
    axes.set_title(f"Label: {label} Prediction: {prediction}")
    return figure
