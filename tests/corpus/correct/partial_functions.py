"""functools.partial in the place of functions."""
from functools import partial

import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


mnist_as_tensors = partial(datasets.MNIST, transform=transforms.ToTensor())


def load_mnist(root, train, download=False):
    return mnist_as_tensors(root, train=train, download=download)


def _loader(dataset, batch_size, **options):
    return DataLoader(dataset, batch_size, **options)


def make_data_loader(dataset, batch_size=100):
    return partial(_loader, shuffle=True, drop_last=True)(dataset, batch_size)


flatten_images = partial(torch.flatten, start_dim=1)


build_model = partial(nn.Linear, in_features=784, out_features=10)


def build_criterion():
    return partial(F.cross_entropy, reduction="mean")


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
