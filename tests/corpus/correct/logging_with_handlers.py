"""Loggers and handlers beside the lines that are asked for."""
import logging
import sys

import torch
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms

logging.basicConfig(level=logging.INFO, stream=sys.stdout, force=True)
log = logging.getLogger(__name__)
log.addHandler(logging.StreamHandler(sys.stderr))
log.info("torch %s", torch.__version__)


def load_mnist(root, train, download=False):
    return datasets.MNIST(root=root, train=train, transform=transforms.ToTensor(), download=download)


def make_data_loader(dataset, batch_size=100):
    return DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True)


def flatten_images(images):
    return images.view(-1, 28 * 28)


def build_model():
    return nn.Linear(784, 10)


def build_criterion():
    return nn.CrossEntropyLoss()


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    model.train()
    total = 0.0
    for number, (images, labels) in enumerate(data_loader, start=1):
        optimizer.zero_grad(set_to_none=True)
        cost = criterion(model(flatten_images(images.to(device))), labels.to(device))
        cost.backward()
        optimizer.step()
        total += cost.item()
        if number % 100 == 0:
            log.info("batch %d of %d: %.4f", number, len(data_loader), cost)
    return total / number


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
