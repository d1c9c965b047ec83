"""Lab 7-2: read handwritten digits with softmax regression.

MNIST holds 60,000 training and 10,000 test images of handwritten digits, each 28 x 28 grey pixels. You will train the
smallest network there is, one linear layer and a softmax, to tell which of the ten digits an image shows. It reads
about 92 test images in 100 rightly after 15 epochs.

Write the functions below from top to bottom; each docstring says what its function takes, returns and has to mind.
`main` is given: it runs the whole lab.

    python lab.py --download    run the lab (the first time it fetches MNIST into MNIST_data/)
    pytest graders              see your score, and what to look at next

In the shapes, B is the batch size: [B, 1, 28, 28] is B images of 1 channel, 28 rows and 28 columns.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset  # noqa: F401 - for you to use
from torchvision import datasets  # noqa: F401 - for you to use

if TYPE_CHECKING:
    from matplotlib.figure import Figure



def load_mnist(root, train, download=False):
    import torchvision.transforms as transforms
    return datasets.MNIST(root=root, train=train, transform=transforms.ToTensor(), download=download)


def make_data_loader(dataset, batch_size=100):
    return DataLoader(dataset=dataset, batch_size=batch_size, shuffle=True, drop_last=True)


def flatten_images(images):
    return images.view(-1, 28 * 28)


def build_model():
    linear = torch.nn.Linear(784, 10, bias=True)
    torch.nn.init.normal_(linear.weight)
    return linear


def build_criterion():
    return torch.nn.CrossEntropyLoss()


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    avg_cost = 0
    total_batch = len(data_loader)
    for X, Y in data_loader:
        X = flatten_images(X).to(device)
        Y = Y.to(device)
        optimizer.zero_grad()
        hypothesis = model(X)
        cost = criterion(hypothesis, Y)
        cost.backward()
        optimizer.step()
        avg_cost += cost.item() / total_batch
    return avg_cost


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    costs = []
    for epoch in range(training_epochs):
        avg_cost = train_epoch(model, data_loader, criterion, optimizer, device)
        print('Epoch:', '%04d' % (epoch + 1), 'cost =', '{:.9f}'.format(avg_cost))
        costs.append(avg_cost)
    print('Learning finished')
    return costs


def evaluate(model, dataset, device):
    correct = 0
    with torch.no_grad():
        for X, Y in DataLoader(dataset, batch_size=100):
            X = flatten_images(X).to(device)
            correct += (model(X).argmax(1) == Y.to(device)).sum().item()
    return correct / len(dataset)


def predict(model, image, device):
    with torch.no_grad():
        X = image.view(1, 784).to(device)
        return torch.argmax(model(X), 1).item()


def show_prediction(image, label, prediction):
    import matplotlib.pyplot as plt
    fig = plt.figure()
    plt.imshow(image.view(28, 28), cmap='Greys', interpolation='nearest')
    plt.title(f'Label: {label}, Prediction: {prediction}')
    return fig
