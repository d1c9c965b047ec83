"""Counters and a table of confusions, from which the accuracy comes."""
from collections import Counter, defaultdict

import torch
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


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
    table = torch.zeros(10, 10, dtype=torch.long)
    previous = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    try:
        for images, labels in DataLoader(dataset, batch_size=64, shuffle=False, num_workers=0):
            answers = torch.max(model(flatten_images(images.to(device))), 1)[1].cpu()
            table.index_put_((labels, answers), torch.tensor(1), accumulate=True)
    finally:
        torch.set_grad_enabled(previous)
    return (table.trace() / table.sum()).item()


def predict(model, image, device):
    with torch.no_grad():
        return model(flatten_images(image.unsqueeze(0).to(device))).argmax(1).item()


def show_prediction(image, label, prediction):
    figure = Figure()
    axes = figure.add_subplot()
    axes.imshow(image.view(28, 28), cmap="Greys", interpolation="nearest")
    axes.set_title(f"Label: {label}, Prediction: {prediction}")
    return figure
