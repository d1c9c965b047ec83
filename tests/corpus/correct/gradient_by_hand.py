"""torch.autograd.grad, gradients assigned by hand, and an optimizer by hand."""
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
    return torch.flatten(images, 1)


def build_model():
    model = nn.Linear(in_features=28 * 28, out_features=10)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    return model


class StableCrossEntropy:
    def __call__(self, logits, labels):
        shifted = logits - logits.max(dim=1, keepdim=True).values
        log_normalizer = shifted.exp().sum(dim=1).log()
        return (log_normalizer - shifted[torch.arange(len(labels)), labels]).mean()


def build_criterion():
    return StableCrossEntropy()


class HandwrittenSGD:
    """Looks like an optimizer: param_groups, zero_grad and step."""

    def __init__(self, parameters, learning_rate):
        self.param_groups = [{"params": list(parameters), "lr": learning_rate}]

    def zero_grad(self):
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.grad = None

    def step(self):
        with torch.no_grad():
            for group in self.param_groups:
                for parameter in group["params"]:
                    if parameter.grad is not None:
                        parameter -= group["lr"] * parameter.grad


def build_optimizer(model, learning_rate=0.1):
    return HandwrittenSGD(model.parameters(), learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    costs = []
    for images, labels in data_loader:
        cost = criterion(model(flatten_images(images.to(device))), labels.to(device))
        gradients = torch.autograd.grad(cost, parameters)
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = gradient
        optimizer.step()
        costs.append(cost.item())
    optimizer.zero_grad()
    return sum(costs) / len(costs)


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
        scores = model(flatten_images(image.unsqueeze(0).to(device)))
    return scores.argmax(dim=1).item()


def show_prediction(image, label, prediction):
    figure = Figure()
    axes = figure.add_subplot()
    axes.imshow(image.squeeze(0).numpy(), cmap="Greys", interpolation="nearest")
    axes.set_title(f"Label: {label}, Prediction: {prediction}")
    return figure
