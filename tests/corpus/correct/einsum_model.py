"""The weights of a digit form a picture."""
import numpy as np
import torch
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import BatchSampler, DataLoader, RandomSampler
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
    batches = BatchSampler(RandomSampler(dataset), batch_size=batch_size, drop_last=True)
    return DataLoader(dataset, batch_sampler=batches)


def flatten_images(images):
    return images.squeeze(dim=1).flatten(start_dim=1, end_dim=2)


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


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


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
    history = []
    for epoch in range(training_epochs):
        avg_cost = train_epoch(model, data_loader, criterion, optimizer, device)
        print(f"Epoch: {epoch + 1:04d} cost = {avg_cost:.9f}")
        history.append(avg_cost)
    print("Learning finished")
    return history


def evaluate(model, dataset, device):
    correct = 0
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=256):
            guesses = model(flatten_images(images.to(device))).argmax(dim=1)
            correct += (guesses == labels.to(device)).sum().item()
    return correct / len(dataset)


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
