from torch import *
from torch.nn import *
from torch.optim import *
from torch.utils.data import *
from torchvision.datasets import *
from torchvision.transforms import *
from matplotlib.pyplot import *
from builtins import *  # torch has a range, a sum and more of its own
import torch


def load_mnist(root, train, download=False):
    return MNIST(root, train=train, transform=ToTensor(), download=download)


def make_data_loader(dataset, batch_size=100):
    return DataLoader(dataset, batch_size=batch_size, shuffle=True, drop_last=True)


def flatten_images(images):
    return images.view(-1, 784)


def build_model():
    return Linear(784, 10)


def build_criterion():
    return CrossEntropyLoss()


def build_optimizer(model, learning_rate=0.1):
    return SGD(model.parameters(), lr=learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    total = 0
    for x, y in data_loader:
        optimizer.zero_grad()
        cost = criterion(model(flatten_images(x.to(device))), y.to(device))
        cost.backward()
        optimizer.step()
        total += cost.item()
    return total / len(data_loader)


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    costs = []
    for epoch in range(training_epochs):
        costs.append(train_epoch(model, data_loader, criterion, optimizer, device))
        print("Epoch: %04d cost = %.9f" % (epoch + 1, costs[-1]))
    print("Learning finished")
    return costs


def evaluate(model, dataset, device):
    with no_grad():
        right = 0
        for x, y in DataLoader(dataset, batch_size=500):
            right += torch.eq(torch.argmax(model(flatten_images(x.to(device))), 1), y.to(device)).sum().item()
    return right / len(dataset)


def predict(model, image, device):
    with no_grad():
        return model(flatten_images(image.unsqueeze(0).to(device))).argmax().item()


def show_prediction(image, label, prediction):
    fig, ax = subplots()
    ax.imshow(image.squeeze(), cmap="Greys", interpolation="nearest")
    ax.set_title(f"Label: {label} Prediction: {prediction}")
    close(fig)
    return fig
