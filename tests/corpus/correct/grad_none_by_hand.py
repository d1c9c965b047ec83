"""Throws the gradients away by hand."""
import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import BatchSampler, DataLoader, RandomSampler
from torch.utils.data import DataLoader


class MNIST(torchvision.datasets.MNIST):  # torchvision names the folder after the class
    """MNIST without the detour over PIL."""

    def __getitem__(self, index):
        image = self.data[index].to(torch.float32) / 255
        return image[None], int(self.targets[index])


def load_mnist(root, train, download=False):
    return MNIST(str(root), train=bool(train), download=download)


def make_data_loader(dataset, batch_size=100):
    batches = BatchSampler(RandomSampler(dataset), batch_size=batch_size, drop_last=True)
    return DataLoader(dataset, batch_sampler=batches)


def flatten_images(images):
    return images.reshape(images.shape[0], 784)


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
    return F.cross_entropy


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    seen = []
    for images, labels in data_loader:
        for parameter in model.parameters():
            parameter.grad = None
        cost = criterion(model(flatten_images(images.to(device))), labels.to(device))
        cost.backward()
        optimizer.step()
        seen.append(cost.item())
    return sum(seen) / len(seen)


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    all_costs = []
    epoch = 0
    while epoch < training_epochs:
        epoch += 1
        all_costs += [train_epoch(model, data_loader, criterion, optimizer, device)]
        print("Epoch: %04d cost = %.9f" % (epoch, all_costs[-1]), flush=True)
    print("Learning finished", flush=True)
    return all_costs


def evaluate(model, dataset, device):
    correct = 0
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=256):
            guesses = model(flatten_images(images.to(device))).argmax(dim=1)
            correct += (guesses == labels.to(device)).sum().item()
    return correct / len(dataset)


@torch.inference_mode()
def predict(model, image, device):
    return int(model(flatten_images(image[None].to(device)))[0].argmax())


def show_prediction(image, label, prediction):
    fig = Figure(figsize=(5, 5), dpi=80)
    ax = fig.add_axes([0.1, 0.1, 0.8, 0.8])
    ax.imshow(np.asarray(image.cpu()).reshape(28, 28), interpolation="nearest", cmap="Greys", vmin=0, vmax=1)
    ax.set_title("Label: " + str(label) + "\nPrediction: " + str(prediction))
    ax.axis("off")
    return fig
