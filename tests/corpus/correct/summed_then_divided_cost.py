"""Sums the costs and divides by their number."""
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from torch import optim
from torch.utils.data import DataLoader
from torchvision import datasets as dsets
from torchvision import transforms


def load_mnist(root, train, download=False):
    return dsets.MNIST(root=root, train=train, transform=transforms.ToTensor(), download=download)


def make_data_loader(dataset, batch_size=100):
    data_loader = torch.utils.data.DataLoader(dataset=dataset,
                                              batch_size=batch_size,
                                              shuffle=True,
                                              drop_last=True)
    return data_loader


def flatten_images(images):
    return images.view(-1, 28 * 28)


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
    return lambda logits, labels: F.cross_entropy(logits, labels, reduction="sum") / len(labels)


def build_optimizer(model, learning_rate=0.1):
    parameters = list(model.parameters())
    return optim.SGD(parameters, learning_rate, momentum=0, weight_decay=0)


def train_epoch(model, data_loader, criterion, optimizer, device):
    seen = []
    for images, labels in data_loader:
        for parameter in model.parameters():
            parameter.grad = None
        cost = criterion(model(flatten_images(images.to(device))), labels.to(device))
        cost.backward()
        optimizer.step()
        seen.append(cost.item())
    return sum(seen) / len(seen)


def train(model, data_loader, criterion, optimizer, device, training_epochs=15):
    history = []
    for epoch in range(training_epochs):
        avg_cost = train_epoch(model, data_loader, criterion, optimizer, device)
        print(f"Epoch: {epoch + 1:04d} cost = {avg_cost:.9f}")
        history.append(avg_cost)
    print("Learning finished")
    return history


def evaluate(model, dataset, device):
    was_training = model.training
    model.eval()
    correct, total = 0, 0
    with torch.no_grad():
        for images, labels in DataLoader(dataset, batch_size=100, shuffle=False, drop_last=False):
            outputs = model(flatten_images(images).to(device))
            _, predicted = torch.max(outputs.data, 1)
            total += labels.size(0)
            correct += (predicted.cpu() == labels).sum().item()
    if was_training:
        model.train()
    return correct / total


def predict(model, image, device):
    single_prediction = model(image.view(-1, 28 * 28).to(device))
    return torch.argmax(single_prediction, 1).item()


def show_prediction(image, label, prediction):
    figure = Figure()
    axes = figure.add_subplot()
    axes.imshow(image.squeeze(0).numpy(), cmap="Greys", interpolation="nearest")
    axes.set_title(f"Label: {label}, Prediction: {prediction}")
    return figure
