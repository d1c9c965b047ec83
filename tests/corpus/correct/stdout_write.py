"""Writes where others print."""
import numpy as np
import os
import sys
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from torch import nn
from torch import optim
from torch.utils.data import DataLoader
from torch.utils.data import Dataset
from torchvision.datasets import MNIST


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
    return DataLoader(dataset=dataset, batch_size=batch_size, shuffle=True, drop_last=True)


def flatten_images(images):
    return images.reshape(images.shape[0], 784)


class SoftmaxRegression(nn.Module):
    def __init__(self, pixels=784, digits=10):
        super().__init__()
        self.linear = nn.Linear(pixels, digits)

    def forward(self, x):
        return self.linear(x)


def build_model():
    return SoftmaxRegression()


def build_criterion():
    def cost_function(logits, labels):
        log_probabilities = F.log_softmax(logits, dim=1)
        return F.nll_loss(log_probabilities, labels)

    return cost_function


def build_optimizer(model, learning_rate=0.1):
    parameters = list(model.parameters())
    return optim.SGD(parameters, learning_rate, momentum=0, weight_decay=0)


def train_epoch(model, data_loader, criterion, optimizer, device):
    total, batches = 0.0, 0
    for images, labels in data_loader:
        logits = model(flatten_images(images.to(device)))
        loss = criterion(logits, labels.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
        batches += 1
    return total / batches


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    costs = [0.0] * training_epochs
    for number in range(1, training_epochs + 1):
        costs[number - 1] = train_epoch(model, data_loader, criterion, optimizer, device)
        sys.stdout.write("Epoch: " + str(number).zfill(4) + " cost = " + format(costs[number - 1], ".9f") + "\n")
    sys.stdout.write("Learning finished\n")
    sys.stdout.flush()
    return costs


def evaluate(model, dataset, device):
    images = np.stack([np.asarray(dataset[i][0]) for i in range(len(dataset))])
    labels = np.array([dataset[i][1] for i in range(len(dataset))])
    with torch.no_grad():
        logits = model(flatten_images(torch.from_numpy(images).to(device))).cpu().numpy()
    return float(np.mean(logits.argmax(axis=1) == labels))


def predict(model, image, device):
    with torch.no_grad():
        logits = model(flatten_images(image.reshape(1, 1, 28, 28).to(device))).squeeze(0).tolist()
    return logits.index(max(logits))


def show_prediction(image, label, prediction):
    fig = Figure(figsize=(5, 5), dpi=80)
    ax = fig.add_axes([0.1, 0.1, 0.8, 0.8])
    ax.imshow(np.asarray(image.cpu()).reshape(28, 28), interpolation="nearest", cmap="Greys", vmin=0, vmax=1)
    ax.set_title("Label: " + str(label) + "\nPrediction: " + str(prediction))
    ax.axis("off")
    return fig
