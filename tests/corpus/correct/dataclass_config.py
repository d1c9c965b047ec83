"""Settings in a data class, the epochs in another."""
import torch
from dataclasses import dataclass, field
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader
from torch.utils.data import Dataset
from torchvision.datasets import MNIST


@dataclass(frozen=True)
class Config:
    pixels: int = 28 * 28
    digits: int = 10
    test_batch: int = 700
    line: str = "Epoch: {epoch:04d} cost = {cost:.9f}"
    last_line: str = "Learning finished"


@dataclass
class Meter:
    total: float = 0.0
    count: int = 0
    history: list = field(default_factory=list)

    def add(self, value, weight=1):
        self.total += value * weight
        self.count += weight
        self.history.append(value)

    @property
    def mean(self):
        return self.total / self.count


CONFIG = Config()


class MnistDataset(Dataset):
    def __init__(self, mnist):
        self.x = mnist.data.float().div(255.0).unsqueeze(1)
        self.y = mnist.targets

    def __len__(self):
        return self.x.shape[0]

    def __getitem__(self, i):
        return self.x[i], self.y[i].item()


def load_mnist(root, train, download=False):
    return MnistDataset(MNIST(root=root, train=train, download=download))


def make_data_loader(dataset, batch_size=100):
    return DataLoader(dataset=dataset, batch_size=batch_size, shuffle=True, drop_last=True)


def flatten_images(images):
    return torch.flatten(images, 1)


def build_model():
    return torch.nn.Linear(CONFIG.pixels, CONFIG.digits)


def build_criterion():
    return nn.CrossEntropyLoss()


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    meter = Meter()
    for images, labels in data_loader:
        optimizer.zero_grad()
        cost = criterion(model(flatten_images(images.to(device))), labels.to(device))
        cost.backward()
        optimizer.step()
        meter.add(cost.item())
    return meter.mean


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    meter = Meter()
    for epoch in range(1, training_epochs + 1):
        meter.add(train_epoch(model, data_loader, criterion, optimizer, device))
        print(CONFIG.line.format(epoch=epoch, cost=meter.history[-1]))
    print(CONFIG.last_line)
    return meter.history


def evaluate(model, dataset, device):
    meter = Meter()
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=CONFIG.test_batch):
            guesses = model(flatten_images(images.to(device))).argmax(dim=1)
            for right in (guesses == labels.to(device)).tolist():
                meter.add(float(right))
    return meter.mean


def predict(model, image, device):
    with torch.no_grad():
        scores = model(flatten_images(image.unsqueeze(0).to(device)))
    return scores.argmax(dim=1).item()


def show_prediction(image, label, prediction):
    figure = Figure()
    axes = figure.add_subplot()
    axes.imshow(image.squeeze(0).numpy(), cmap="Greys", interpolation="nearest")
    axes.set_title(f"Label: {label}, Prediction: {prediction}")
    return figure
