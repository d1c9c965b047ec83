"""Calls everything by keyword."""
import torch
import torchvision
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader
from torch.utils.data import Dataset
from torchvision.datasets import MNIST


def load_mnist(root, train, download=False):
    return torchvision.datasets.MNIST(
        root=root, train=train, transform=torchvision.transforms.ToTensor(), target_transform=None, download=download
    )


def make_data_loader(dataset, batch_size=100):
    return DataLoader(dataset=dataset, batch_size=batch_size, shuffle=True, drop_last=True)


def flatten_images(images):
    return torch.flatten(input=images, start_dim=1, end_dim=-1)


def build_model():
    return torch.nn.Linear(784, 10, bias=True)


def build_criterion():
    return nn.CrossEntropyLoss()


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    total = 0.0
    for images, labels in data_loader:
        logits = model(flatten_images(images=images.to(device=device)))
        cost = criterion(logits, labels.to(device=device))
        optimizer.zero_grad(set_to_none=True)
        cost.backward(gradient=None, retain_graph=False)
        optimizer.step(closure=None)
        total += cost.item()
    return total / len(data_loader)


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    costs = []
    for epoch in range(training_epochs):
        cost = train_epoch(
            model=model, data_loader=data_loader, criterion=criterion, optimizer=optimizer, device=device
        )
        print("Epoch: {number:04d} cost = {cost:.9f}".format(number=epoch + 1, cost=cost), end="\n")
        costs.append(cost)
    print("Learning finished", end="\n")
    return costs


def evaluate(model, dataset, device):
    correct = 0
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=256):
            guesses = model(flatten_images(images.to(device))).argmax(dim=1)
            correct += (guesses == labels.to(device)).sum().item()
    return correct / len(dataset)


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
