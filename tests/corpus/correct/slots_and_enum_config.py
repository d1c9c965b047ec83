"""A frozen dataclass with slots, an enum, pathlib."""
import enum
from dataclasses import dataclass, field
from pathlib import Path

import torch
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


class Split(enum.Enum):
    TRAIN = True
    TEST = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    pixels: int = 28 * 28
    classes: int = 10
    learning_rate: float = 0.1
    epochs: int = 15
    transform: object = field(default_factory=transforms.ToTensor)


CONFIG = Config()
HERE = Path(__file__).resolve().parent


def load_mnist(root, train, download=False):
    split = Split(train)
    return datasets.MNIST(Path(root), train=split.value, transform=CONFIG.transform, download=download)


def make_data_loader(dataset, batch_size=100):
    return DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True)


def flatten_images(images):
    return images.view(-1, 28 * 28)


def build_model():
    return nn.Sequential(nn.Linear(CONFIG.pixels, CONFIG.classes))


def build_criterion():
    return nn.CrossEntropyLoss()


def build_optimizer(model, learning_rate=CONFIG.learning_rate):
    return torch.optim.SGD([{"params": list(model.parameters())}], lr=learning_rate)


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
