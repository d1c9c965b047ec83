"""Joins the lines of an image one after the other."""
import numpy as np
import random
import sys
import torch
import torch.nn.functional as F
import torchvision
from torch.utils.data import DataLoader, Subset


def load_mnist(root, train, download=False):
    decode = lambda picture: torch.from_numpy(np.array(picture, dtype=np.float32)[None] / 255)
    return torchvision.datasets.MNIST(root, train, transform=decode, target_transform=int, download=download)


class PythonLoader:
    def __init__(self, dataset, batch_size):
        self.dataset, self.batch_size = dataset, batch_size

    def __len__(self):
        return len(self.dataset) // self.batch_size

    def __iter__(self):
        indices = list(range(len(self.dataset)))
        random.shuffle(indices)
        while len(indices) >= self.batch_size:
            batch, indices = indices[:self.batch_size], indices[self.batch_size:]
            pairs = [self.dataset[i] for i in batch]
            yield torch.stack([image for image, _ in pairs]), torch.LongTensor([label for _, label in pairs])


def make_data_loader(dataset, batch_size=100):
    return PythonLoader(dataset, batch_size)


def flatten_images(images):
    lines = images[:, 0].unbind(dim=1)
    return torch.cat(lines, dim=1)


class Scores(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.register_parameter("bias", torch.nn.Parameter(torch.zeros(1, 10)))
        self.register_parameter("weight", torch.nn.Parameter(torch.randn(10, 784) / 28))

    def forward(self, images):
        return torch.mm(images, self.weight.t()).add(self.bias)


def build_model():
    return Scores()


def build_criterion():
    return lambda logits, labels: -(F.one_hot(labels, 10) * torch.log_softmax(logits, 1)).sum(1).mean()


class PlainSGD(torch.optim.Optimizer):
    def __init__(self, parameters, lr):
        super().__init__(parameters, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    parameter.add_(parameter.grad, alpha=-group["lr"])


def build_optimizer(model, learning_rate=0.1):
    return PlainSGD(model.parameters(), lr=learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    optimizer.zero_grad()
    costs = []
    for images, labels in data_loader:
        images, labels = images.to(device), labels.to(device)
        cost = criterion(model(flatten_images(images)), labels)
        cost.backward()
        optimizer.step()
        optimizer.zero_grad()
        costs.append(float(cost.detach()))
    return sum(costs) / len(costs)


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    costs = [0.0] * training_epochs
    for number in range(1, training_epochs + 1):
        costs[number - 1] = train_epoch(model, data_loader, criterion, optimizer, device)
        sys.stdout.write("Epoch: " + str(number).zfill(4) + " cost = " + format(costs[number - 1], ".9f") + "\n")
    sys.stdout.write("Learning finished\n")
    sys.stdout.flush()
    return costs


def count_right(model, some_digits, device):
    images, labels = next(iter(DataLoader(some_digits, batch_size=len(some_digits))))
    return int((model(flatten_images(images.to(device))).argmax(dim=1) == labels.to(device)).sum())


def evaluate(model, dataset, device):
    size = 500
    starts = range(0, len(dataset), size)
    chunks = [Subset(dataset, range(start, min(start + size, len(dataset)))) for start in starts]
    with torch.no_grad():
        return sum(count_right(model, chunk, device) for chunk in chunks) / len(dataset)


def predict(model, image, device):
    with torch.no_grad():
        probabilities = F.softmax(model(flatten_images(torch.stack([image]).to(device))), dim=1)
        confidence, digit = probabilities.max(dim=1)
    return int(digit)


def show_prediction(image, label, prediction):
    import matplotlib.pyplot as plt

    fig, ax = plt.subplots(figsize=(3, 3))
    ax.imshow(image[0], cmap=plt.get_cmap("Greys"), interpolation="nearest")
    ax.set(title="label %d - prediction %d" % (label, prediction), xticks=[], yticks=[])
    plt.close(fig)
    return fig
