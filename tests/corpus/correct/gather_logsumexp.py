"""The formula of the cost, with gather and logsumexp."""
import torch
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets as dsets
from torchvision import transforms


def load_mnist(root, train, download=False):
    return dsets.MNIST(root=root, train=train, transform=transforms.ToTensor(), download=download)


def make_data_loader(dataset, batch_size=100):
    return DataLoader(dataset=dataset, batch_size=batch_size, shuffle=True, drop_last=True)


def flatten_images(images):
    return torch.flatten(images, 1)


class SoftmaxRegression(nn.Module):
    def __init__(self, pixels=784, digits=10):
        super().__init__()
        self.linear = nn.Linear(pixels, digits)

    def forward(self, x):
        return self.linear(x)


def build_model():
    return SoftmaxRegression()


def build_criterion():
    def mean_cross_entropy(logits, labels):
        of_label = logits.gather(1, labels.unsqueeze(1)).squeeze(1)
        return torch.mean(torch.logsumexp(logits, dim=1) - of_label)

    return mean_cross_entropy


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


def train_epoch(model, data_loader, criterion, optimizer, device):
    optimizer.zero_grad()
    costs = []
    for images, labels in data_loader:
        images, labels = images.to(device), labels.to(device)
        cost = criterion(model(flatten_images(images)), labels)
        cost.backward()
        optimizer.step()
        optimizer.zero_grad()
        costs.append(float(cost.detach()))
    return sum(costs) / len(costs)


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    history = []
    for epoch in range(training_epochs):
        avg_cost = train_epoch(model, data_loader, criterion, optimizer, device)
        print(f"Epoch: {epoch + 1:04d} cost = {avg_cost:.9f}")
        history.append(avg_cost)
    print("Learning finished")
    return history


def confusion_matrix(model, dataset, device):
    matrix = torch.zeros(10, 10, dtype=torch.int64)
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=1000):
            guessed = model(flatten_images(images.to(device))).argmax(dim=1).cpu()
            matrix += torch.bincount(10 * labels + guessed, minlength=100).reshape(10, 10)
    return matrix


def evaluate(model, dataset, device):
    matrix = confusion_matrix(model, dataset, device)
    return matrix.trace().item() / matrix.sum().item()


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
