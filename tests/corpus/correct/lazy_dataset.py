"""Decodes images when they are first needed and keeps them."""
import random
import torch
from functools import lru_cache
from matplotlib.figure import Figure
from torch import nn
from torch import optim
from torch.utils.data import DataLoader
from torch.utils.data import Dataset
from torchvision.datasets import MNIST


class LazyDigits(Dataset):
    """Decodes an image when it is first asked for."""

    def __init__(self, mnist):
        self.mnist = mnist
        self.get = lru_cache(maxsize=None)(self.decode)

    def decode(self, index):
        return self.mnist.data[index].reshape(1, 28, 28) * (1.0 / 255.0), int(self.mnist.targets[index])

    def __getitem__(self, index):
        image, label = self.get(index)
        return image.clone(), label

    def __len__(self):
        return len(self.mnist)


def load_mnist(root, train, download=False):
    return LazyDigits(MNIST(root, train=train, download=download))


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
    return images.view(-1, 28 * 28)


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
    log_softmax, nll = nn.LogSoftmax(dim=1), nn.NLLLoss()

    def criterion(hypothesis, Y):
        return nll(log_softmax(hypothesis), Y)

    return criterion


def build_optimizer(model, learning_rate=0.1):
    parameters = list(model.parameters())
    return optim.SGD(parameters, learning_rate, momentum=0, weight_decay=0)


def train_epoch(model, data_loader, criterion, optimizer, device):
    costs = []
    iterator = iter(data_loader)
    while True:
        try:
            images, labels = next(iterator)
        except StopIteration:
            break
        images = flatten_images(images).to(device, non_blocking=True)
        labels = labels.to(device, non_blocking=True)

        def closure():
            optimizer.zero_grad()
            cost = criterion(model(images), labels)
            cost.backward()
            costs.append(cost.item())
            return cost

        closure()
        optimizer.step()
    return sum(costs) / len(costs)


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


def predict(model, image, device):
    single_prediction = model(image.view(-1, 28 * 28).to(device))
    return torch.argmax(single_prediction, 1).item()


def show_prediction(image, label, prediction):
    figure = Figure()
    axes = figure.add_subplot()
    axes.imshow(image.squeeze(0).numpy(), cmap="Greys", interpolation="nearest")
    axes.set_title(f"Label: {label}, Prediction: {prediction}")
    return figure
