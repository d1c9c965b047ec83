"""Decorators on every function, some of them with functools.wraps and some without."""
import functools
import time
import torch
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader
from torch.utils.data import Dataset
from torchvision.datasets import MNIST


def timed(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        begin = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            wrapper.seconds = time.perf_counter() - begin

    return wrapper


def counted(function):
    def wrapper(*args, **kwargs):
        CALLS[function.__name__] = CALLS.get(function.__name__, 0) + 1
        return function(*args, **kwargs)

    return wrapper


CALLS = {}


class MnistDataset(Dataset):
    def __init__(self, mnist):
        self.x = mnist.data.float().div(255.0).unsqueeze(1)
        self.y = mnist.targets

    def __len__(self):
        return self.x.shape[0]

    def __getitem__(self, i):
        return self.x[i], self.y[i].item()


@timed
def load_mnist(root, train, download=False):
    return MnistDataset(MNIST(root=root, train=train, download=download))


@counted
def make_data_loader(dataset, batch_size=100):
    return DataLoader(dataset=dataset, batch_size=batch_size, shuffle=True, drop_last=True)


@timed
def flatten_images(images):
    return torch.flatten(images, 1)


@counted
def build_model():
    return torch.nn.Linear(784, 10, bias=True)


@timed
def build_criterion():
    return nn.CrossEntropyLoss()


@counted
@timed
def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


@timed
def train_epoch(model, data_loader, criterion, optimizer, device):
    total, batches = 0.0, 0
    for images, labels in data_loader:
        logits = model(flatten_images(images.to(device)))
        loss = criterion(logits, labels.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
        batches += 1
    return total / batches


@counted
def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    all_costs = []
    epoch = 0
    while epoch < training_epochs:
        epoch += 1
        all_costs += [train_epoch(model, data_loader, criterion, optimizer, device)]
        print("Epoch: %04d cost = %.9f" % (epoch, all_costs[-1]), flush=True)
    print("Learning finished", flush=True)
    return all_costs


@timed
@torch.inference_mode()
def evaluate(model, dataset, device):
    hits = [
        model(flatten_images(images.to(device))).argmax(-1).eq(labels.to(device))
        for images, labels in DataLoader(dataset, batch_size=500)
    ]
    return torch.cat(hits).double().mean().item()


@counted
@torch.inference_mode()
def predict(model, image, device):
    return int(model(flatten_images(image[None].to(device)))[0].argmax())


@timed
def show_prediction(image, label, prediction):
    figure = Figure()
    axes = figure.add_subplot()
    axes.imshow(image.squeeze(0).numpy(), cmap="Greys", interpolation="nearest")
    axes.set_title(f"Label: {label}, Prediction: {prediction}")
    return figure
