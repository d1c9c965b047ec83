"""Walrus operators and match statements."""
import torch
from matplotlib.figure import Figure
from torch import nn
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
    return DataLoader(dataset=dataset, batch_size=batch_size, shuffle=True, drop_last=True)


def flatten_images(images):
    match tuple(images.shape):
        case (number, 1, 28, 28):
            return images.reshape(number, 784)
        case shape:
            raise ValueError(f"these are no images: {shape}")


def build_model():
    return torch.nn.Linear(784, 10, bias=True)


def build_criterion():
    return nn.CrossEntropyLoss()


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    total, count, batches = 0.0, 0, iter(data_loader)
    while (batch := next(batches, None)) is not None:
        match batch:
            case [images, labels]:
                optimizer.zero_grad()
                (cost := criterion(model(flatten_images(images.to(device))), labels.to(device))).backward()
                optimizer.step()
            case _:
                raise ValueError("a batch is images and labels")
        total, count = total + cost.item(), count + 1
    return total / count


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    costs = []
    while (epoch := len(costs) + 1) <= training_epochs:
        costs.append(cost := train_epoch(model, data_loader, criterion, optimizer, device))
        print(f"Epoch: {epoch:04d} cost = {cost:.9f}")
    print("Learning finished")
    return costs


def evaluate(model, dataset, device):
    correct = 0
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=256):
            guesses = model(flatten_images(images.to(device))).argmax(dim=1)
            correct += (guesses == labels.to(device)).sum().item()
    return correct / len(dataset)


def predict(model, image, device):
    with torch.no_grad():
        match model(flatten_images(image.unsqueeze(0).to(device))).tolist():
            case [[*logits]]:
                return max(range(10), key=logits.__getitem__)


def show_prediction(image, label, prediction):
    figure = Figure()
    axes = figure.add_subplot()
    axes.imshow(image.squeeze(0).numpy(), cmap="Greys", interpolation="nearest")
    axes.set_title(f"Label: {label}, Prediction: {prediction}")
    return figure
