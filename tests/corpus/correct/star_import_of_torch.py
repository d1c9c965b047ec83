"""Star imports of torch and its parts, and __all__."""
from matplotlib.figure import *
from torch import *
from torch.nn import *
from torch.nn.functional import *
from torch.optim import *
from torch.utils.data import *
from torchvision import datasets, transforms
from builtins import *  # torch has a range, a sum, … of its own
import torch


__all__ = [
    "load_mnist", "make_data_loader", "flatten_images", "build_model", "build_criterion", "build_optimizer",
    "train_epoch", "train", "evaluate", "predict", "show_prediction",
]


def load_mnist(root, train, download=False):
    return datasets.MNIST(root=root, train=train, transform=transforms.ToTensor(), download=download)


def make_data_loader(dataset, batch_size=100):
    return DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True)


def flatten_images(images):
    return images.view(-1, 28 * 28)


def build_model():
    return Linear(784, 10)


def build_criterion():
    return CrossEntropyLoss()


def build_optimizer(model, learning_rate=0.1):
    return SGD(model.parameters(), lr=learning_rate)


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
