"""Copies the data set into arrays and permutes them."""
import numpy as np
import os
import torch
from matplotlib.figure import Figure
from torch import nn
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


class NumpyLoader:
    def __init__(self, dataset, batch_size):
        pairs = [dataset[i] for i in range(len(dataset))]
        self.images = np.stack([image.numpy() for image, _ in pairs])
        self.labels = np.array([label for _, label in pairs], dtype=np.int64)
        self.batch_size = batch_size

    def __len__(self):
        return len(self.labels) // self.batch_size

    def __iter__(self):
        order = np.random.permutation(len(self.labels))
        for start in range(0, len(self) * self.batch_size, self.batch_size):
            rows = order[start:start + self.batch_size]
            yield torch.from_numpy(self.images[rows]), torch.from_numpy(self.labels[rows])


def make_data_loader(dataset, batch_size=100):
    return NumpyLoader(dataset, batch_size)


def flatten_images(images):
    rows = images.detach().cpu().numpy().reshape(len(images), 28 * 28)
    return torch.from_numpy(rows).to(images.device)


class Affine(nn.Module):
    def __init__(self):
        super().__init__()
        self.W = nn.Parameter(torch.zeros(784, 10))
        self.b = nn.Parameter(torch.zeros(10))

    def forward(self, x):
        return x @ self.W + self.b


def build_model():
    return Affine()


def build_criterion():
    def mean_cross_entropy(logits, labels):
        of_label = logits.gather(1, labels.unsqueeze(1)).squeeze(1)
        return torch.mean(torch.logsumexp(logits, dim=1) - of_label)

    return mean_cross_entropy


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    costs = []
    for images, labels in data_loader:
        model.zero_grad()
        cost = criterion(model(flatten_images(images.to(device))), labels.to(device))
        cost.backward()
        optimizer.step()
        costs.append(cost.detach().cpu().numpy())
    return float(np.mean(costs))


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    history = []
    for epoch in range(training_epochs):
        avg_cost = train_epoch(model, data_loader, criterion, optimizer, device)
        print(f"Epoch: {epoch + 1:04d} cost = {avg_cost:.9f}")
        history.append(avg_cost)
    print("Learning finished")
    return history


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
