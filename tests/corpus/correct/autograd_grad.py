"""torch.autograd.grad and no backward()."""
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
    return nn.CrossEntropyLoss()


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


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


@torch.inference_mode()
def evaluate(model, dataset, device):
    hits = [
        model(flatten_images(images.to(device))).argmax(-1).eq(labels.to(device))
        for images, labels in DataLoader(dataset, batch_size=500)
    ]
    return torch.cat(hits).double().mean().item()


def predict(model, image, device):
    with torch.no_grad():
        logits = model(flatten_images(image.reshape(1, 1, 28, 28).to(device))).squeeze(0).tolist()
    return logits.index(max(logits))


def show_prediction(image, label, prediction):
    figure = Figure()
    axes = figure.add_subplot()
    axes.imshow(image.squeeze(0).numpy(), cmap="Greys", interpolation="nearest")
    axes.set_title(f"Label: {label}, Prediction: {prediction}")
    return figure
