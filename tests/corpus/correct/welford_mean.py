"""A running mean."""
import numpy as np
import os
import sys
import torch
from torch import nn
from torch.utils.data import DataLoader
from torch.utils.data import Dataset
from torchvision.datasets import MNIST
import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt


def read_idx(path):
    with open(path, "rb") as file:
        content = file.read()
    dimensions = content[3]
    shape = [int.from_bytes(content[4 + 4 * k: 8 + 4 * k], "big") for k in range(dimensions)]
    return np.frombuffer(content, dtype=np.uint8, offset=4 + 4 * dimensions).reshape(shape)


class IdxDigits(Dataset):
    def __init__(self, images, labels):
        self.images = images
        self.labels = labels

    def __getitem__(self, index):
        if not -len(self) <= index < len(self):
            raise IndexError(index)
        pixels = self.images[index].astype(np.float32) / np.float32(255)
        return torch.from_numpy(pixels).reshape(1, 28, 28), int(self.labels[index])

    def __len__(self):
        return len(self.labels)


def load_mnist(root, train, download=False):
    if download:
        MNIST(root, train=train, download=True)
    prefix = "train" if train else "t10k"
    folder = os.path.join(root, "MNIST", "raw")
    images = read_idx(os.path.join(folder, prefix + "-images-idx3-ubyte"))
    labels = read_idx(os.path.join(folder, prefix + "-labels-idx1-ubyte"))
    return IdxDigits(images, labels)


def make_data_loader(dataset, batch_size=100):
    shuffler = torch.Generator()
    shuffler.manual_seed(777)
    return DataLoader(dataset, batch_size, shuffle=True, drop_last=True, num_workers=0, generator=shuffler)


def flatten_images(images):
    return images.squeeze(dim=1).flatten(start_dim=1, end_dim=2)


class ConvScores(nn.Module):
    """A convolution whose kernel is as large as the image is an affine layer."""

    def __init__(self):
        super().__init__()
        self.kernel = nn.Conv2d(1, 10, kernel_size=28)

    def forward(self, x):
        return self.kernel(x.reshape(-1, 1, 28, 28)).flatten(1)


def build_model():
    return ConvScores()


def build_criterion():
    return nn.CrossEntropyLoss()


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    mean = 0.0
    for count, (images, labels) in enumerate(data_loader, 1):
        optimizer.zero_grad()
        cost = criterion(model(flatten_images(images.to(device))), labels.to(device))
        cost.backward()
        optimizer.step()
        mean += (cost.item() - mean) / count  # Welford
    return mean


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    costs = [0.0] * training_epochs
    for number in range(1, training_epochs + 1):
        costs[number - 1] = train_epoch(model, data_loader, criterion, optimizer, device)
        sys.stdout.write("Epoch: " + str(number).zfill(4) + " cost = " + format(costs[number - 1], ".9f") + "\n")
    sys.stdout.write("Learning finished\n")
    sys.stdout.flush()
    return costs


def confusion_matrix(model, dataset, device):
    matrix = torch.zeros(10, 10, dtype=torch.int64)
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=1000):
            guessed = model(flatten_images(images.to(device))).argmax(dim=1).cpu()
            matrix += torch.bincount(10 * labels + guessed, minlength=100).reshape(10, 10)
    return matrix


def evaluate(model, dataset, device):
    matrix = confusion_matrix(model, dataset, device)
    return matrix.trace().item() / matrix.sum().item()


def predict(model, image, device):
    single_prediction = model(image.view(-1, 28 * 28).to(device))
    return torch.argmax(single_prediction, 1).item()


def show_prediction(image, label, prediction):
    fig = plt.figure()
    plt.imshow(image.view(28, 28), cmap='Greys', interpolation='nearest')
    plt.title('Label: {} Prediction: {}'.format(label, prediction))
    return fig
