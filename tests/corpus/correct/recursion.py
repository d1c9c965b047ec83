"""Recursion where others loop."""
import sys
import torch
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader
from torch.utils.data import Dataset
from torchvision.datasets import MNIST


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


def learn(batches, model, criterion, optimizer, device):
    batch = next(batches, None)
    if batch is None:
        return []
    images, labels = batch
    optimizer.zero_grad()
    cost = criterion(model(flatten_images(images.to(device))), labels.to(device))
    cost.backward()
    optimizer.step()
    return [cost.item()] + (learn(batches, model, criterion, optimizer, device))


def train_epoch(model, data_loader, criterion, optimizer, device):
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 10 * len(data_loader) + 1000))
    costs = learn(iter(data_loader), model, criterion, optimizer, device)
    return sum(costs) / len(costs)


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    def from_epoch(number):
        if number > training_epochs:
            print("Learning finished")
            return []
        cost = train_epoch(model, data_loader, criterion, optimizer, device)
        print(f"Epoch: {number:04d} cost = {cost:.9f}")
        return [cost, *from_epoch(number + 1)]

    return from_epoch(1)


def count_correct(model, dataset, device, start, stop):
    """Halve the data set until the pieces are small."""
    if stop - start > 100:
        middle = (start + stop) // 2
        left = count_correct(model, dataset, device, start, middle)
        return left + count_correct(model, dataset, device, middle, stop)
    if start == stop:
        return 0
    images, labels = zip(*(dataset[i] for i in range(start, stop)))
    guesses = model(flatten_images(torch.stack(images).to(device))).argmax(dim=1)
    return sum(guess == label for guess, label in zip(guesses.tolist(), labels))


def evaluate(model, dataset, device):
    with torch.no_grad():
        return count_correct(model, dataset, device, 0, len(dataset)) / len(dataset)


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
