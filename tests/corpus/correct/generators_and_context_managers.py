"""Generators, yield from, context managers."""
import torch
from contextlib import ExitStack, contextmanager
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader
from torch.utils.data import Dataset
from torchvision.datasets import MNIST


@contextmanager
def measuring(model):
    """Evaluation mode and no gradients, until the block ends."""
    was_training = model.training
    with torch.no_grad():
        model.eval()
        try:
            yield model
        finally:
            model.train(was_training)


@contextmanager
def gradients_of(cost, optimizer):
    optimizer.zero_grad()
    cost.backward()
    yield
    optimizer.step()


def on(device, batches):
    yield from ((images.to(device), labels.to(device)) for images, labels in batches)


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
    return torch.nn.Linear(784, 10, bias=True)


def build_criterion():
    return nn.CrossEntropyLoss()


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


def costs_of(model, data_loader, criterion, optimizer, device):
    for images, labels in on(device, data_loader):
        cost = criterion(model(flatten_images(images)), labels)
        with gradients_of(cost, optimizer):
            yield cost.item()


def train_epoch(model, data_loader, criterion, optimizer, device):
    costs = tuple(costs_of(model, data_loader, criterion, optimizer, device))
    return sum(costs) / len(costs)


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    history = []
    for epoch in range(training_epochs):
        avg_cost = train_epoch(model, data_loader, criterion, optimizer, device)
        print(f"Epoch: {epoch + 1:04d} cost = {avg_cost:.9f}")
        history.append(avg_cost)
    print("Learning finished")
    return history


def evaluate(model, dataset, device):
    def hits():
        for images, labels in on(device, DataLoader(dataset, batch_size=128)):
            yield from (model(flatten_images(images)).argmax(1) == labels).tolist()

    with measuring(model):
        return sum(hits()) / len(dataset)


def predict(model, image, device):
    with ExitStack() as stack:
        stack.enter_context(measuring(model))
        return int(model(flatten_images(image.unsqueeze(0).to(device))).argmax())


def show_prediction(image, label, prediction):
    figure = Figure()
    axes = figure.add_subplot()
    axes.imshow(image.squeeze(0).numpy(), cmap="Greys", interpolation="nearest")
    axes.set_title(f"Label: {label}, Prediction: {prediction}")
    return figure
