"""Talks all the time: a bar on stderr, more lines on stdout."""
import sys
import torch
import warnings
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader
from torch.utils.data import Dataset
from torchvision.datasets import MNIST


print("Welcome to my MNIST lab!")
print("torch", torch.__version__, "CUDA:", torch.cuda.is_available())
warnings.simplefilter("always")


def bar(done, total):
    filled = 30 * done // max(total, 1)
    sys.stderr.write("\r[" + "#" * filled + "." * (30 - filled) + f"] {done}/{total}")
    sys.stderr.flush()


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
    model = torch.nn.Linear(784, 10)
    print("my model:", model)
    return model


def build_criterion():
    return nn.CrossEntropyLoss()


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    total = 0.0
    for number, (images, labels) in enumerate(data_loader, start=1):
        optimizer.zero_grad()
        cost = criterion(model(flatten_images(images.to(device))), labels.to(device))
        cost.backward()
        optimizer.step()
        total += cost.item()
        bar(number, len(data_loader))
    sys.stderr.write("\n")
    return total / len(data_loader)


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    print("Here we go, on", device)
    costs = []
    for epoch in range(training_epochs):
        costs.append(train_epoch(model, data_loader, criterion, optimizer, device))
        print(f"Epoch: {epoch + 1:04d} cost = {costs[-1]:.9f}")
        print("best cost so far:", min(costs))
    print("Learning finished")
    return costs


def evaluate(model, dataset, device):
    warnings.warn("no augmentation here")
    correct = 0
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=256):
            correct += (model(flatten_images(images.to(device))).argmax(dim=1) == labels.to(device)).sum().item()
            bar(correct, len(dataset))
    print(f"\n{correct} of {len(dataset)} are right")
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
