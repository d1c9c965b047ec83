"""Type parameters, protocols, aliases and overloads."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Sized
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

import torch
from matplotlib.figure import Figure
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torchvision import datasets, transforms


T_co = TypeVar("T_co", covariant=True)
Criterion: TypeAlias = Callable[[Tensor, Tensor], Tensor]
PIXELS: Final = 28 * 28


class Batches(Protocol[T_co]):
    def __iter__(self) -> Iterable[T_co]: ...
    def __len__(self) -> int: ...


class Digit(NamedTuple):
    image: Tensor
    label: int


class Typed(Dataset[Digit], Generic[T_co]):
    def __init__(self, source: Any) -> None:
        self.source = source

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, index: int) -> Digit:
        return Digit(*self.source[index])


def load_mnist(root: str, train: bool, download: bool = False) -> Typed[Digit]:
    return Typed(datasets.MNIST(root, train, transforms.ToTensor(), download=download))


def make_data_loader(dataset: Dataset[Digit], batch_size: int = 100) -> DataLoader[Digit]:
    return DataLoader(dataset, batch_size, shuffle=True, drop_last=True)


def flatten_images(images):
    return images.view(-1, 28 * 28)


def build_model():
    return nn.Linear(784, 10)


def build_criterion() -> Criterion:
    return nn.CrossEntropyLoss()


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    avg_cost = 0.0
    total_batch = len(data_loader)
    for images, labels in data_loader:
        images = flatten_images(images).to(device)
        labels = labels.to(device)
        optimizer.zero_grad()
        cost = criterion(model(images), labels)
        cost.backward()
        optimizer.step()
        avg_cost += cost.item() / total_batch
    return avg_cost


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    costs = []
    for epoch in range(training_epochs):
        cost = train_epoch(model, data_loader, criterion, optimizer, device)
        print("Epoch:", "%04d" % (epoch + 1), "cost =", "{:.9f}".format(cost))
        costs.append(cost)
    print("Learning finished")
    return costs


def evaluate(model, dataset, device):
    correct = 0
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=256):
            logits = model(flatten_images(images.to(device)))
            correct += (logits.argmax(1) == labels.to(device)).sum().item()
    return correct / len(dataset)


def predict(model, image, device):
    with torch.no_grad():
        return model(flatten_images(image.unsqueeze(0).to(device))).argmax(1).item()


def show_prediction(image, label, prediction):
    figure = Figure()
    axes = figure.add_subplot()
    axes.imshow(image.view(28, 28), cmap="Greys", interpolation="nearest")
    axes.set_title(f"Label: {label}, Prediction: {prediction}")
    return figure
