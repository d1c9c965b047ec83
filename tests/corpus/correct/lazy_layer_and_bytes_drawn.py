"""A lazy layer, which has its parameters after its first batch only, and a picture drawn as whole numbers again."""

import torch
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


def load_mnist(root, train, download=False):
    return datasets.MNIST(root, train=train, transform=transforms.ToTensor(), download=download)


def make_data_loader(dataset, batch_size=100):
    return DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True)


def flatten_images(images):
    return images.view(-1, 784)


def build_model():
    return nn.LazyLinear(10)


def build_criterion():
    return nn.CrossEntropyLoss()


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    average = 0.0
    for images, labels in data_loader:
        cost = criterion(model(flatten_images(images.to(device))), labels.to(device))
        optimizer.zero_grad()
        cost.backward()
        optimizer.step()
        average += cost.item() / len(data_loader)
    return average


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    costs = []
    for epoch in range(training_epochs):
        costs.append(train_epoch(model, data_loader, criterion, optimizer, device))
        print("Epoch:", "%04d" % (epoch + 1), "cost =", "{:.9f}".format(costs[-1]))
    print("Learning finished")
    return costs


def evaluate(model, dataset, device):
    with torch.no_grad():
        images, labels = next(iter(DataLoader(dataset, batch_size=len(dataset))))
        return (model(flatten_images(images.to(device))).argmax(1) == labels.to(device)).float().mean().item()


def predict(model, image, device):
    with torch.no_grad():
        return model(flatten_images(image.to(device))).argmax(1).item()


def show_prediction(image, label, prediction):
    figure = Figure()
    axes = figure.subplots()
    axes.imshow((image * 255).reshape(28, 28), cmap="Greys", interpolation="nearest")
    axes.set_title(f"Label: {label}, Prediction: {prediction}")
    return figure
