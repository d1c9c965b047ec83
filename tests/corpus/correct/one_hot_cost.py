"""The formula of the cost, with one-hot labels."""
import numpy as np
import torch
import torch.nn.functional as F
import torchvision
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader


class MNIST(torchvision.datasets.MNIST):  # torchvision names the folder after the class
    """MNIST without the detour over PIL."""

    def __getitem__(self, index):
        image = self.data[index].to(torch.float32) / 255
        return image[None], int(self.targets[index])


def load_mnist(root, train, download=False):
    return MNIST(str(root), train=bool(train), download=download)


def make_data_loader(dataset, batch_size=100):
    return DataLoader(dataset=dataset, batch_size=batch_size, shuffle=True, drop_last=True)


def flatten_images(images):
    return images.view(-1, 28 * 28)


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
    return lambda logits, labels: -(F.one_hot(labels, 10) * torch.log_softmax(logits, 1)).sum(1).mean()


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


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
    all_costs = []
    epoch = 0
    while epoch < training_epochs:
        epoch += 1
        all_costs += [train_epoch(model, data_loader, criterion, optimizer, device)]
        print("Epoch: %04d cost = %.9f" % (epoch, all_costs[-1]), flush=True)
    print("Learning finished", flush=True)
    return all_costs


def evaluate(model, dataset, device):
    before = torch.is_grad_enabled()
    torch.set_grad_enabled(False)
    try:
        counts = 0
        for images, labels in DataLoader(dataset, batch_size=64):
            best = model(flatten_images(images.to(device))).topk(1).indices.squeeze(1)
            counts += int((best.cpu() == labels).sum())
    finally:
        torch.set_grad_enabled(before)
    return counts / len(dataset)


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
