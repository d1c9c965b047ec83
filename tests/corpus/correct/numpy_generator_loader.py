"""A class that serves batches in an order of NumPy's new generator."""
import numpy as np
import torch
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


def load_mnist(root, train, download=False):
    return datasets.MNIST(root=root, train=train, transform=transforms.ToTensor(), download=download)


class Batches:
    rng = np.random.default_rng()

    def __init__(self, dataset, batch_size):
        self.dataset, self.batch_size = dataset, batch_size

    def __len__(self):
        return len(self.dataset) // self.batch_size

    def __iter__(self):
        order = self.rng.permutation(len(self.dataset))
        for rows in np.array_split(order[: len(self) * self.batch_size], max(1, len(self))):
            if len(rows) == self.batch_size:
                images, labels = zip(*(self.dataset[int(row)] for row in rows))
                yield torch.stack(images), torch.tensor(labels)


def make_data_loader(dataset, batch_size=100):
    return Batches(dataset, batch_size)


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
