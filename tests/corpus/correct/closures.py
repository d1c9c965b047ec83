"""A function makes the functions, and they share what it knows."""
import torch
from matplotlib.figure import Figure
from torch import nn
from torch.utils.data import DataLoader
from torchvision import datasets, transforms


def make_training(flatten):
    def epoch_of(model, data_loader, criterion, optimizer, device):
        total = 0.0

        def learn_from(images, labels):
            nonlocal total
            optimizer.zero_grad()
            cost = criterion(model(flatten(images.to(device))), labels.to(device))
            cost.backward()
            optimizer.step()
            total += cost.item()

        for images, labels in data_loader:
            learn_from(images, labels)
        return total / len(data_loader)

    def epochs_of(model, data_loader, criterion, optimizer, device, training_epochs=15):
        costs = []

        def report():
            print(f"Epoch: {len(costs):04d} cost = {costs[-1]:.9f}")

        while len(costs) < training_epochs:
            costs.append(epoch_of(model, data_loader, criterion, optimizer, device))
            report()
        print("Learning finished")
        return costs

    return epoch_of, epochs_of


def make_testing(flatten):
    @torch.no_grad()
    def digits(model, images, device):
        return model(flatten(images.to(device))).argmax(dim=1)

    def evaluate(model, dataset, device):
        batches = DataLoader(dataset, batch_size=128)
        return sum((digits(model, x, device) == y.to(device)).sum().item() for x, y in batches) / len(dataset)

    def predict(model, image, device):
        return digits(model, image.unsqueeze(0), device).item()

    return evaluate, predict


def load_mnist(root, train, download=False):
    return datasets.MNIST(root, train=train, download=download, transform=transforms.ToTensor())


def make_data_loader(dataset, batch_size=100):
    return DataLoader(dataset, batch_size, shuffle=True, drop_last=True)


def flatten_images(images):
    return images.reshape(len(images), -1)


def build_model():
    return nn.Linear(784, 10)


def build_criterion():
    return nn.CrossEntropyLoss()


def build_optimizer(model, learning_rate=0.1):
    return torch.optim.SGD(model.parameters(), lr=learning_rate)


train_epoch, train = make_training(flatten_images)
evaluate, predict = make_testing(flatten_images)


def show_prediction(image, label, prediction):
    figure = Figure()
    axes = figure.subplots()
    axes.imshow(image.reshape(28, 28), cmap="Greys", interpolation="nearest")
    axes.set_title(f"Label: {label} Prediction: {prediction}")
    return figure
