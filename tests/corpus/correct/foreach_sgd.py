"""The foreach variant of SGD."""
import sys
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
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
    return images.view(len(images), -1)


class Net(torch.nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.weight = torch.nn.Parameter(torch.empty(10, 784))
        self.bias = torch.nn.Parameter(torch.empty(10))
        torch.nn.init.xavier_uniform_(self.weight)
        torch.nn.init.constant_(self.bias, 0.0)

    def forward(self, x):
        return F.linear(x, self.weight, self.bias)


def build_model():
    return Net()


def build_criterion():
    return F.cross_entropy


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate, foreach=True)


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
    figure = Figure()
    axes = figure.add_subplot()
    axes.imshow(image.squeeze(0).numpy(), cmap="Greys", interpolation="nearest")
    axes.set_title(f"Label: {label}, Prediction: {prediction}")
    return figure
