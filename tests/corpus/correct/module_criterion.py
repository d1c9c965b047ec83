"""The criterion is a module of its own."""
import numpy as np
import os
import sys
import torch
from matplotlib.figure import Figure
from torch import nn
from torch.func import functional_call
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


class BatchServer:
    def __init__(self, dataset, batch_size):
        self.dataset = dataset
        self.batch_size = batch_size

    def __len__(self):
        return len(self.dataset) // self.batch_size

    def __iter__(self):
        order = torch.randperm(len(self.dataset)).tolist()
        for k in range(len(self)):
            chosen = [self.dataset[i] for i in order[k * self.batch_size:(k + 1) * self.batch_size]]
            images, labels = zip(*chosen)
            yield torch.stack(images), torch.tensor(labels, dtype=torch.int64)


def make_data_loader(dataset, batch_size=100):
    return BatchServer(dataset, batch_size)


def flatten_images(images):
    lines = images[:, 0].unbind(dim=1)
    return torch.cat(lines, dim=1)


class EinsumModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(0.01 * torch.randn(10, 28, 28))
        self.bias = nn.Parameter(torch.zeros(10))

    def forward(self, rows):
        pictures = rows.reshape(-1, 28, 28)
        return torch.einsum("bhw,dhw->bd", pictures, self.weight) + self.bias


def build_model():
    return EinsumModel()


class CrossEntropy(nn.Module):
    def forward(self, logits, labels):
        targets = torch.eye(10, device=logits.device)[labels]
        surprise = -logits.log_softmax(dim=-1)
        return torch.einsum("bc,bc->", targets, surprise) / labels.numel()


def build_criterion():
    return CrossEntropy()


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
    total = torch.zeros((), device=device)
    for images, labels in data_loader:
        optimizer.zero_grad()
        cost = criterion(model(flatten_images(images.to(device))), labels.to(device))
        cost.backward()
        optimizer.step()
        total += cost.detach()
    return float(total / len(data_loader))


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    costs = [0.0] * training_epochs
    for number in range(1, training_epochs + 1):
        costs[number - 1] = train_epoch(model, data_loader, criterion, optimizer, device)
        sys.stdout.write("Epoch: " + str(number).zfill(4) + " cost = " + format(costs[number - 1], ".9f") + "\n")
    sys.stdout.write("Learning finished\n")
    sys.stdout.flush()
    return costs


def evaluate(model, dataset, device):
    state = {name: tensor.detach() for name, tensor in model.state_dict().items()}
    correct = torch.zeros((), dtype=torch.int64, device=device)
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=200):
            logits = functional_call(model, state, (flatten_images(images.to(device)),))
            correct += torch.count_nonzero(logits.argmax(dim=1) == labels.to(device))
    return correct.item() / len(dataset)


@torch.inference_mode()
def predict(model, image, device):
    return int(model(flatten_images(image[None].to(device)))[0].argmax())


def show_prediction(image, label, prediction):
    figure = Figure()
    axes = figure.add_subplot()
    axes.imshow(image.squeeze(0).numpy(), cmap="Greys", interpolation="nearest")
    axes.set_title(f"Label: {label}, Prediction: {prediction}")
    return figure
